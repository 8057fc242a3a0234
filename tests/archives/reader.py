"""Reads archives back, in order to look into what programs under test have written.

The directory is read by Python's zipfile, the entries by winzip.py. Nothing here is lenient.
"""
import struct
import zipfile
import zlib

import winzip


def aes_of(info):
    """AE version, bits and real method of an entry; None if it is not encrypted so."""
    at = 0
    while at + 4 <= len(info.extra):
        identifier, size = struct.unpack_from("<HH", info.extra, at)
        if identifier == 0x9901:
            ae, _, strength, method = struct.unpack_from("<H2sBH", info.extra, at + 4)
            return ae, 64 + 64 * strength, method
        at += 4 + size
    return None


def sealed_bytes(file, info):
    file.seek(info.header_offset)
    head = struct.unpack("<4s22xHH", file.read(30))
    assert head[0] == b"PK\3\4"
    file.seek(head[1] + head[2], 1)
    return file.read(info.compress_size)


def unpacked(packed, method):
    if method == 0:
        return packed
    inflater = zlib.decompressobj(-15)
    content = inflater.decompress(packed) + inflater.flush()
    assert inflater.eof
    return content


def read(path, password, skip=()):
    """(name, content) of each entry, in the order of the directory, but those to skip."""
    with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.filename in skip:
                continue
            sealed = sealed_bytes(file, info)
            aes = aes_of(info)
            if aes is None:
                yield info.filename, unpacked(sealed, info.compress_type)
            else:
                yield info.filename, unpacked(winzip.opened(sealed, password, aes[1]), aes[2])
