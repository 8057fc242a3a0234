"""The writer of archives is right: by the format's own text, and by programs of others."""
import hashlib
import itertools
import pathlib
import re
import subprocess
import sys

import pytest

pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
import archive  # noqa: E402
import large  # noqa: E402
import reader  # noqa: E402
import winzip  # noqa: E402
from archive import Archive, Entry  # noqa: E402
from miniature import miniature  # noqa: E402
from programs import PROGRAMS, foreign, foreign_read, is_there  # noqa: E402

VECTORS = pathlib.Path(__file__).parent.parent / "vectors"
SALT = bytes(range(16))
SETTINGS = b'"version","27"\n'
PACKED = bytes.fromhex("010f00f0ff2276657273696f6e222c223237220a")
SEALED = SALT + bytes.fromhex("5be10ad4417cc846c11be9bfdf4ddb1dc64383dd2125bdfc6cbd9dfc7460ed59")


def needs(program):
    if not is_there(program):
        pytest.skip(f"{program} is not there")


def seven_zip(*arguments):
    needs("7z")
    return subprocess.run(["7z", *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL)


def one_entry(name="settings", content=SETTINGS, level=0, **deviations):
    made = Archive(salts=archive.one_salt())
    made.add(name, content, level, **deviations)
    return made


# ---- encryption ----

def test_the_vector_of_the_format_is_sealed_byte_for_byte():
    assert winzip.keys_of("backup-demo-1", SALT) == (
        bytes.fromhex("3c8fe1f06cd94b6283319a815599febdf929b74a9c7413cf48fe541014e25421"),
        bytes.fromhex("dc16e3b42e16442e1ea553af68221797a66bd3498ad519fd270842571837b4d3"), bytes.fromhex("5be1"))
    assert winzip.sealed(PACKED, "backup-demo-1", SALT) == SEALED


def test_level_0_packs_the_vector_into_one_stored_block():
    assert SEALED in one_entry().bytes()


@pytest.mark.parametrize("password, utf8, low", [("passwörd8", "8abf", "964c"), ("pässw0rd€", "e2c5", "1a62")])
def test_a_password_beyond_ascii_has_two_verifiers(password, utf8, low):
    assert winzip.keys_of(password, SALT)[2].hex() == utf8
    assert winzip.keys_of(winzip.low_bytes(password), SALT)[2].hex() == low


def test_the_counter_does_not_depend_on_the_pieces():
    text = bytes(range(256)) * 600
    whole, pieces = winzip.Counter(bytes(32)), winzip.Counter(bytes(32))
    parts = [text[at:at + 1001] for at in range(0, len(text), 1001)]
    assert b"".join(map(pieces.apply, parts)) == whole.apply(text)


def test_the_counter_begins_at_one_and_is_little_endian():
    assert winzip.counters(1, 2) == bytes([1] + [0] * 15 + [2] + [0] * 15)
    assert winzip.counters(256, 1) == bytes([0, 1] + [0] * 14)


# ---- structures ----

def test_the_local_header_is_that_of_the_app():
    assert one_entry().bytes()[:49] == bytes.fromhex(
        "504b0304 3300 0908 6300 0000 215a 00000000 00000000 00000000 0800 0b00") + b"settings" + bytes.fromhex(
        "0199 0700 0200 4145 03 0800")


def test_the_descriptor_has_no_checksum_and_both_sizes():
    assert one_entry().bytes()[49 + 48:][:16] == bytes.fromhex("504b0708 00000000 30000000 0f000000")


def test_the_directory_is_that_of_the_app():
    assert one_entry().bytes()[113:] == bytes.fromhex(
        "504b0102 3303 3300 0908 6300 0000 215a 00000000 30000000 0f000000 0800 0b00 0000 0000 0000 0000a481 00000000"
    ) + b"settings" + bytes.fromhex("0199 0700 0200 4145 03 0800 504b0506 0000 0000 0100 0100 41000000 71000000 0000")


def test_an_empty_entry_has_thirty_bytes():
    made = Archive()
    assert made.add("empty").packed_size == 30


def test_what_is_too_large_gets_all_its_numbers_in_front_of_the_aes_field():
    entry = Entry(b"a", size=5 << 30, packed_size=100, offset=7)
    header = archive.central_header(entry)
    assert header[20:28] == header[42:46] * 2 == b"\xff" * 8
    assert header[34:36] == b"\xff\xff"
    assert header[47:] == bytes.fromhex("0100 1c00 0000004001000000 6400000000000000 0700000000000000 00000000"
                                        "0199 0700 0200 4145 03 0800")
    assert archive.descriptor(entry)[8:] == bytes.fromhex("64000000 00000040")


def test_the_end_keeps_the_numbers_that_fit():
    records = archive.end_records(65600, 100, 5000, False)
    assert len(records) == 56 + 20 + 22
    assert records[-22:] == bytes.fromhex("504b0506 0000 0000 ffff ffff 64000000 88130000 0000")


def test_up_to_65534_entries_need_no_wide_record():
    assert len(archive.end_records(65534, 100, 5000, False)) == 22
    assert len(archive.end_records(65535, 100, 5000, False)) == 98


@pytest.mark.parametrize("count", [65535, 65600])
def test_so_many_entries_are_listed_by_another_program(tmp_path, count):
    needs("7z")
    made = Archive(salts=archive.one_salt())
    for number in range(count):
        made.add(f"message_media_{number}", b"x", 0)
    made.save(tmp_path / "many.zip")
    assert f" {count} files\n" in seven_zip("l", tmp_path / "many.zip").stdout


def test_a_hole_of_gigabytes_takes_no_room_and_the_entries_behind_it_are_found(tmp_path):
    needs("7z")
    with open(tmp_path / "sparse.zip", "wb") as out:
        made = Archive(salts=archive.one_salt(), out=out)
        large.sparse(made)
        made.finish()
    assert (tmp_path / "sparse.zip").stat().st_size > 5 << 30
    tested = seven_zip("t", "-pbackup-demo-1", tmp_path / "sparse.zip")
    assert "Files: 5" in tested.stdout, tested.stdout + tested.stderr


# ---- deviations ----

def test_a_medium_that_was_given_up_makes_the_next_size_wrong_and_nothing_else(tmp_path):
    made = Archive()
    made.give_up("message_media_1", bytes(20000))
    entry = made.add("settings", SETTINGS)
    made.save(tmp_path / "a.zip")
    assert entry.size == 20000 + len(SETTINGS)
    assert list(reader.read(tmp_path / "a.zip", "backup-demo-1")) == [("settings", SETTINGS)]


@pytest.mark.parametrize("at", [20, -1])
def test_a_flipped_bit_is_noticed(tmp_path, at):
    one_entry(damage=archive.flipped(at)).save(tmp_path / "a.zip")
    with pytest.raises(winzip.Damaged):
        list(reader.read(tmp_path / "a.zip", "backup-demo-1"))


def test_a_wrong_password_is_noticed(tmp_path):
    one_entry().save(tmp_path / "a.zip")
    with pytest.raises(winzip.WrongPassword):
        list(reader.read(tmp_path / "a.zip", "backup-demo-2"))


def test_ae_1_has_the_checksum_of_the_content_in_the_directory():
    made = one_entry(ae=1)
    assert b"PK\x01\x02" in made.bytes()
    assert made.directory[0].crc() != 0 and one_entry(ae=2).directory[0].crc() == 0


def test_the_local_header_may_say_something_else_than_the_directory():
    assert b"elsewhere" in one_entry(local={"name": b"elsewhere"}).bytes()[:60]


def test_archives_without_a_directory_end_with_the_last_descriptor():
    made = one_entry()
    made.finish(directory=False, end=False)
    assert made.bytes()[-16:-12] == b"PK\x07\x08"


def test_stored_blocks_inflate_to_their_content():
    assert reader.unpacked(archive.stored_blocks(b"abcdef", [1, 0, 5]), 8) == b"abcdef"


# ---- other programs ----

def account(folder):
    """The miniature in a folder, with an empty and a large medium."""
    content = miniature() | {"message_media_empty": b"", "message_media_large": bytes(range(256)) * 2000}
    folder.mkdir()
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return content


@pytest.mark.parametrize("program", PROGRAMS)
def test_another_program_reads_what_is_written_here(tmp_path, program):
    needs(program)
    content = account(tmp_path / "content")
    Archive().add_all(content).save(tmp_path / "a.zip")
    (tmp_path / "out").mkdir()
    assert foreign_read(program, tmp_path / "a.zip", "backup-demo-1", tmp_path / "out") == content


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("bits, ae", [(128, 1), (192, 2), (256, 1)])
def test_another_program_reads_the_other_strengths(tmp_path, program, bits, ae):
    needs(program)
    content = account(tmp_path / "content")
    made = Archive()
    for name, data in content.items():
        made.add(name, data, bits=bits, ae=ae)
    made.save(tmp_path / "a.zip")
    (tmp_path / "out").mkdir()
    assert foreign_read(program, tmp_path / "a.zip", "backup-demo-1", tmp_path / "out") == content


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_another_program_writes_is_the_same_content(tmp_path, program):
    needs(program)
    content = account(tmp_path / "content")
    path = foreign(program, tmp_path / "content", "backup-demo-1", tmp_path / "a.zip")
    assert dict(reader.read(path, "backup-demo-1")) == content


@pytest.mark.parametrize("program", ["bsdtar", "zip4j"])
def test_another_program_takes_the_longest_password(tmp_path, program):
    needs(program)
    password = "otter😀" * 36 + "otte"
    made = Archive(password)
    made.add("settings", SETTINGS)
    made.save(tmp_path / "a.zip")
    (tmp_path / "out").mkdir()
    assert foreign_read(program, tmp_path / "a.zip", password, tmp_path / "out") == {"settings": SETTINGS}


def test_a_program_that_is_not_there_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert foreign("7z", tmp_path, "backup-demo-1", tmp_path / "a.zip") is None


# ---- vectors ----

def vector(path):
    head, content = path.read_bytes().split(b"\n\n", 1)
    return dict(line.split(": ", 1) for line in head.decode().split("\n")), content


def those(*, without):
    """The vectors that 7-Zip, or the reader here, looks at in the way their header means. 7-Zip knows no low
    bytes and no password over 99 bytes, and is content with other headers."""
    return [path.stem for path in sorted(VECTORS.glob("data_backup/*.vec")) if not path.stem.startswith(without)]


@pytest.mark.parametrize("name", those(without=("C6", "C8", "C15", "C17", "C22", "V1", "V4", "local-")))
def test_another_program_tests_a_vector_as_its_header_says(tmp_path, name):
    header, content = vector(VECTORS / f"data_backup/{name}.vec")
    (tmp_path / "a.zip").write_bytes(content)
    result = seven_zip("t", "-p" + bytes.fromhex(header["password"]).decode(), tmp_path / "a.zip")
    assert (result.returncode == 0) == (header["expect"] == "ok"), result.stdout + result.stderr


@pytest.mark.parametrize("name", those(without=("C20", "local-name")))
def test_the_contents_of_a_vector_are_those_of_its_header(tmp_path, name):
    header, content = vector(VECTORS / f"data_backup/{name}.vec")
    if "contents" not in header or name.startswith("C15"):
        return
    (tmp_path / "a.zip").write_bytes(content)
    password = bytes.fromhex(header["password"])
    if name.startswith("C6"):
        password = winzip.low_bytes(password.decode())
    lines = {}
    for entry, data in reader.read(tmp_path / "a.zip", password, skip=header.get("damaged", "").split()):
        lines.setdefault(entry, f"{hashlib.sha256(data).hexdigest()}  {entry}\n")
    assert hashlib.sha256("".join(lines.values()).encode()).hexdigest() == header["contents"]


def test_the_twin_of_the_password_passes_one_verifier_only():
    header, content = vector(VECTORS / "data_backup/C4.vec")
    twin, salts = bytes.fromhex(header["password"]), archive.numbered_salts()
    alike = [winzip.keys_of(twin, salt)[2] == winzip.keys_of(archive.PASSWORD, salt)[2]
             for salt in itertools.islice(salts, int(header["entries"]))]
    assert alike == [True, False, False, False]


def test_the_vectors_are_small_together():
    assert sum(path.stat().st_size for path in VECTORS.glob("data_backup/*")) < 350_000


# ---- large ones ----

def rows_in(path):
    chats = (content for name, content in reader.read(path, "backup-demo-1")
             if re.match(r"(group_)?message_\d+\.csv", name))
    return sum(len(re.findall(rb'\n"[0-9a-f]{16}","', content)) for content in chats)


def test_a_large_archive_has_as_many_messages_as_wanted(tmp_path):
    program = pathlib.Path(large.__file__)
    subprocess.run([sys.executable, program, "messages", tmp_path / "a.zip", "--count", "3000"], check=True)
    assert rows_in(tmp_path / "a.zip") == 3000


def test_a_large_archive_is_the_same_each_time(tmp_path):
    made = [Archive(salts=archive.one_salt()) for _ in range(2)]
    for one in made:
        large.messages(one, 2000)
    assert made[0].bytes() == made[1].bytes()


def test_an_archive_of_media_has_a_message_for_each(tmp_path):
    made = Archive(salts=archive.one_salt())
    large.media(made, 300)
    made.save(tmp_path / "a.zip")
    names = [name for name, _ in reader.read(tmp_path / "a.zip", "backup-demo-1")]
    assert sum(name.startswith("message_media_") for name in names) == rows_in(tmp_path / "a.zip") == 300
