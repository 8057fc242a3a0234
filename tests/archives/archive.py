"""Writes archives as the app does (data-backup.md 1.2, 1.3, 1.5, 1.6), and on demand otherwise.

    archive = Archive("backup-demo-1")
    archive.add("settings", b'"version","27"\\n')
    archive.add("message_media_1", picture, level=0)
    archive.save(path)

What the app writes is the default. Each deviation is an argument of add(), and named in Entry. An
archive may also be written to a file as it grows: Archive(password, out=file), then finish().
"""
import dataclasses
import hashlib
import io
import itertools
import os
import struct
import zlib

import winzip

PASSWORD = "backup-demo-1"
NEW_YEAR = (0, 45 << 9 | 1 << 5 | 1)  # DOS time and date of 2025-01-01
AES, DEFLATE, STORE = 99, 8, 0
ENCRYPTED, DESCRIPTOR, UTF8 = 1, 8, 0x800
MADE_BY, NEEDED, ATTRIBUTES = 0x0333, 51, 0x81A40000
ALL_16, ALL_32 = 0xFFFF, 0xFFFFFFFF
PIECE = 1 << 16


def random_salts():
    return iter(lambda: os.urandom(16), None)


def numbered_salts(seed="salt"):
    """Other ones for each entry, the same ones in each archive."""
    return (hashlib.sha256(f"{seed} {number}".encode()).digest()[:16] for number in itertools.count())


def one_salt(salt=bytes(range(16))):
    """The same for all entries, so that the keys are derived once. Right for tests only."""
    return itertools.repeat(salt)


@dataclasses.dataclass
class Entry:
    """How an entry is written; what the app does not do has a remark."""
    name: bytes
    level: int = 5
    salt: bytes = b""
    password: object = None  # another than that of the archive; bytes: as they are
    bits: int = 256          # 128 or 192: not by the app
    ae: int = 2              # 1: AE-1, with the checksum of the content
    encrypted: bool = True   # False: readable by everybody
    method: int = DEFLATE    # STORE: not packed, within the encryption
    descriptor: bool = True  # False: sizes in the local header
    packed: bytes = None     # used instead of the packed content
    damage: object = None    # function of the sealed bytes of the entry, applied last
    more: int = 0            # added to the uncompressed size, in the descriptor and the directory
    listed: bool = True      # False: missing in the directory
    local: dict = None       # fields of the local header that differ: name, flags, method, extra
    central: dict = None     # the same of the directory, also crc, size, packed_size, offset, disk
    time: tuple = NEW_YEAR

    # found while writing
    offset: int = 0
    size: int = 0
    packed_size: int = 0
    checksum: int = 0

    def flags(self):
        return (ENCRYPTED if self.encrypted else 0) | (DESCRIPTOR if self.descriptor else 0) | UTF8

    def crc(self):
        """AE-2 has none: it would tell about the content."""
        return self.checksum if not self.encrypted or self.ae == 1 else 0

    def extra(self):
        if not self.encrypted:
            return b""
        return struct.pack("<HHH2sBH", 0x9901, 7, self.ae, b"AE", self.bits // 64 - 1, self.method)

    def fields(self):
        """What the local header and the directory say alike."""
        return {"name": self.name, "flags": self.flags(), "method": AES if self.encrypted else self.method,
                "extra": self.extra(), "crc": self.crc(), "size": self.size, "packed_size": self.packed_size,
                "offset": self.offset, "disk": 0}


def local_header(entry):
    says = entry.fields()
    if entry.descriptor:
        says |= {"crc": 0, "size": 0, "packed_size": 0}
    says |= entry.local or {}
    return struct.pack("<4sHHHHHIIIHH", b"PK\3\4", NEEDED, says["flags"], says["method"], *entry.time, says["crc"],
                       says["packed_size"], says["size"], len(says["name"]), len(says["extra"])
                       ) + says["name"] + says["extra"]


def descriptor(entry):
    """Four bytes a size, whatever the size (the quirk of 1.6)."""
    return struct.pack("<4sIII", b"PK\7\x08", entry.crc(), entry.packed_size & ALL_32, entry.size & ALL_32)


def needs_64(entry):
    return max(entry.size, entry.packed_size, entry.offset) >= ALL_32


def central_header(entry):
    says = entry.fields()
    if needs_64(entry):  # all of them go there, even if one only is too large, and stand first
        wide = struct.pack("<HHQQQI", 1, 28, entry.size, entry.packed_size, entry.offset, 0)
        says |= {"size": ALL_32, "packed_size": ALL_32, "offset": ALL_32, "disk": ALL_16,
                 "extra": wide + says["extra"]}
    says |= entry.central or {}
    return struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", MADE_BY, NEEDED, says["flags"], says["method"], *entry.time,
                       says["crc"], says["packed_size"], says["size"], len(says["name"]), len(says["extra"]), 0,
                       says["disk"], 0, ATTRIBUTES, says["offset"]) + says["name"] + says["extra"]


def end_records(count, size, offset, any_64):
    out = b""
    if count >= ALL_16 or offset >= ALL_32 or any_64:
        out += struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, MADE_BY, NEEDED, 0, 0, count, count, size, offset)
        out += struct.pack("<4sIQI", b"PK\6\7", 0, offset + size, 1)
    few = min(count, ALL_16)
    return out + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, few, few, size, min(offset, ALL_32), 0)


def pieces_of(content):
    """Bytes, or what yields bytes, in pieces that fit into memory."""
    if isinstance(content, str):
        content = content.encode()
    if not isinstance(content, bytes):
        return content
    return (content[at:at + PIECE] for at in range(0, len(content), PIECE))


class Archive:
    def __init__(self, password=PASSWORD, salts=None, out=None):
        self.password = password
        self.salts = random_salts() if salts is None else salts
        self.out = io.BytesIO() if out is None else out
        self.at = 0
        self.directory = []
        self.lost = 0  # bytes of an entry that was given up: they count for the next one
        self.finished = False

    def add(self, name, content=b"", level=5, **deviations):
        entry = Entry(name if isinstance(name, bytes) else name.encode(), level, **deviations)
        entry.salt = entry.salt or next(self.salts)[:entry.bits // 16]
        entry.offset = self.at
        if entry.descriptor and not entry.damage:
            self._write(local_header(entry))
            self._write_pieces(self._sealed(entry, content))
        else:
            whole = b"".join(self._sealed(entry, content))
            self._write(local_header(entry))
            self._write(entry.damage(whole) if entry.damage else whole)
        entry.size += entry.more + self.lost
        self.lost = 0
        if entry.descriptor:
            self._write(descriptor(entry))
        if entry.listed:
            self.directory.append(entry)
        return entry

    def add_all(self, entries, binary_level=0, deviations=None):
        """A whole backup: name -> bytes. Tables are packed, the rest is not (1.5); before app 5.0 its level
        was 5 too. `deviations`: those of single entries, by name."""
        for name, content in entries.items():
            is_text = name == "settings" or name.endswith(".csv") and name != "nonce_counts.csv"
            self.add(name, content, 5 if is_text else binary_level, **(deviations or {}).get(name, {}))
        return self

    def give_up(self, name, content, level=0):
        """A medium whose source failed half-way (1.8): dead bytes, and the next entry seems larger."""
        entry = Entry(name.encode(), level, salt=next(self.salts))
        self._write(local_header(entry))
        self._write(b"".join(self._sealed(entry, content))[:-winzip.CODE_SIZE])
        self.lost += entry.size

    def gap(self, content):
        """Dead bytes; a number makes a hole of so many zeros, which takes no room on the disk."""
        if isinstance(content, bytes):
            return self._write(content)
        self.out.seek(content, io.SEEK_CUR)
        self.at += content

    def finish(self, directory=True, end=True, comment=b""):
        offset = self.at
        if directory:
            for entry in self.directory:
                self._write(central_header(entry))
        if end:
            records = end_records(len(self.directory), self.at - offset, offset, any(map(needs_64, self.directory)))
            self._write(records[:-2] + struct.pack("<H", len(comment)) + comment)
        self.finished = True
        return self

    def bytes(self):
        if not self.finished:
            self.finish()
        return self.out.getvalue()

    def save(self, path):
        with open(path, "wb") as file:
            file.write(self.bytes())

    def _sealed(self, entry, content):
        """The bytes of the entry, piece by piece; sets its sizes."""
        sealer = None
        if entry.encrypted:
            password = self.password if entry.password is None else entry.password
            sealer = winzip.Sealer(password, entry.salt, entry.bits)
        entry.packed_size = winzip.OVERHEAD[entry.bits] if sealer else 0
        if sealer:
            yield sealer.begin()
        for piece in self._packed(entry, content):
            entry.packed_size += len(piece)
            yield sealer.take(piece) if sealer else piece
        if sealer:
            yield sealer.finish()

    @staticmethod
    def _packed(entry, content):
        packer = zlib.compressobj(entry.level, zlib.DEFLATED, -15)
        for piece in pieces_of(content):
            entry.size += len(piece)
            entry.checksum = zlib.crc32(piece, entry.checksum)
            if entry.packed is None:
                yield piece if entry.method == STORE else packer.compress(piece)
        if entry.packed is not None:
            yield entry.packed
        elif entry.method != STORE:
            yield packer.flush()

    def _write(self, content):
        self.out.write(content)
        self.at += len(content)

    def _write_pieces(self, pieces):
        for piece in pieces:
            self._write(piece)


def stored_blocks(content, sizes):
    """A deflate stream of stored blocks of these sizes."""
    out, at = b"", 0
    for number, size in enumerate(sizes, 1):
        out += struct.pack("<BHH", number == len(sizes), size, size ^ ALL_16) + content[at:at + size]
        at += size
    assert at == len(content)
    return out


def flipped(at, bit=0):
    """For `damage`: one bit of the sealed bytes, counted from the end if negative."""
    def flip(sealed):
        changed = bytearray(sealed)
        changed[at] ^= 1 << bit
        return bytes(changed)
    return flip
