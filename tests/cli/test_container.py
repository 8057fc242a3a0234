"""safe keys, seal, open, check; against PyNaCl and the vectors."""
import hashlib
import json
import zlib

import pytest
from conftest import ACCOUNT, BACKUP_ID, ID, KEY, PASSWORD, SOURCE

nacl = pytest.importorskip("nacl.bindings", reason="python3-nacl is not installed")

VECTORS = SOURCE / "tests/vectors/safe"


def test_keys(tool):
    assert tool.good("safe", "keys", "--id", ID, "--json").json == {"identity": ID, "backup_id": BACKUP_ID, "shard": "06"}
    shown = tool.good("safe", "keys", "--id", "echoecho", "--show-key", "--json").json
    assert shown == {"identity": ID, "backup_id": BACKUP_ID, "shard": "06", "encryption_key": KEY}
    text = tool.good("safe", "keys", "--id", ID).text
    assert BACKUP_ID in text and KEY not in text


def master_key(password=PASSWORD, identity=ID):
    return hashlib.scrypt(password.encode(), salt=identity.encode(), n=65536, r=8, p=1, maxmem=1 << 27, dklen=64)


def test_what_the_tool_seals_pynacl_opens(tool):
    tool.write("in.json", ACCOUNT.read_bytes())
    result = tool.good("safe", "seal", "--id", ID, "in.json", "out", "--json")
    container = tool.path("out").read_bytes()
    assert result.json == {"bytes": len(container), "backup_id": BACKUP_ID}
    packed = nacl.crypto_secretbox_open(container[24:], container[:24], master_key()[32:])
    assert packed.startswith(bytes.fromhex("1f8b0800000000000000"))
    assert zlib.decompress(packed, 31) == ACCOUNT.read_bytes()


@pytest.mark.parametrize("level", range(10))
def test_what_pynacl_seals_the_tool_opens_compressed_or_not(tool, level):
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    packed = packer.compress(ACCOUNT.read_bytes()) + packer.flush()
    nonce = bytes(range(24))
    tool.write("in", nonce + nacl.crypto_secretbox(packed, nonce, master_key()[32:]))
    result = tool.good("safe", "open", "--id", ID, "in", "out.json", "--json")
    assert result.json == {"bytes": len(ACCOUNT.read_bytes()), "warnings": []}
    assert tool.path("out.json").read_bytes() == ACCOUNT.read_bytes()


@pytest.mark.parametrize("path", sorted((VECTORS / "container").glob("*.vec")), ids=lambda path: path.stem)
def test_the_vectors(tool, path):
    header, _, container = path.read_bytes().partition(b"\n\n")
    fields = dict(line.split(": ", 1) for line in header.decode().splitlines())
    tool.write("in", container)
    result = tool("safe", "open", "--id", ID, "in", "out", "--json")
    if fields["expect"] == "ok":
        assert result.code == 0
        assert hashlib.sha256(tool.path("out").read_bytes()).hexdigest() == fields["json-sha256"]
        assert len(result.json["warnings"]) == int(fields.get("findings", 0))
    else:
        assert result.code == {"malformed": 3, "auth_failed": 5, "too_large": 6}[fields["expect"]]
        assert result.json["error"]["name"] == fields["expect"]
        assert not tool.path("out").exists()


@pytest.mark.parametrize("content", [b"{}", b" {\n} \n", b"", b"not json at all", "ë\n".encode(), b"\x00\xff" * 1000])
def test_the_text_inside_is_unchanged(tool, content):
    tool.write("in", content)
    tool.good("safe", "seal", "--id", ID, "in", "out")
    tool.good("safe", "open", "--id", ID, "out", "back")
    assert tool.path("back").read_bytes() == content


def test_sealing_what_no_app_could_restore_is_noted(tool):
    tool.write("in", "{}")
    assert "no app could restore" in tool.good("safe", "seal", "--id", ID, "in", "out").err
    tool.write("good", ACCOUNT.read_bytes())
    assert tool.good("safe", "seal", "--id", ID, "good", "out2").err == ""


def test_another_password_or_id_does_not_open(tool):
    tool.write("in", "{}")
    tool.good("safe", "seal", "--id", ID, "in", "out")
    other = tool.write("other", "shootdeathstaR\n")
    assert tool("safe", "open", "--id", ID, "out", "back", "--password-file", other, password=False).code == 5
    assert tool("safe", "open", "--id", "ECHOECH0", "out", "back").code == 5


def test_check_counts_and_lists(tool):
    result = tool.good("safe", "check", ACCOUNT, "--json", password=False)
    assert result.json == {"ok": True, "warnings": [], "contacts": 200, "groups": 12, "distribution_lists": 3}
    account = json.loads(ACCOUNT.read_text())
    account["contacts"][3]["verification"] = 7
    del account["settings"]
    tool.write("odd.json", json.dumps(account))
    odd = tool.good("safe", "check", "odd.json", "--json", password=False).json
    assert [warning["pointer"] for warning in odd["warnings"]] == ["/contacts/3/verification", "/settings"]
    assert all(set(warning) == {"pointer", "reason"} for warning in odd["warnings"])
    assert "2 warnings" in tool.good("safe", "check", "odd.json", password=False).text
    assert "/contacts/3/verification" in tool.good("safe", "check", "odd.json", password=False).err


@pytest.mark.parametrize("change, code", [({"info": {"version": 2}}, 4), ({"info": {}}, 3), ({"user": {}}, 3)])
def test_check_refuses_what_is_fatal(tool, change, code):
    tool.write("bad.json", json.dumps(json.loads(ACCOUNT.read_text()) | change))
    result = tool("safe", "check", "bad.json", "--canonical", "out", "--json", password=False)
    assert result.code == code
    assert result.json["ok"] is False
    assert result.json["warnings"] == []
    assert result.json["error"]["code"] == code
    assert not tool.path("out").exists()


def test_check_of_no_json_and_of_too_much(tool):
    tool.write("bad", "{")
    assert tool("safe", "check", "bad", password=False).code == 3
    tool.write("large", b"{" + b" " * (16 << 20) + b"}")
    assert tool("safe", "check", "large", password=False).code == 6
    for name, array in (("many", [0] * 100_001), ("deep", json.loads("[" * 40 + "]" * 40))):
        tool.write(name, json.dumps({"info": {"version": 1}, "x": array}))
        result = tool("safe", "check", name, "--json", password=False)
        assert result.code == {"many": 6, "deep": 3}[name]
        assert result.json["ok"] is False and result.json["contacts"] is None


def test_check_knows_the_owner_if_told(tool):
    account = json.loads(ACCOUNT.read_text())
    own = account["contacts"][0]["identity"]
    result = tool.good("safe", "check", ACCOUNT, "--id", own, "--json", password=False).json
    assert result["contacts"] == 199
    assert [warning["pointer"] for warning in result["warnings"]] == ["/contacts/0/identity"]


def test_canonical_is_what_the_second_implementation_writes(tool):
    for name, source in (("account", ACCOUNT), ("J-FULL", VECTORS / "model/J-FULL.json")):
        tool.good("safe", "check", source, "--canonical", name, password=False)
        assert tool.path(name).read_bytes() == (VECTORS / f"model/{name}.canonical.json").read_bytes()
