// Writes a folder into an archive, or an archive into a folder, with zip.js.
//
//     node zipjs.cjs write|read ARCHIVE PASSWORD FOLDER [NAME...]

const fs = require("fs");
const path = require("path");
const zip = require("@zip.js/zip.js");

zip.configure({ useWebWorkers: false });

async function write(archive, password, folder, names) {
    const writer = new zip.ZipWriter(new zip.Uint8ArrayWriter(), { password, encryptionStrength: 3, level: 5 });
    for (const name of names)
        await writer.add(name, new zip.Uint8ArrayReader(fs.readFileSync(path.join(folder, name))));
    fs.writeFileSync(archive, await writer.close());
}

async function read(archive, password, folder) {
    const reader = new zip.ZipReader(new zip.Uint8ArrayReader(fs.readFileSync(archive)),
                                     { password, checkSignature: true });
    for (const entry of await reader.getEntries())
        fs.writeFileSync(path.join(folder, entry.filename), await entry.getData(new zip.Uint8ArrayWriter()));
    await reader.close();
}

const [deed, archive, password, folder, ...names] = process.argv.slice(2);
(deed === "write" ? write(archive, password, folder, names) : read(archive, password, folder)).catch((error) => {
    console.error(error.message);
    process.exit(1);
});
