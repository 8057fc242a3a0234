// Writes a folder into an archive, or an archive into a folder, with zip4j as the apps use it.
//
//     java -cp zip4j.jar Zip4j.java write|read ARCHIVE PASSWORD FOLDER [NAME...]

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.lingala.zip4j.ZipFile;
import net.lingala.zip4j.io.outputstream.ZipOutputStream;
import net.lingala.zip4j.model.FileHeader;
import net.lingala.zip4j.model.ZipParameters;
import net.lingala.zip4j.model.enums.AesKeyStrength;
import net.lingala.zip4j.model.enums.CompressionLevel;
import net.lingala.zip4j.model.enums.CompressionMethod;
import net.lingala.zip4j.model.enums.EncryptionMethod;

public class Zip4j {
    static ZipParameters parametersOf(String name) {
        boolean isText = name.equals("settings") || name.endsWith(".csv") && !name.equals("nonce_counts.csv");
        ZipParameters parameters = new ZipParameters();
        parameters.setFileNameInZip(name);
        parameters.setCompressionMethod(CompressionMethod.DEFLATE);
        parameters.setCompressionLevel(isText ? CompressionLevel.NORMAL : CompressionLevel.NO_COMPRESSION);
        parameters.setEncryptFiles(true);
        parameters.setEncryptionMethod(EncryptionMethod.AES);
        parameters.setAesKeyStrength(AesKeyStrength.KEY_STRENGTH_256);
        return parameters;
    }

    static void write(Path archive, char[] password, Path folder, String[] names) throws Exception {
        try (OutputStream file = Files.newOutputStream(archive);
             ZipOutputStream out = new ZipOutputStream(file, password)) {
            for (String name : names) {
                out.putNextEntry(parametersOf(name));
                out.write(Files.readAllBytes(folder.resolve(name)));
                out.closeEntry();
            }
        }
    }

    static void read(Path archive, char[] password, Path folder) throws Exception {
        try (ZipFile zip = new ZipFile(archive.toFile(), password)) {
            for (FileHeader header : zip.getFileHeaders())
                try (InputStream content = zip.getInputStream(header)) {
                    Files.copy(content, folder.resolve(header.getFileName()));
                }
        }
    }

    public static void main(String[] words) throws Exception {
        Path archive = Path.of(words[1]), folder = Path.of(words[3]);
        char[] password = words[2].toCharArray();
        if (words[0].equals("write"))
            write(archive, password, folder, Arrays.copyOfRange(words, 4, words.length));
        else
            read(archive, password, folder);
    }
}
