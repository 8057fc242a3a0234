"""A second implementation of ID exports: hashlib, PyNaCl and argon2-cffi; the bare XSalsa20 is written out here."""
import base64
import hashlib
import struct

import argon2.low_level
import nacl.bindings


def rotated(value, bits):
    value &= 0xFFFFFFFF
    return value << bits | value >> (32 - bits)


def rounds(state):
    x = list(state)
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11),
                           (0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14)):
            x[b] ^= rotated(x[a] + x[d], 7)
            x[c] ^= rotated(x[b] + x[a], 9)
            x[d] ^= rotated(x[c] + x[b], 13)
            x[a] ^= rotated(x[d] + x[c], 18)
    return x


def state_of(key, middle):
    """`middle`: the 16 bytes of nonce and counter."""
    c = struct.unpack("<4I", b"expand 32-byte k")
    k, n = struct.unpack("<8I", key), struct.unpack("<4I", middle)
    return [c[0], *k[:4], c[1], *n, c[2], *k[4:], c[3]]


def xsalsa20(key, size):
    """The key stream of 24 zero bytes as nonce."""
    x = rounds(state_of(key, bytes(16)))
    inner = struct.pack("<8I", *(x[i] & 0xFFFFFFFF for i in (0, 5, 10, 15, 6, 7, 8, 9)))
    out = b""
    for block in range((size + 63) // 64):
        state = state_of(inner, struct.pack("<QQ", 0, block))
        out += struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(rounds(state), state)))
    return out[:size]


def text_of(raw):
    text = base64.b32encode(raw).decode()
    assert "=" not in text
    return "-".join(text[i:i + 4] for i in range(0, len(text), 4))


def key_of(scheme, password, salt):
    if scheme == "classic":
        return hashlib.pbkdf2_hmac("sha256", password, salt, 100000, 32)
    return argon2.low_level.hash_secret_raw(password, salt, time_cost=8, memory_cost=131072, parallelism=1, hash_len=32,
                                            type=argon2.low_level.Type.ID, version=0x13)


def encoded(scheme, password, identity, private_key, salt):
    key, plain = key_of(scheme, password, salt), identity.encode() + private_key
    if scheme == "classic":
        plain += hashlib.sha256(plain).digest()[:2]
        return text_of(salt + bytes(a ^ b for a, b in zip(plain, xsalsa20(key, 42))))
    header = b"\x01" + salt
    return text_of(header + nacl.bindings.crypto_aead_chacha20poly1305_ietf_encrypt(plain, header, bytes(12), key))


def decoded(text, password):
    """Scheme, identity and private key; None where it does not open."""
    raw = base64.b32decode(text.replace("-", ""))
    if len(raw) == 50:
        key = key_of("classic", password, raw[:8])
        plain = bytes(a ^ b for a, b in zip(raw[8:], xsalsa20(key, 42)))
        good = hashlib.sha256(plain[:40]).digest()[:2] == plain[40:]
        return ("classic", plain[:8].decode(), plain[8:40]) if good else None
    assert len(raw) == 65 and raw[0] == 1
    try:
        plain = nacl.bindings.crypto_aead_chacha20poly1305_ietf_decrypt(raw[9:], raw[:9], bytes(12),
                                                                        key_of("argon2id", password, raw[1:9]))
    except nacl.exceptions.CryptoError:
        return None
    return "argon2id", plain[:8].decode(), plain[8:]
