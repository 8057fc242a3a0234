"""WinZip's AES around the bytes of one entry (data-backup.md 1.3): hashlib, hmac, and AES of `cryptography`.

    entry := salt (8, 12 or 16) || verifier (2) || AES-CTR(packed) || HMAC-SHA1 of it (10)
    PBKDF2-HMAC-SHA1(password, salt, 1000) = AES key || HMAC key || verifier

A password is a text, of which the UTF-8 counts, or bytes as they are to be used.
"""
import array
import functools
import hashlib
import hmac
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16
PIECE = 4096  # blocks of the key stream at a time
CODE_SIZE = 10
OVERHEAD = {bits: bits // 16 + 2 + CODE_SIZE for bits in (128, 192, 256)}


def password_bytes(password):
    return password if isinstance(password, bytes) else password.encode()


def low_bytes(password):
    """The password as apps before 4.53 encoded it (1.4): each UTF-16 unit cut to its low 8 bits."""
    return password.encode("utf-16-le")[::2]


@functools.lru_cache(maxsize=64)
def keys_of(password, salt, bits=256):
    """AES key, HMAC key, verifier."""
    size = bits // 8
    derived = hashlib.pbkdf2_hmac("sha1", password_bytes(password), salt, 1000, 2 * size + 2)
    return derived[:size], derived[size:2 * size], derived[2 * size:]


def counters(first, count):
    """Little-endian numbers of 16 bytes, `count` of them."""
    halves = array.array("Q", bytes(BLOCK * count))
    halves[::2] = array.array("Q", range(first, first + count))
    if sys.byteorder == "big":
        halves.byteswap()
    return halves.tobytes()


class Counter:
    """AES in counter mode, the counter little-endian from 1."""

    def __init__(self, key):
        self.ecb = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        self.next = 1
        self.spare = b""

    def stream(self, size):
        blocks = -(-(size - len(self.spare)) // BLOCK)
        whole = self.spare + self.ecb.update(counters(self.next, blocks))
        self.next += blocks
        self.spare = whole[size:]
        return whole[:size]

    def apply(self, data):
        out = []
        for at in range(0, len(data), PIECE * BLOCK):
            part = data[at:at + PIECE * BLOCK]
            mixed = int.from_bytes(part, "big") ^ int.from_bytes(self.stream(len(part)), "big")
            out.append(mixed.to_bytes(len(part), "big"))
        return b"".join(out)


class Sealer:
    """Seals one entry piece by piece: begin(), take() as often as needed, finish()."""

    def __init__(self, password, salt, bits=256):
        if len(salt) != bits // 16:
            raise ValueError(f"a salt for AES-{bits} has {bits // 16} bytes")
        key, self.mac_key, self.verifier = keys_of(password, salt, bits)
        self.salt, self.cipher = salt, Counter(key)
        self.mac = hmac.new(self.mac_key, digestmod="sha1")

    def begin(self):
        return self.salt + self.verifier

    def take(self, packed):
        sealed = self.cipher.apply(packed)
        self.mac.update(sealed)
        return sealed

    def finish(self):
        return self.mac.digest()[:CODE_SIZE]


def sealed(packed, password, salt, bits=256):
    """The whole of an entry, from its packed bytes."""
    sealer = Sealer(password, salt, bits)
    return sealer.begin() + sealer.take(packed) + sealer.finish()


class WrongPassword(Exception):
    pass


class Damaged(Exception):
    pass


def opened(entry, password, bits=256):
    """The packed bytes of a whole entry."""
    salt_size = bits // 16
    key, mac_key, verifier = keys_of(password, entry[:salt_size], bits)
    if entry[salt_size:salt_size + 2] != verifier:
        raise WrongPassword()
    text = entry[salt_size + 2:-CODE_SIZE]
    if hmac.digest(mac_key, text, "sha1")[:CODE_SIZE] != entry[-CODE_SIZE:]:
        raise Damaged()
    return Counter(key).apply(text)
