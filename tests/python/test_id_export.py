"""ID exports: codes go round, open as those of the apps do, and say what is wrong with them."""
import shutil
import subprocess
from datetime import datetime, timezone

import pytest
from conftest import ID, OTHER_PASSWORD, raises

import tresor
from tresor import IdScheme, Secret

KEY = bytes(range(32))
L1 = "4K4M-5Q6T-KFUH-KHL5-2VCJ-ZM57-NL7R-WJTA-V45L-NJAM-WLEU-5DS4-XF7S-OPH4-CTCL-N2CF-3C4C-HPB7-YZWW-U3S6"
L1_KEY = bytes.fromhex("255d619ebec82341a5abe0b3ff736f900faa3eda1cb86b34f102394f86a41b2c")
A1 = ("AHCV-YVN5-MZF6-H47E-BFDA-XPQ4-523T-QEJ7-Q7TB-5O2G-U3LM-IPAY-PMO3-RWYJ-FZ5F-VRAH-5MHT-IP2E-ODYI-GXW4-4NAF-EOCO-"
      "OZPR-NZK4-CHVE-LYVL")
MADE = datetime(2026, 11, 24, 6, 5, tzinfo=timezone.utc)


def test_an_official_code_opens():
    imported = tresor.import_id(L1, "testpassword", strict=True)
    assert (imported.identity, imported.scheme) == ("0ZAHXXHB", IdScheme.CLASSIC)
    assert imported.private_key == L1_KEY
    assert imported.public_key == tresor.public_key_of(L1_KEY)


@pytest.mark.parametrize("key", [KEY, bytearray(KEY), memoryview(KEY), Secret(KEY)])
def test_a_code_goes_round(key):
    code = tresor.export_id("echoecho", key, Secret(OTHER_PASSWORD))
    assert len(code) == 99 and code != tresor.export_id(ID, key, OTHER_PASSWORD)
    imported = tresor.import_id("  " + code.lower().replace("-", " \n"), OTHER_PASSWORD)
    assert imported.identity == ID and imported.private_key == KEY


def test_the_other_scheme_goes_round_or_is_unsupported():
    if not IdScheme.ARGON2ID.supported:
        with raises("UNSUPPORTED"):
            tresor.export_id(ID, KEY, OTHER_PASSWORD, IdScheme.ARGON2ID)
        return
    code = tresor.export_id(ID, KEY, OTHER_PASSWORD, IdScheme.ARGON2ID)
    imported = tresor.import_id(code, OTHER_PASSWORD)
    assert (len(code), imported.scheme, imported.private_key) == (129, IdScheme.ARGON2ID, KEY)
    assert IdScheme.CLASSIC.supported


@pytest.mark.parametrize("written, password, error", [
    (L1, "nopedinope", "AUTH_FAILED"), (L1[1:], "testpassword", "MALFORMED"), ("", "testpassword", "MALFORMED"),
    (b"\xff" + L1.encode(), "testpassword", "MALFORMED"), ("7777-7777", "testpassword", "UNSUPPORTED"),
    (L1, "", "INVALID_ARGUMENT"), (L1, "a\0b", "INVALID_ARGUMENT"), (L1[:9] + "\0" + L1[9:], "testpassword", "MALFORMED")])
def test_what_does_not_open_says_why(written, password, error):
    with raises(error) as caught:
        tresor.import_id(written, password)
    assert len(caught.error.message) > 10


def test_what_cannot_be_exported_is_refused():
    for identity, key, password in ((ID, KEY, "short"), (ID, KEY, "x" * 4097), (ID, KEY[1:], OTHER_PASSWORD),
                                    ("ECHO", KEY, OTHER_PASSWORD), (ID, KEY, "seven\0and more")):
        with raises("INVALID_ARGUMENT"):
            tresor.export_id(identity, key, password)
    for scheme in (2, 2**32):
        with raises("INVALID_ARGUMENT"):
            tresor.export_id(ID, KEY, OTHER_PASSWORD, scheme)
    with pytest.raises(TypeError):
        tresor.export_id(ID, KEY, OTHER_PASSWORD, "classic")
    for key in (None, "a" * 32, 32):
        with pytest.raises(TypeError):
            tresor.export_id(ID, key, OTHER_PASSWORD)
    with pytest.raises(TypeError):
        tresor.import_id(None, OTHER_PASSWORD)


def test_a_text_tells_its_code_without_a_password():
    assert tresor.find_code(f"Keep it: {A1}\n") == tresor.IdCode(A1, IdScheme.ARGON2ID)
    assert tresor.find_code(L1.lower().encode()) == tresor.IdCode(L1, IdScheme.CLASSIC)
    with raises("MALFORMED"):
        tresor.find_code(L1.lower(), strict=True)


def test_bad_characters_have_places_and_suggestions():
    assert tresor.bad_characters("A0ä1".encode() + b"\xff") == (
        tresor.BadCharacter(1, "0", "O"), tresor.BadCharacter(2, "ä", ""), tresor.BadCharacter(3, "1", "IL"),
        tresor.BadCharacter(4, "", ""))
    assert tresor.bad_characters(L1) == () and tresor.bad_characters("") == ()
    with raises("MALFORMED") as caught:
        tresor.import_id(L1.replace("O", "0"), "testpassword")
    assert '"0" at 66 (perhaps O)' in caught.error.message


def test_sheets_are_pages_in_two_languages():
    english, german = (tresor.id_sheet(ID, L1, MADE, language=language) for language in ("en", "de"))
    assert english.startswith("<!DOCTYPE html>") and "24 November 2026" in english and "24. November 2026" in german
    assert all(L1[at:at + 20] in english for at in range(0, 99, 20))
    drawing = tresor.id_sheet(ID, L1, MADE, svg=True)
    assert drawing.startswith("<svg") and drawing in english
    with raises("INVALID_ARGUMENT"):
        tresor.id_sheet(ID, L1, MADE, language="fr")
    with raises("MALFORMED"):
        tresor.id_sheet(ID, "no code", MADE)


def test_the_qr_code_has_rows_of_modules():
    rows = tresor.id_qr_code(L1)
    assert len(rows) == 41 and {len(row) for row in rows} == {41}
    assert rows[0][:8] == (True,) * 7 + (False,)
    with raises("MALFORMED"):
        tresor.id_qr_code("no code")


@pytest.mark.parametrize("code", [L1, A1])
def test_the_qr_code_of_an_official_code_is_read_by_another_program(code, tmp_path):
    """D-16: as a picture of 4 points a module, with the margin that it wants."""
    if shutil.which("zbarimg") is None:
        pytest.skip("zbarimg is not installed")
    rows = tresor.id_qr_code(code)
    margin = [(False,) * (len(rows) + 8)] * 4
    rows = [*margin, *((False,) * 4 + row + (False,) * 4 for row in rows), *margin]
    lines = [" ".join("1" if dark else "0" for dark in row for _ in range(4)) for row in rows for _ in range(4)]
    (tmp_path / "code.pbm").write_text(f"P1\n{4 * len(rows)} {4 * len(rows)}\n" + "\n".join(lines) + "\n")
    result = subprocess.run(["zbarimg", "--raw", "-q", tmp_path / "code.pbm"], capture_output=True, text=True)
    assert result.stdout == code + "\n", result.stderr


def test_codes_have_names_in_a_store(memory):
    name = tresor.id_export_name("*SUPPORT", MADE)
    assert name == "id-exports/_SUPPORT-20261124T060500Z.txt"
    memory.put_bytes(name, L1 + "\n")
    assert [one.name for one in memory.list("id-exports/")] == [name]
    assert tresor.import_id(memory.get_bytes(name), "testpassword").identity == "0ZAHXXHB"


def test_private_keys_are_read_from_files_and_written():
    for content in (KEY, KEY.hex() + "\n", Secret(KEY.hex()), tresor.format_private_key(KEY)):
        assert tresor.parse_private_key(content) == KEY
    assert tresor.format_private_key(Secret(KEY)) == b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    for content in ("", KEY + b"\n", KEY.hex()[1:], "AAECAwQF"):
        with raises("MALFORMED"):
            tresor.parse_private_key(content)
