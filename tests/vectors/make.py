#!/usr/bin/python3
"""Writes the vectors of this folder: a second implementation, with hashlib, zlib, PyNaCl, argon2-cffi and cryptography only.

    make.py           write them all
    make.py --check   compare with what is there; exit 1 if anything differs

Checksums in here are those of safe.md 4.4 and 4.5, so that two parties agree on every vector.
"""
import base64
import hashlib
import json
import pathlib
import struct
import sys
import zlib

import nacl.bindings

sys.dont_write_bytecode = True
import codes  # noqa: E402
import data_backups  # noqa: E402

HERE = pathlib.Path(__file__).parent
NONCE = bytes(range(24))

C1_JSON = (
    '{"info":{"version":1,"device":"spec"},"user":{"privatekey":'
    '"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","nickname":"Zoë"},'
    '"settings":{"syncContacts":false}}'
).encode()


def master_key(password, identity):
    return hashlib.scrypt(password.encode(), salt=identity.encode(), n=65536, r=8, p=1,
                          maxmem=1 << 27, dklen=64)


K1 = master_key("shootdeathstar", "ECHOECHO")
K3 = master_key("Shootdeathstar", "ECHOECHO")


# ---- containers ----

def crc(data):
    return struct.pack("<I", zlib.crc32(data))


def isize(data):
    return struct.pack("<I", len(data) & 0xFFFFFFFF)


def block(data, final):
    return struct.pack("<BHH", final, len(data), len(data) ^ 0xFFFF) + data


def stored(data, sizes=None, header=bytes.fromhex("1f8b0800000000000000"), tail=None):
    """A gzip member of stored blocks; `sizes` gives their lengths."""
    if sizes is None:
        sizes = [65535] * (len(data) // 65535) + [len(data) % 65535]
        if len(sizes) > 1 and sizes[-1] == 0:
            sizes.pop()
    out, at = header, 0
    for i, size in enumerate(sizes):
        out += block(data[at:at + size], i == len(sizes) - 1)
        at += size
    assert at == len(data)
    return out + (crc(data) + isize(data) if tail is None else tail)


def deflated(data, level):
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def boxed(plain, key=K1, nonce=NONCE):
    return nonce + nacl.bindings.crypto_secretbox(plain, nonce, key[32:])


def flip(data, at, bit=0):
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1:]


def containers():
    c1_gzip = stored(C1_JSON)
    c1 = boxed(c1_gzip)
    name = bytes.fromhex("1f8b0808000000000003") + b"safe.json\0"
    level_0 = zlib.compressobj(0, zlib.DEFLATED, 15)
    wrapped = level_0.compress(C1_JSON) + level_0.flush()
    swapped = K1[32:] + K1[:32]
    big = b'{"a":"' + b"0123456789" * 19999 + b'01"}'
    assert len(big) == 200000
    split = [65531, 32773, 32768, 32768, 32768, 3392]
    rows = [
        # name, expected, container, checksum of the specification, remark
        ("C-01", "ok", c1, "01aec14ddcd67caf9040f037e12d54aa361793cebd7b79a19cee08a10773e7e4", "canonical"),
        ("C-02", "ok", boxed(deflated(C1_JSON, 9)), "49ca5881ad32e95d216e77baa75178d105b9a5e9efcb42b164fef155de1defe5",
         "really compressed, as older apps did"),
        ("C-03", "ok", boxed(stored(C1_JSON, header=bytes.fromhex("1f8b0800000000000413"))),
         "c328ddc9e7b94d746794009da120999fce3085e5d53866ac2225dbfa21264ec2", "header as of iOS"),
        ("C-04", "ok", boxed(stored(C1_JSON, [100, 59])),
         "4bf501c97076956594c84d3a946983ba57ec60cbd1a670664269c8a0e91aae34", "two stored blocks"),
        ("C-05", "ok", boxed(c1_gzip + bytes(16)), "b376a6a9ffb2d5e9b0b4f4d2302dc8a2bf650077d072bf45c114087c0d972e61",
         "16 zero bytes behind the trailer"),
        ("C-06", "ok", boxed(stored(C1_JSON, header=name)),
         "9d292b8b6cab75db5beba05031854f86b31f8bf8413d8a1dacebad5646042874", "with a file name"),
        ("C-07", "ok", boxed(stored(C1_JSON[:50]) + stored(C1_JSON[50:])),
         "4d61b528986a8625cbc4d1eaafe4f0c57c999f33636397bfc9d744ed07cf9b84", "two members"),
        ("C-08", "malformed", boxed(flip(c1_gzip, len(c1_gzip) - 8)),
         "63369ee5b814b85bfbc2068c0c93473abc86fff9ceb23a40ee9496d113676b77", "checksum differs"),
        ("C-09", "malformed", boxed(flip(c1_gzip, len(c1_gzip) - 4)),
         "8df0b597325a5c115d96446ca5d133aa249fe61366a18ae739ce7acb4eb55cf8", "length differs"),
        ("C-10", "malformed", boxed(C1_JSON), "61e3e4a5802134b82bedd0a8504c02708f81644d07ab459495bc1ab27b3e1f21",
         "no gzip at all"),
        ("C-11", "malformed", boxed(wrapped), "6d27e1e779bc3cea9d7b5fc35b797aae10e7754123092c0acec82254c5666ee3",
         "zlib instead of gzip"),
        ("C-12", "malformed", boxed(b""), None, "empty plaintext: truncated"),
        ("C-13-0", "malformed", b"", None, "truncated"),
        ("C-13-1", "malformed", c1[:1], None, "truncated"),
        ("C-13-23", "malformed", c1[:23], None, "truncated"),
        ("C-13-24", "malformed", c1[:24], None, "truncated"),
        ("C-13-39", "malformed", c1[:39], None, "truncated"),
        ("C-13-40", "malformed", c1[:40], None, "truncated"),
        ("C-13-59", "malformed", c1[:59], None, "truncated"),
        ("C-14-nonce", "auth_failed", flip(c1, 5, 3), None, "a bit of the nonce flipped"),
        ("C-14-tag", "auth_failed", flip(c1, 24, 7), None, "a bit of the tag flipped"),
        ("C-14-first", "auth_failed", flip(c1, 40), None, "a bit of the first byte of the text flipped"),
        ("C-14-last", "auth_failed", flip(c1, len(c1) - 1), None, "a bit of the last byte flipped"),
        ("C-15-other", "auth_failed", boxed(c1_gzip, K3), None, "sealed with another key"),
        ("C-15-swapped", "auth_failed", boxed(c1_gzip, swapped), None, "halves of the master key swapped"),
        ("C-16-cut", "auth_failed", c1[:-1], None, "one byte cut off"),
        ("C-16-more", "auth_failed", c1 + b"\0", None, "one byte more"),
        ("C-17", "malformed", boxed(deflated(C1_JSON, 9)[:100]), None, "gzip cut in the middle"),
        ("C-19", "ok", boxed(stored(big, split)), None, "200000 bytes in blocks as zlib cuts them"),
        ("C-20", "ok", boxed(stored(C1_JSON, [80, 0, 79])), None, "an empty block between two others"),
        ("C-21-nlen", "malformed", boxed(flip(c1_gzip, 13)), None, "LEN and NLEN differ"),
        ("C-21-type", "malformed", boxed(c1_gzip[:10] + b"\x07" + c1_gzip[11:]), None, "block type 3"),
        ("C-21-flags", "malformed", boxed(c1_gzip[:3] + b"\x20" + c1_gzip[4:]), None, "reserved flag"),
        ("tail", "ok", boxed(c1_gzip + b"tail"), None, "other bytes behind the trailer: a finding"),
    ]
    for name, expect, container, checksum, remark in rows:
        if checksum:
            assert hashlib.sha256(container).hexdigest() == checksum, name
        header = {"expect": expect, "comment": remark, "master-key": K1.hex()}
        if expect == "ok":
            content = big if name == "C-19" else C1_JSON
            header["json-sha256"] = hashlib.sha256(content).hexdigest()
        if name == "tail":
            header["findings"] = "1"
        yield f"safe/container/{name}.vec", vector(header, container)

    # C-22: the text is {"a":"aaa..."} with so many bytes.
    sizes = {}
    for size in (65535, 65536, 131070, 524190):
        text = b'{"a":"' + b"a" * (size - 8) + b'"}'
        sizes[str(size)] = hashlib.sha256(boxed(stored(text))).hexdigest()
    yield "safe/sizes.vec", vector({"comment": "C-22: size of the text, SHA-256 of its container"} | sizes, b"")


# ---- the model ----

def canonical(document):
    """The canonical form (safe.md 3.6) of a document without mistakes."""
    def pick(source, known):
        """`known`: name -> function of the value or absent; None leaves the member out."""
        out = {}
        for name, make in known:
            value = make(source.get(name, ABSENT))
            if value is not ABSENT:
                out[name] = value
        for name in sorted(set(source) - {name for name, _ in known}, key=lambda n: n.encode()):
            out[name] = source[name]
        return out

    keep = lambda value: value
    default = lambda otherwise: lambda value: otherwise if value is ABSENT else value
    ids = lambda value: [] if value is ABSENT else sorted({i.upper() for i in value})
    nullable = lambda value: None if value is ABSENT else value
    given = lambda value: ABSENT if value is None else value
    not_empty = lambda value: ABSENT if value == "" else value

    def release(value):
        if value is ABSENT:
            return ABSENT
        return value if value in (["*"], [None]) else ids(value) or [None]

    links = [("type", keep), ("name", not_empty), ("value", keep)]
    contact = [("identity", str.upper), ("publickey", keep), ("createdAt", default(0)),
               ("verification", keep), ("workVerified", default(False)), ("hidden", default(False)),
               ("firstname", default("")), ("lastname", default("")), ("nickname", default("")),
               ("lastUpdate", nullable), ("private", default(False)), ("readReceipts", default(0)),
               ("typingIndicators", default(0))]
    group = [("id", str.lower), ("creator", str.upper), ("groupname", default("")),
             ("createdAt", default(0)), ("members", ids), ("deleted", keep), ("lastUpdate", given),
             ("private", default(False))]
    distribution = [("id", str.lower), ("name", keep), ("createdAt", default(0)), ("members", ids),
                    ("lastUpdate", given), ("private", default(False))]
    flags = [("syncContacts", False), ("blockUnknown", False), ("readReceipts", True),
             ("sendTyping", True), ("threemaCalls", True), ("relayThreemaCalls", False),
             ("disableScreenshots", False), ("incognitoKeyboard", False)]
    settings = [(name, default(value)) for name, value in flags]
    settings += [("blockedContacts", ids), ("syncExcludedIds", ids), ("recentEmojis", default([]))]

    def entries(known, order, keep_if=lambda entry: True):
        return lambda value: [] if value is ABSENT else sorted(
            (pick(entry, known) for entry in value if keep_if(entry)), key=order)

    user = [("privatekey", keep), ("nickname", keep), ("profilePic", keep),
            ("profilePicRelease", release),
            ("links", lambda value: [] if value is ABSENT else [pick(link, links) for link in value])]
    made = pick(document, [
        ("info", lambda value: pick(value, [("version", keep), ("device", default(""))])),
        ("user", lambda value: pick(value, user)),
        ("contacts", entries(contact, lambda c: c["identity"])),
        ("groups", entries(group, lambda g: (g["creator"], g["id"]), lambda g: not g.get("deleted"))),
        ("distributionlists", entries(distribution, lambda d: d["id"])),
        ("settings", lambda value: pick(value, settings)),
    ])
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


class Absent:
    pass


ABSENT = Absent()


def model():
    full = (HERE / "safe/model/J-FULL.json").read_bytes()
    assert len(full) == 1583
    assert hashlib.sha256(full).hexdigest() == "6693acdbe76242e79e8b41f88b68e1c2b7e9a4a46c24ada2ef1b33bf5367cef1"
    sealed = boxed(stored(full))
    assert hashlib.sha256(sealed).hexdigest() == "e2ef17f45cf61d54c01859df3377511df7bd5ab1717a425ef8befcb68ef3e015"
    yield "safe/J-FULL.vec", vector(
        {"expect": "ok", "comment": "safe.md 4.5", "master-key": K1.hex(),
         "json-sha256": hashlib.sha256(full).hexdigest()}, sealed)
    for name, source in (("J-FULL", full), ("account", (HERE / "../../examples/account.json").read_bytes())):
        text = canonical(json.loads(source))
        yield f"safe/model/{name}.canonical.json", text
        digest_key = hashlib.blake2b(b"tresor content digest 1", key=K1, digest_size=32).digest()
        digest = hashlib.blake2b(text, key=digest_key, digest_size=32).hexdigest()
        yield f"safe/{name}.digest.vec", vector(
            {"comment": "content digest of the canonical form", "master-key": K1.hex(), "digest": digest}, b"")


# ---- ID exports ----

def id_exports():
    counting, umlauts = bytes(range(32)), "pässwörd–€😀"
    rows = [
        # name, scheme, password, identity, private key, salt, text of id-export.md 6.4
        ("O-1", "classic", "shootdeathstar", "ECHOECHO", counting, bytes(range(8)),
         "AAAQ-EAYE-AUDA-P3P7-LNPZ-BCZH-WWUM-DQZU-W53N-FHQI-DKUB-UP6C-7PJL-QDTM-4EUJ-6KAF-HHPW-ZA2C-GEHM-3XMI"),
        ("O-2", "argon2id", "shootdeathstar", "ECHOECHO", counting, bytes(range(8)),
         "AEAA-CAQD-AQCQ-MBYH-PXPW-2SFA-QSXM-QN7N-ZJS3-VWOJ-3LQK-YLDH-V3XI-7SEK-4GXD-W6TG-4J63-K7CC-DXHR-NWEY-L5R7-NNMX-"
         "OFNY-2ATF-PTKU-YHUG"),
        ("O-3", "classic", umlauts, "*SUPPORT", counting, bytes.fromhex("ffeeddccbbaa9988"),
         "77XN-3TF3-VKMY-RT4D-OJMW-E4TB-SWV7-7I3L-6KSX-OPNC-AYCU-DOTN-ELUI-K7XJ-UWHF-IJUE-RBLV-NBYU-5WG7-ETEJ"),
        ("O-5", "classic", "shootdeathstar", "ECHOECHO", counting, bytes(range(1, 9)),
         "AEBA-GBAF-AYDQ-RWAY-N5NN-35CV-7CL3-MH2B-SEFH-4KMV-27D6-MHFP-7MOK-NHK2-3G5G-4ALI-NKWN-QB45-2NHO-NI5Z"),
        ("ours-1", "classic", "three quiet otters", "0TRESOR0", hashlib.sha256(b"key 1").digest(),
         hashlib.sha256(b"salt 1").digest()[:8], None),
        ("ours-2", "classic", "x" * 4096, "*TRESOR9", hashlib.sha256(b"key 2").digest(),
         hashlib.sha256(b"salt 2").digest()[:8], None),
        ("ours-3", "argon2id", umlauts, "ZZZZZZZZ", hashlib.sha256(b"key 3").digest(),
         hashlib.sha256(b"salt 3").digest()[:8], None),
    ]
    for name, scheme, password, identity, key, salt, published in rows:
        text = codes.encoded(scheme, password.encode(), identity, key, salt)
        assert published in (None, text), name
        yield f"id_export/{name}.vec", vector(
            {"expect": "ok", "scheme": scheme, "identity": identity, "password": password.encode().hex(),
             "private-key": key.hex(), "salt": salt.hex()}, text.encode())


# ---- data backups ----

def archives():
    for name, header, content in data_backups.data_backups():
        yield name, vector(header, content)


def vector(header, content):
    return "".join(f"{name}: {value}\n" for name, value in header.items()).encode() + b"\n" + content


def main():
    check, wrong = "--check" in sys.argv[1:], []
    for maker in (containers, model, id_exports, archives):
        for name, content in maker():
            path = HERE / name
            if check and (not path.exists() or path.read_bytes() != content):
                wrong.append(name)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    for name in wrong:
        print("differs:", name)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
