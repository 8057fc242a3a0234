"""Users files, with the hashes that htpasswd and others write."""
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import crypt

USER, PASSWORD = "alice", "s3cret with: colon"


def bcrypt(password, cost=5):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1 << cost))


def sha512crypt(password, rounds=5000):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_SHA512, rounds=rounds))


def yescrypt(password):
    return crypt.crypt(password, "$y$j9T$abcdefghijklmnop$")


def scrypt(password):
    return crypt.crypt(password, "$7$CU..../....abcdefghijklmnop$")


def argon2id(password, operations=2, memory=16 << 20):
    import nacl.pwhash.argon2id
    return nacl.pwhash.argon2id.str(password.encode(), operations, memory).decode()


KINDS = {"bcrypt": bcrypt, "argon2id": argon2id, "scrypt": scrypt, "sha512crypt": sha512crypt, "yescrypt": yescrypt}


def users_file(path, users):
    """`users`: name to hash."""
    path.write_text("".join(f"{name}:{hash}\n" for name, hash in users.items()))
    path.chmod(0o600)
    return path


def basic(user=USER, password=PASSWORD, encoding="utf-8"):
    import base64
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode(encoding)).decode()}
