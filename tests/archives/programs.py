"""Other programs that write and read such archives: the same content, in the shape that each of them gives it.

    7z       Debian: p7zip-full
    bsdtar   Debian: libarchive-tools
    zip4j    Debian: libzip4j-java, openjdk-17-jdk-headless
    zipjs    npm install --prefix FOLDER @zip.js/zip.js, and NODE_PATH=FOLDER/node_modules
"""
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).parent / "foreign"
ZIP4J = pathlib.Path("/usr/share/java/zip4j.jar")
PROGRAMS = ("7z", "bsdtar", "zip4j", "zipjs")


def environment():
    places = [os.environ.get("NODE_PATH", ""), "/usr/local/lib/node_modules", "/usr/share/nodejs"]
    return os.environ | {"LC_ALL": "C.UTF-8", "NODE_PATH": os.pathsep.join(filter(None, places))}


def run(command, folder=None):
    return subprocess.run([str(word) for word in command], cwd=folder, env=environment(), capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, timeout=300)


def is_there(program):
    if program == "zip4j":
        return ZIP4J.exists() and shutil.which("java") is not None
    if program == "zipjs":
        return shutil.which("node") is not None and run(["node", "-e", 'require("@zip.js/zip.js")']).returncode == 0
    return shutil.which(program) is not None


def write_command(program, folder, password, path, names):
    return {
        "7z": ["7z", "a", "-tzip", "-mem=AES256", f"-p{password}", path, "--", *names],
        "bsdtar": ["bsdtar", "--format", "zip", "--options", "zip:encryption=aes256", "--passphrase", password,
                   "-cf", path, "--", *names],
        "zip4j": ["java", "-cp", ZIP4J, HERE / "Zip4j.java", "write", path, password, folder, *names],
        "zipjs": ["node", HERE / "zipjs.cjs", "write", path, password, folder, *names],
    }[program]


def read_command(program, folder, password, path):
    return {
        "7z": ["7z", "x", "-y", f"-p{password}", f"-o{folder}", path],
        "bsdtar": ["bsdtar", "--passphrase", password, "-xf", path, "-C", folder],
        "zip4j": ["java", "-cp", ZIP4J, HERE / "Zip4j.java", "read", path, password, folder],
        "zipjs": ["node", HERE / "zipjs.cjs", "read", path, password, folder],
    }[program]


def foreign(program, folder, password, path):
    """Writes what is in a folder into an archive. Its path; None if the program is not there."""
    if not is_there(program):
        return None
    folder, path = pathlib.Path(folder).resolve(), pathlib.Path(path).resolve()
    names = sorted(file.name for file in folder.iterdir())
    result = run(write_command(program, folder, password, path, names), folder)
    if result.returncode:
        raise RuntimeError(f"{program}: {result.stdout}{result.stderr}")
    return path


def foreign_read(program, path, password, folder):
    """Name -> bytes of all entries, unpacked into an empty folder; None if the program is not there."""
    if not is_there(program):
        return None
    folder, path = pathlib.Path(folder).resolve(), pathlib.Path(path).resolve()
    result = run(read_command(program, folder, password, path))
    if result.returncode:
        raise RuntimeError(f"{program}: {result.stdout}{result.stderr}")
    return {file.name: file.read_bytes() for file in folder.iterdir()}
