"""The package is typed, strictly, and its types are those that it says."""
import os
import shutil
import subprocess

import pytest
from conftest import PACKAGE, SOURCE

PROGRAM = '''
import io
import pathlib
from datetime import datetime, timedelta
from typing import Dict, Iterable, List, Optional, Tuple
from typing_extensions import assert_type

import tresor
from tresor import (Abilities, Account, Answer, CycleState, Decision, Errc, Finding, IfVersion, Keys, LibraryStorage,
                    ObjectInfo, Opened, Outcome, Readable, Reason, Restored, Secret, Status, Storage, Swept, Transferred,
                    TresorError, Verified, Writable)


class Mine(Storage):
    def describe(self) -> str:
        return "mine"

    def abilities(self) -> Abilities:
        return Abilities.LIST | Abilities.ANY_NAME

    def put(self, name: str, content: Readable, condition: object = None) -> ObjectInfo:
        return ObjectInfo(name, len(content.read()))

    def stat(self, name: str) -> Optional[ObjectInfo]:
        return None

    def get(self, name: str, into: Writable) -> Optional[ObjectInfo]:
        into.write(b"")
        return None

    def remove(self, name: str, condition: object = None) -> bool:
        return False

    def list(self, prefix: str = "") -> Iterable[ObjectInfo]:
        return []


class States(tresor.StateStore):
    def load(self) -> Optional[str]:
        return None

    def save(self, state: Secret) -> None:
        state.close()


def progress(done: int, total: Optional[int]) -> bool:
    return done < 10


def log(level: tresor.LogLevel, event: str, fields: Dict[str, str]) -> None:
    pass


def program(account: Account) -> None:
    with Keys.derive("password", "ECHOECHO") as keys:
        assert_type(keys, Keys)
        assert_type(keys.backup_id, bytes)
        assert_type(keys.master_key(), Secret)
        sealed = tresor.seal({"a": 1}, keys)
        assert_type(sealed, bytes)
        opened = tresor.open_container(sealed, keys)
        assert_type(opened, Opened)
        assert_type(opened.findings, Tuple[Finding, ...])
        assert_type(opened.to_account(), Account)
    with tresor.open_storage(pathlib.Path("a"), create=True, progress=progress, timeout=timedelta(seconds=5)) as store:
        assert_type(store, LibraryStorage)
        assert_type(store.put("a", io.BytesIO(b"")), ObjectInfo)
        assert_type(store.list(), List[ObjectInfo])
        assert_type(store.get_bytes("a"), Optional[bytes])
        assert_type(store.remove("a", IfVersion("1")), bool)
        assert_type(store.put_file("file"), Transferred)
        assert_type(store.sweep(), Swept)
        assert_type(store.check(again=Mine()), List[Answer])
        assert_type(store.clock(), Optional[datetime])
    mirror = tresor.Mirror([Mine(), tresor.Retrying(Mine(), wait=lambda seconds: None)])
    with tresor.SafeClient(States(), mirror, log=log, progress=progress) as client:
        assert_type(client, tresor.SafeClient)
        assert_type(client.enable(b"password", "ECHOECHO", account), Outcome)
        assert_type(client.tick(account).reason, Reason)
        assert_type(client.verify(), Verified)
        assert_type(client.status(), Status)
        assert_type(client.next_due(), Optional[datetime])
        assert_type(client.disable(), bool)
    assert_type(tresor.restore("a", "password", "ECHOECHO"), Restored)
    with tresor.DataBackup(io.BytesIO(b""), "password", jobs=2) as archive:
        assert_type(archive, tresor.DataBackup)
        assert_type(archive.identity, Optional[str])
        assert_type(archive.chats, Tuple[tresor.Chat, ...])
        for message in archive.messages(archive.chats[0]):
            assert_type(message, tresor.Message)
            assert_type(message.time, Optional[datetime])
            assert_type(message.file, Optional[tresor.MessageFile])
        assert_type(archive.read("settings"), Optional[bytes])
        assert_type(archive.verify(progress=progress).bad, Tuple[tresor.BadEntry, ...])
        assert_type(archive.statistics().per_hour, Tuple[int, ...])
        assert_type(archive.export("a", tresor.ChatFormat.JSON, chats=["ECHOECHO"]), tresor.ExportedChats)
    assert_type(tresor.DataBackup.salvage("a", "password", io.BytesIO()), tresor.SalvagedArchive)
    with tresor.DataBackupWriter("a.zip", "password", made_at=tresor.now(), jobs=2, progress=progress) as writer:
        assert_type(writer, tresor.DataBackupWriter)
        writer.set_owner("ECHOECHO", account.user.private_key)
        writer.add_contact(tresor.ChatContact("ABCD1234"), picture=b"", own_picture=pathlib.Path("a"))
        writer.add_group({"id": "a"}, picture=io.BytesIO(b""))
        writer.add_media("uid", "a")
        writer.add_message(tresor.Message(text="a"))
        writer.add_poll({"row_id": "7"})
        assert_type(writer.finish(), tresor.WrittenArchive)
        assert_type(writer.written, Optional[tresor.WrittenArchive])
    rewritten = tresor.filter_archive("a", "password", io.BytesIO(), "other", chats=["ECHOECHO"], since=tresor.now())
    assert_type(rewritten, tresor.RewrittenArchive)
    assert_type(rewritten.conflicts, Tuple[Finding, ...])
    assert_type(rewritten.bad, Tuple[tresor.BadEntry, ...])
    assert_type(tresor.merge_archives("a", "password", io.BytesIO(b""), "b", pathlib.Path("c"), "d"), tresor.RewrittenArchive)
    assert_type(tresor.create_archive("a", "password", "b", b"password"), tresor.RewrittenArchive)
    assert_type(tresor.next_due(tresor.Every.MONTHLY, tresor.now()), datetime)
    assert_type(tresor.thin([tresor.now()], "daily:7"), List[tresor.JudgedCopy])
    put = tresor.put_archive(Mine(), "a", "password", keep="monthly:12", progress=progress)
    assert_type(put, tresor.PutArchive)
    assert_type(put.copies, Tuple[tresor.ArchiveCopy, ...])
    assert_type(put.copies[0].fate, tresor.Fate)
    assert_type(put.first_failure, Optional[Errc])
    for status in tresor.archive_status(Mine(), tresor.Every.DAILY):
        assert_type(status, tresor.ArchiveStatus)
        assert_type(status.last_good, Optional[datetime])
    with tresor.SafeServer([Mine(), Mine()], tresor.Limits()) as server:
        assert_type(server.admit("GET", "/config", [("User-Agent", "Threema")]), Optional[tresor.Response])
        answer = server.handle("PUT", "/config", {"a": "b"}.items(), io.BytesIO(b""), peer="192.0.2.1", now=tresor.now())
        assert_type(answer, tresor.Response)
        assert_type(answer.headers, Tuple[Tuple[str, str], ...])
        assert_type(answer.failure, Optional[TresorError])
    assert_type(CycleState().decide(bytes(32)), Decision)
    assert_type(account.contacts[0].created_at, Optional[datetime])
    assert_type(account.user.private_key, Secret)
    assert_type(tresor.__version__, str)
    try:
        pass
    except TresorError as error:
        assert_type(error.code, Errc)
        assert_type(error.retry_after, Optional[int])
'''

WRONG = [
    ("tresor.Keys.derive(5, 'ECHOECHO')", "arg-type"), ("tresor.open_storage(5)", "arg-type"),
    ("tresor.seal('{}', 'keys')", "arg-type"), ("tresor.SafeClient('a', 5)", "arg-type"),
    ("tresor.open_storage('a').put('name', b'bytes')", "arg-type"), ("tresor.now() + 5", "operator"),
    ("tresor.Contact()", "call-arg"), ("tresor.nothing()", "attr-defined"), ("tresor.CycleState().enabled = True", "misc"),
    ("len(tresor.open_storage('a').get_bytes('a'))", "arg-type"),
    ("tresor.DataBackupWriter('a', 'b').add_message('text')", "arg-type"), ("tresor.thin(['2026'], 'daily:7')", "list-item"),
    ("tresor.next_due('monthly', tresor.now())", "arg-type"),
]


def mypy(folder, *arguments):
    if shutil.which("mypy") is None:
        pytest.skip("mypy is not installed")
    return subprocess.run(["mypy", "--cache-dir", folder / "cache", *arguments], capture_output=True, text=True, cwd=folder,
                          env=os.environ | {"MYPYPATH": str(PACKAGE)}, timeout=300)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One, so that mypy remembers the package."""
    return tmp_path_factory.mktemp("mypy")


def test_the_package_is_typed_strictly(folder):
    done = mypy(folder, "--strict", "--python-version", "3.9", PACKAGE / "tresor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (PACKAGE / "tresor/py.typed").exists()


def test_a_program_sees_the_types(folder):
    (folder / "program.py").write_text(PROGRAM)
    done = mypy(folder, "--strict", folder / "program.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_use_is_found(folder):
    lines = ["import tresor", *(code for code, _ in WRONG)]
    (folder / "wrong.py").write_text("\n".join(lines) + "\n")
    done = mypy(folder, "--strict", folder / "wrong.py")
    assert done.returncode == 1, done.stderr
    for number, (code, kind) in enumerate(WRONG, 2):
        found = [line for line in done.stdout.splitlines() if line.startswith(f"wrong.py:{number}: error:")]
        assert found and f"[{kind}]" in found[0], (code, done.stdout)


@pytest.mark.parametrize("example", ["quickstart", "chats", "write_chats", "safe_server"])
def test_the_example_is_typed(folder, example):
    done = mypy(folder, "--strict", SOURCE / f"examples/{example}.py")
    assert done.returncode == 0, done.stdout + done.stderr
