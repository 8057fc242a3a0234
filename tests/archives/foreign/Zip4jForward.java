// Reads an archive into a folder with zip4j from the first byte to the last, as a stream that cannot go back.
//
//     java -cp zip4j.jar Zip4jForward.java ARCHIVE PASSWORD FOLDER

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import net.lingala.zip4j.io.inputstream.ZipInputStream;
import net.lingala.zip4j.model.LocalFileHeader;

public class Zip4jForward {
    public static void main(String[] words) throws Exception {
        try (InputStream file = Files.newInputStream(Path.of(words[0]));
             ZipInputStream zip = new ZipInputStream(file, words[1].toCharArray())) {
            for (LocalFileHeader header; (header = zip.getNextEntry()) != null;)
                Files.write(Path.of(words[2]).resolve(header.getFileName()), zip.readAllBytes());
        }
    }
}
