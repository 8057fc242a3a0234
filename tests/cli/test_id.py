"""id export, import: the identity as a text, made of what people have, and checked."""
import base64
import os
import pty
import resource
import stat
import subprocess
import sys

import pytest
from conftest import ACCOUNT, ID, SOURCE, TOOL

sys.path.insert(0, str(SOURCE / "tests/vectors"))
WORDS = "three quiet otters"
KEY = bytes(range(32))
PUBLIC = "j0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8="
L1 = "4K4M-5Q6T-KFUH-KHL5-2VCJ-ZM57-NL7R-WJTA-V45L-NJAM-WLEU-5DS4-XF7S-OPH4-CTCL-N2CF-3C4C-HPB7-YZWW-U3S6"
A1 = ("AHCV-YVN5-MZF6-H47E-BFDA-XPQ4-523T-QEJ7-Q7TB-5O2G-U3LM-IPAY-PMO3-RWYJ-FZ5F-VRAH-5MHT-IP2E-ODYI-GXW4-4NAF-EOCO-"
      "OZPR-NZK4-CHVE-LYVL")


@pytest.fixture
def codes():
    pytest.importorskip("nacl", reason="python3-nacl is not installed")
    pytest.importorskip("argon2", reason="python3-argon2 is not installed")
    import codes
    return codes


@pytest.fixture
def words(tool):
    tool.write("words", WORDS + "\n")
    tool.write("key", KEY)
    return ["--password-file", "words"]


def export(tool, words, *more, **kinds):
    return tool("id", "export", "--id", ID, *words, *more, password=False, **kinds)


def test_a_code_of_a_key_file_opens_in_the_second_implementation(tool, words, codes):
    result = export(tool, words, "--key-file", "key", "--json").json
    assert (result["identity"], result["scheme"]) == (ID, "classic")
    assert codes.decoded(result["code"], WORDS.encode()) == ("classic", ID, KEY)


def test_so_does_one_of_the_other_scheme(tool, words, codes):
    result = export(tool, words, "--key-file", "key", "--scheme", "argon2id", "--json")
    assert "iOS" in result.err
    assert codes.decoded(result.json["code"], WORDS.encode()) == ("argon2id", ID, KEY)
    tool.write("code", result.json["code"])
    imported = tool("id", "import", "code", *words, "--json", password=False).json
    assert imported == {"identity": ID, "public_key": PUBLIC, "scheme": "argon2id"}


@pytest.mark.parametrize("content", [KEY, KEY.hex().encode(), KEY.hex().upper().encode() + b"\r\n", base64.b64encode(KEY) + b"\n"])
def test_a_key_file_holds_bytes_digits_or_base64(tool, words, content):
    tool.write("key", content)
    tool.write("code", export(tool, words, "--key-file", "key").text)
    assert tool.good("id", "import", "code", *words, "--json", password=False).json["public_key"] == PUBLIC


@pytest.mark.parametrize("content", [b"", KEY + b"\n", KEY.hex().encode() + b"\n\n", b"a" * 63, b"z" * 64])
def test_what_is_no_key_is_refused(tool, words, content):
    tool.write("key", content)
    result = export(tool, words, "--key-file", "key", "--out", "code")
    assert result.code == 3 and "holds no key" in result.err and "code" not in tool.names()


def test_the_key_of_an_account(tool, words):
    code = export(tool, words, "--safe", ACCOUNT).text
    result = tool.good("id", "import", *words, "--json", password=False, stdin=code.encode()).json
    account = tool.good("safe", "check", ACCOUNT, "--canonical", "canonical", password=False)
    assert account and result["identity"] == ID
    import json
    key = json.loads(tool.path("canonical").read_text())["user"]["privatekey"]
    tool.good("id", "import", "-", "--key-out", "out", *words, password=False, stdin=code.encode())
    assert tool.path("out").read_text() == key + "\n"
    assert stat.S_IMODE(tool.path("out").stat().st_mode) == 0o600


def test_the_key_of_a_safe_in_a_store_goes_to_a_store(tool, words):
    tool.good("store", "init", "store", password=False)
    tool.good("safe", "enable", "--id", ID, "--store", "store", "--data", ACCOUNT, "--state", "state")
    result = export(tool, words, "--from-store", "store", "--safe-password-file", "password", "--to-store", "store", "--at",
                    "2026-11-24T06:05:00Z", "--json").json
    name = f"id-exports/{ID}-20261124T060500Z.txt"
    assert result["name"] == name
    assert name in tool.good("store", "list", "store", password=False).text
    assert tool.path(f"store/{name}").read_text() == result["code"] + "\n"
    assert tool.good("id", "import", f"store/{name}", *words, password=False).text.startswith(f"identity          {ID}\n")
    again = export(tool, words, "--key-file", "key", "--to-store", "store", "--at", "2026-11-24T06:05:00Z")
    assert again.code == 12  # never over another
    assert tool.path(f"store/{name}").read_text() == result["code"] + "\n"
    tool.good("store", "sweep", "store", "--at", "2036-11-24T06:05:00Z", "--force", password=False)
    assert tool.path(f"store/{name}").exists()
    wrong = export(tool, words, "--from-store", "store", "--safe-password-file", "words")
    assert wrong.code == 7 and "check both" in wrong.err


def test_a_gateway_id_has_a_name_in_a_store(tool, words):
    tool.good("store", "init", "store", password=False)
    result = tool("id", "export", "--id", "*support", "--key-file", "key", "--to-store", "store", "--at", "2026-11-24T06:05:00Z",
                  *words, password=False)
    assert result.code == 0, result.err
    assert tool.path("store/id-exports/_SUPPORT-20261124T060500Z.txt").exists()


def test_a_code_goes_to_a_file_and_not_over_another(tool, words):
    export(tool, words, "--key-file", "key", "--out", "code")
    first = tool.path("code").read_text()
    assert len(first) == 100 and stat.S_IMODE(tool.path("code").stat().st_mode) == 0o600
    result = export(tool, words, "--key-file", "key", "--out", "code")
    assert result.code == 12 and tool.path("code").read_text() == first
    assert export(tool, words, "--key-file", "key", "--out", "code", "--force").code == 0
    assert tool.path("code").read_text() != first
    assert export(tool, words, "--key-file", "key", "--out", "-").text.count("\n") == 1
    assert export(tool, words, "--key-file", "key", "--out", "-", "--json").code == 2


@pytest.mark.parametrize("options, hint", [
    ([], "give one of"), (["--key-file", "key", "--safe", str(ACCOUNT)], "give one of"),
    (["--key-file", "key", "--scheme", "best"], "classic and argon2id"), (["--key-file", "key", "--sheet", "a.pdf"], ".svg"),
    (["--key-file", "key", "--lang", "fr", "--sheet", "a.svg"], "en and de"), (["--key-file", "key", "--sheet", "-"], ".svg"),
    (["--key-file", "key", "--out", "a", "--to-store", "b"], "not both"),
    (["--key-file", "key", "--safe-password-file", "words"], "--from-store"),
    (["--key-file", "key", "--store-user", "alice"], "server"), (["--key-file", "-", "--password-file", "-"], "once")])
def test_wrong_use_is_told(tool, words, options, hint):
    result = export(tool, [] if "--password-file" in options else words, *options)
    assert result.code == 2 and hint in result.err, result.err
    assert tool.names() == ["key", "password", "words"]


@pytest.mark.parametrize("options", [["--out", "key"], ["--sheet", "key.svg"], ["--out", "a.svg", "--sheet", "a.svg"], ["--out", "words"],
                                     ["--out", "link"], ["--out", "./b/../key"]])
def test_what_is_read_is_never_written(tool, words, options):
    """Also with --force, and by another name of the same file."""
    tool.write("key.svg", KEY)
    tool.path("link").symlink_to("key")
    key = "key.svg" if "key.svg" in options else "key"
    result = export(tool, words, "--key-file", key, *options, "--force")
    assert result.code == 2, result.err
    assert tool.path("key").read_bytes() == tool.path("key.svg").read_bytes() == KEY and tool.path("words").read_text() == WORDS + "\n"
    tool.write("code", L1)
    tool.write("words", "testpassword")
    for out in ("code", "words"):
        assert tool("id", "import", "code", "--key-out", out, "--password-file", "words", "--force", password=False).code == 2
    assert tool.path("code").read_text() == L1


def test_a_sheet_comes_only_with_its_code(tool, words):
    for options in (["--out", "nowhere/code"], ["--out", "-", "--json"]):
        assert export(tool, words, "--key-file", "key", "--sheet", "sheet.html", *options).code != 0
        assert tool.names() == ["key", "password", "words"]
    (tool.path("closed")).mkdir(mode=0o500)
    limited = export(tool, words, "--key-file", "key", "--sheet", "sheet.html", "--out", "code", limit_file=1000)
    assert limited.code == 10 and tool.names() == ["closed", "key", "password", "words"]


def test_the_key_that_was_exported_is_told(tool, words):
    assert export(tool, words, "--key-file", "key", "--json").json["public_key"] == PUBLIC
    assert f"public key        {PUBLIC}\n" in export(tool, words, "--key-file", "key", "--out", "code").text
    assert export(tool, words, "--key-file", "key").text.count("\n") == 1  # the code alone, for a pipe


def test_a_new_password_is_held_against_the_rules(tool, words):
    for password, code in (("short", 2), ("x" * 20 + "\0", 2), ("ab" * 2048, 0), ("ab" * 2049, 2)):
        tool.write("words", password + "\n")
        assert export(tool, words, "--key-file", "key").code == code, password
    tool.write("words", "aaaaaaaaaaaa")
    assert "the password is weak" in export(tool, words, "--key-file", "key").err
    for weak in ("password1", "12345678"):
        tool.write("words", weak)
        assert "weak" in export(tool, words, "--key-file", "key").err, weak


def test_import_takes_what_people_have(tool):
    tool.write("words", "testpassword")
    for text in (L1, L1.lower().replace("-", " \n"), "The code for the ID, keep it:\n\n" + L1 + "\n", "x://restore?backup=" + L1):
        result = tool.good("id", "import", "--password-file", "words", "--json", password=False, stdin=text.encode()).json
        assert (result["identity"], result["scheme"]) == ("0ZAHXXHB", "classic")


@pytest.mark.parametrize("text, password, code", [
    (L1, "nopedinope", 5), (L1[1:], "testpassword", 3), ("7777-7777", "qqq", 4), (L1.replace("O", "0"), "testpassword", 3),
    ("", "qqq", 3), (L1 + "\n" + A1, "qqq", 3), ("A" * 70000, "qqq", 6)])
def test_import_tells_what_is_wrong(tool, text, password, code):
    tool.write("words", password)
    tool.write("code", text)
    result = tool("id", "import", "code", "--key-out", "out", "--password-file", "words", "--json", password=False)
    assert result.code == code and result.json["error"]["code"] == code
    assert "out" not in tool.names() and password not in result.err


def test_a_key_file_is_not_overwritten(tool):
    tool.write("words", "testpassword")
    tool.write("code", L1)
    tool.write("out", "mine")
    command = ["id", "import", "code", "--key-out", "out", "--password-file", "words"]
    assert tool(*command, password=False).code == 12 and tool.path("out").read_text() == "mine"
    tool.good(*command, "--force", password=False)
    assert base64.b64decode(tool.path("out").read_text())[:2].hex() == "255d"
    assert tool("id", "import", "code", "--key-out", "-", "--password-file", "words", password=False).code == 2


def test_the_private_key_is_shown_nowhere(tool, words):
    shown = ""
    for options in (["--verbose"], ["--json"], []):
        result = export(tool, words, "--key-file", "key", *options)
        tool.write("code", result.json["code"] if "--json" in options else result.text)
        imported = tool.good("id", "import", "code", *words, *options, password=False)
        shown += result.text + result.err + imported.text + imported.err
    for secret in (KEY.hex(), base64.b64encode(KEY).decode(), WORDS):
        assert secret not in shown


def test_without_its_memory_argon2id_is_an_error(tool):
    """D-15: 128 MiB cannot be had."""
    tool.write("words", "ThisIsABadPassword")
    tool.write("code", A1)
    result = subprocess.run([TOOL, "id", "import", "code", "--password-file", "words"], cwd=tool.folder, capture_output=True,
                            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (100 << 20, 100 << 20)), timeout=60)
    assert result.returncode == 11, result.stderr


def test_asked_on_a_terminal_it_takes_code_and_password(tool):
    """The code is typed, then Ctrl-D; the password has no echo."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tool.folder)
        os.execv(TOOL, [TOOL, "id", "import"])
    seen = b""

    def until(text):
        nonlocal seen
        while text not in seen:
            seen += os.read(terminal, 1000)
        seen = b""
    until(b"Ctrl-D")
    os.write(terminal, L1.encode() + b"\n\x04")
    until(b"Password of the code: ")
    os.write(terminal, b"testpassword\n")
    rest = b""
    while True:
        try:
            got = os.read(terminal, 1000)
        except OSError:
            break
        if not got:
            break
        rest += got
    assert os.waitpid(pid, 0)[1] == 0
    assert b"0ZAHXXHB" in rest and b"testpassword" not in rest
