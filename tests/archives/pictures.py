"""Small real pictures and films: JPEG and PNG of coloured squares, and boxes as of an MP4."""
import struct
import zlib


def colour(seed, x, y):
    return (seed * 53 + x * 40) % 256, (seed * 97 + y * 40) % 256, (seed * 31 + (x ^ y) * 60) % 256


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(seed=1, width=4, height=4):
    """A pixel a square."""
    rows = (b"\0" + bytes(part for x in range(width) for part in colour(seed, x, y)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b""))


def segment(marker, content):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def to_yuv(red, green, blue):
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    return round(y) - 128, round((blue - y) * 0.564), round((red - y) * 0.713)


def coded(difference):
    """A difference of DC values: its category in four bits, then its bits; then the end of the block."""
    category = abs(difference).bit_length()
    bits = f"{category:04b}"
    if category:
        bits += f"{difference if difference > 0 else difference + (1 << category) - 1:0{category}b}"
    return bits + "0"


def scan(seed, width, height):
    bits, before = "", [0, 0, 0]
    for y in range(height):
        for x in range(width):
            values = to_yuv(*colour(seed, x, y))
            bits += "".join(coded(value - old) for value, old in zip(values, before))
            before = values
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")


def jpeg(seed=1, width=4, height=4, size=None):
    """Baseline, of one colour a block of 8 x 8 pixels. A comment fills it up to `size`."""
    start = b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    rest = segment(0xDB, b"\0" + bytes([8]) * 64)
    rest += segment(0xC0, struct.pack(">BHHB", 8, 8 * height, 8 * width, 3) + bytes.fromhex("011100 021100 031100"))
    rest += segment(0xC4, b"\0" + bytes([0, 0, 0, 12]) + bytes(12) + bytes(range(12)))  # DC: 12 codes of 4 bits
    rest += segment(0xC4, b"\x10" + bytes([1]) + bytes(15) + b"\0")                     # AC: only the end of block
    rest += segment(0xDA, bytes.fromhex("03 0100 0200 0300 003f00")) + scan(seed, width, height) + b"\xff\xd9"
    if size is None:
        return start + rest
    return start + segment(0xFE, b"." * (size - len(start) - len(rest) - 4)) + rest


def mp4(brand=b"isom"):
    return (struct.pack(">I4s4sI4s", 20, b"ftyp", brand, 512, brand) + struct.pack(">I4s", 8, b"free")
            + struct.pack(">I4s", 24, b"mdat") + bytes(range(16)))


def m4a():
    return mp4(b"M4A ")
