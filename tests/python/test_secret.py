"""Secrets wipe themselves, compare and are never shown; passwords are taken whole or not at all."""
import copy
import io
import json
import pickle
import traceback

import pytest
from conftest import ACCOUNT, ID, MASTER_KEY, PASSWORD, raises, run
from dict_store import DictStore, MemoryStates

import tresor
from tresor import Secret
from tresor.secret import Wiping, exposed


def test_a_secret_gives_its_bytes_through_one_door_only():
    secret = Secret("héllo")
    assert secret.expose() == "héllo".encode() and secret.expose().readonly and len(secret) == 6
    for attempt in (bytes, list, iter, lambda one: one[0], lambda one: memoryview(one)):
        with pytest.raises(TypeError):
            attempt(secret)


def test_closing_wipes_the_bytes():
    secret = Secret(b"abc")
    view = secret.expose()
    secret.close()
    secret.close()
    assert view == bytes(3) and secret.closed
    with raises("INVALID_ARGUMENT"):
        secret.expose()
    with raises("INVALID_ARGUMENT"):
        secret == b"abc"


def test_leaving_a_with_and_dropping_wipe_the_bytes():
    with Secret(b"abc") as secret:
        view = secret.expose()
    assert view == bytes(3)
    content = bytearray(b"abc")
    secret = Secret.of(content)
    del secret
    assert content == bytes(3)


def test_a_view_keeps_the_bytes_of_a_secret_that_was_dropped():
    assert Secret(b"abc").expose().tobytes() == b"abc"
    with tresor.Keys.from_master(MASTER_KEY) as keys:
        assert keys.master_key().expose().tobytes() == MASTER_KEY
        assert keys.encryption_key().expose() == MASTER_KEY[32:]
    assert tresor.check_account(ACCOUNT).json.expose().tobytes().startswith(b"{")


def test_bytes_of_a_secret_are_wiped_before_their_memory_goes_back():
    wiped = []

    class Watched(Wiping):
        def __del__(self):
            super().__del__()
            wiped.append(bytes(self))
    secret = Secret.of(Watched(b"abc"))
    view = secret.expose()
    del secret
    assert wiped == [] and view == b"abc"
    view.release()
    del view
    assert wiped == [bytes(3)]
    assert all(isinstance(exposed(one), Wiping) for one in (Secret(b"a"), tresor.check_account(ACCOUNT).json))


def test_a_secret_is_a_copy_and_may_take_over_a_bytearray():
    content = bytearray(b"abc")
    copied, taken = Secret(content), Secret.of(content)
    taken.close()
    assert content == bytes(3) and copied == b"abc"


def test_secrets_compare_with_each_other_and_with_bytes():
    assert Secret(b"abc") == Secret("abc") and Secret(b"abc") == b"abc" and Secret(b"abc") == bytearray(b"abc")
    assert Secret(b"abc") != Secret(b"abd") and Secret(b"abc") != b"ab" and Secret(b"abc") != "abc"


def test_a_secret_is_not_hashed_pickled_or_copied():
    secret = Secret(b"abc")
    for attempt in (hash, pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            attempt(secret)


def test_only_text_and_bytes_can_be_secrets():
    for nothing in (None, 5, ["a"]):
        with pytest.raises(TypeError):
            Secret(nothing)
    with raises("INVALID_ARGUMENT"):
        Secret("\ud800")


# ---- passwords ----

def uses_of_a_password(memory):
    client = tresor.SafeClient(MemoryStates(), memory)
    yield "derive", lambda password: tresor.Keys.derive(password, ID)
    yield "enable", lambda password: client.enable(password, ID, ACCOUNT)
    yield "restore of the client", lambda password: client.restore(password, ID)
    yield "restore", lambda password: tresor.restore(memory, password, ID)


def test_passwords_with_nul_are_refused_and_not_cut(memory):
    memory.put_limits()
    for what, use in uses_of_a_password(memory):
        for password in ("shoot\0deathstar", b"shootdeathstar\0", Secret("\0"), bytearray(b"\0shootdeathstar"), ""):
            with raises("INVALID_ARGUMENT") as caught:
                use(password)
            assert "shoot" not in str(caught.error), what
    client = tresor.SafeClient(MemoryStates(), memory)
    client.enable(PASSWORD, ID, ACCOUNT)
    with raises("INVALID_ARGUMENT"):
        client.change_password("three\0quiet otters")
    assert client.verify().differs is False  # nothing has changed
    verdict = tresor.check_password("three\0quiet otters")
    assert tresor.PasswordIssue.INVALID_TEXT in verdict.errors


def test_a_password_is_str_bytes_like_or_secret():
    for password in (PASSWORD, PASSWORD.encode(), bytearray(PASSWORD.encode()), memoryview(PASSWORD.encode()),
                     memoryview(bytearray(PASSWORD.encode())), Secret(PASSWORD)):
        with tresor.Keys.derive(password, ID) as keys:
            assert keys.master_key() == MASTER_KEY
    for nothing in (None, 5, ["a"]):
        with pytest.raises(TypeError):
            tresor.Keys.derive(nothing, ID)


def test_plain_strings_with_nul_are_refused_everywhere(memory, tmp_path):
    now = tresor.now()
    for attempt in (lambda: tresor.parse_identity("ECHO\0ECHO"), lambda: tresor.open_storage("memory:\0x"),
                    lambda: tresor.open_storage(tmp_path / "a\0b"), lambda: memory.stat("a\0b"), lambda: memory.list("\0"),
                    lambda: memory.put_bytes("a", b"", tresor.IfVersion("1\0")), lambda: tresor.StateFile("a\0b"),
                    lambda: tresor.parse_time("2026-11-24T06:05:00Z\0"), lambda: tresor.parse_backup_id("00" * 32 + "\0"),
                    lambda: tresor.check_password("a", pattern="a\0"), lambda: tresor.Keys.derive("a", "ECHOECHO\0"),
                    lambda: tresor.check_account(ACCOUNT, "ECHOECHO\0"),
                    lambda: tresor.open_storage("https://a.example/", user="a\0b"),
                    lambda: tresor.open_storage("https://a.example/", password_file="a\0b"),
                    lambda: tresor.SafeClient(MemoryStates(), memory).enable(PASSWORD, ID, ACCOUNT, data="a\0", now=now)):
        with raises("INVALID_ARGUMENT"):
            attempt()


# ---- nothing shows a secret ----

WORD = "tell-tale-heart"
KEY = bytes(range(32))


def public_objects(memory):
    """One of everything that may hold a secret, by its class; and what must not be seen."""
    keys = tresor.Keys.derive(WORD, ID)
    account = tresor.Account(tresor.User(KEY, nickname=WORD), contacts=[tresor.Contact(ID, first_name=WORD)],
                             unknown={"more": WORD})
    memory.put_limits()
    states = MemoryStates()
    client = tresor.SafeClient(states, memory)
    outcome = client.enable(WORD, ID, account)
    place = tresor.Place(f"https://alice:{WORD}@127.0.0.1:1/", user="alice", password=WORD,
                         proxy=f"http://alice:{WORD}@127.0.0.1:2/")
    return [
        keys, account, account.user, account.contacts[0], account.info, account.settings, client, outcome, place, states,
        memory, client.verify(), client.status(), tresor.restore(memory, WORD, ID), tresor.check_account(account),
        tresor.open_container(tresor.seal(account, keys), keys), keys.master_key(), keys.encryption_key(), Secret(WORD),
        tresor.open_storage(place), tresor.Mirror([memory]), tresor.Retrying(memory), tresor.StateFile("somewhere"),
        tresor.CycleState(digest=tresor.content_digest(account.to_json(), keys)), tresor.check_password(WORD),
        tresor.Group("00" * 8, ID, name=WORD), tresor.DistributionList("00" * 8, WORD), tresor.Link("email", WORD),
        tresor.TresorError(tresor.Errc.DENIED, "no"), DictStore(),
        tresor.import_id(tresor.export_id(ID, KEY, WORD), WORD), *memory.list(), memory.limits(), *memory.check(),
        tresor.ChatContact(name=WORD), tresor.ChatGroup(name=WORD), tresor.ChatList(name=WORD), tresor.Chat(name=WORD),
        tresor.Message(text=WORD, caption=WORD, body=WORD, location={"name": WORD}), tresor.Reaction(emoji=WORD),
        tresor.Quote(text=WORD), tresor.MessageFile(name=WORD), tresor.Poll(name=WORD), tresor.PollChoice(name=WORD),
        tresor.ChatStatistics(name=WORD), tresor.ArchiveStatistics(page=WORD), tresor.DataBackupWriter(io.BytesIO(), WORD),
        tresor.SafeServer(memory),
        tresor.SafeServer(memory).handle("GET", "/config", [("User-Agent", "Threema"), ("Authorization", WORD)])]


def test_no_repr_or_str_shows_a_secret(memory):
    secrets = [WORD, KEY.hex(), repr(KEY)[2:-1], tresor.Account(tresor.User(KEY)).to_dict()["user"]["privatekey"]]
    with tresor.Keys.derive(WORD, ID) as keys:
        for key in (keys.master_key(), keys.encryption_key()):
            secrets += [key.expose().hex(), repr(key.expose().tobytes())[2:-1]]
    for one in public_objects(memory):
        for shown in (repr(one), str(one), f"{one}", "%s" % (one,), repr([one]), repr({"a": one})):
            assert not any(secret in shown for secret in secrets), (type(one), shown)
        inside = getattr(one, "__dict__", {})
        assert not any(secret in repr(value) for value in inside.values() for secret in secrets if secret != WORD
                       and not isinstance(one, (tresor.Place, tresor.Account)))


def test_every_public_class_was_looked_at(memory):
    """Who adds a class adds it above, or here if it cannot hold a secret."""
    seen = {base.__name__ for one in public_objects(memory) for base in type(one).__mro__}
    without = {"Abilities", "ArchiveCopy", "ArchiveEntry", "ArchiveLimits", "ArchiveStatus", "BadCharacter", "BadEntry",
               "ChatFormat", "ChatSummary", "CyclePolicy", "CycleWarning", "DataBackup", "Decision", "Errc", "Every",
               "ExportedChats", "ExtractedArchive", "Fate", "Finding", "IdCode", "IdScheme", "IfAbsent", "IfVersion",
               "JudgedCopy", "Limits", "LogLevel", "MediaStatistics", "ObjectInfo", "OutcomeKind", "PasswordIssue",
               "PasswordPolicy", "PictureRelease", "PollVote", "PutArchive", "Readable", "Reader", "Reason",
               "RewrittenArchive", "SalvagedArchive", "SeekableFile", "Sending", "Swept", "Transferred", "Verification",
               "VerifiedArchive", "WarningKind", "Writable", "Writer", "WrittenArchive"}
    classes = {name for name in tresor.__all__ if isinstance(getattr(tresor, name), type)}
    assert classes - seen - without == set()


@pytest.mark.parametrize("attempt", [
    lambda: tresor.check_account('{"user": {"privatekey": "%s"}}' % WORD),
    lambda: tresor.check_account('{"%s' % WORD),
    lambda: tresor.check_account({"tell-tale-heart": object()}),
    lambda: tresor.check_account({"user": {WORD: float("nan")}}),
    lambda: tresor.Keys.derive(WORD + "\0", ID),
    lambda: tresor.Keys.derive(WORD + "\ud800", ID),
    lambda: tresor.Keys.derive(WORD, WORD[:8]),
    lambda: tresor.Keys.from_master(WORD.encode()),
    lambda: tresor.open_storage(f"https://alice:{WORD}@a.example:99999999/"),
    lambda: tresor.open_storage(f"http://alice:{WORD}@other.example/"),
    lambda: tresor.open_storage(f"https://alice:{WORD}@127.0.0.1:1/").stat("config"),
    lambda: tresor.check_password(WORD, confirmation=WORD, entropy=None, min_entropy_bits=5),
    lambda: tresor.Account.from_json(json.dumps({"info": {"version": 1}, "user": {"privatekey": WORD}})),
    lambda: tresor.open_container(WORD.encode(), tresor.Keys.from_master(bytes(64))),
    lambda: tresor.SafeClient(MemoryStates(), DictStore()).enable(WORD, ID, ACCOUNT),
])
def test_no_exception_shows_a_secret(attempt):
    """Neither its text, nor those before it, nor the objects that they hold."""
    with pytest.raises(tresor.TresorError) as caught:
        attempt()
    shown = "".join(traceback.format_exception_only(caught.type, caught.value))
    error = caught.value
    while error is not None:
        shown += repr(error) + repr(error.args) + repr(vars(error)) + repr(getattr(error, "object", ""))
        error = error.__cause__ or error.__context__
    assert WORD not in shown


def test_the_log_of_a_client_tells_no_secret(memory):
    told = []
    memory.put_limits()
    with tresor.SafeClient(MemoryStates(), memory, log=lambda *one: told.append(one)) as client:
        client.enable(WORD, ID, ACCOUNT)
        client.tick(ACCOUNT)
        with tresor.Keys.derive(WORD, ID) as keys:
            secrets = [WORD, keys.backup_id.hex()[2:], keys.master_key().expose().hex()]
        client.disable()
        assert set(told[3][2]) == {"shard"} and len(told[3][2]["shard"]) == 2
    assert [event for _, event, _ in told] == ["enabled", "tick", "disabled", "old backup removed"]
    assert told[0][0] is tresor.LogLevel.INFO and told[1][2] == {"outcome": "unchanged", "reason": "unchanged"}
    assert not any(secret in repr(told) for secret in secrets)


def test_what_the_package_copied_is_wiped():
    """After a call nothing of a password in a bytearray is left in the memory of the process but that bytearray."""
    result = run("""
import re, tresor
parts = [b"Tell-", b"Tale-", b"Heart-", b"Xyzzy"]
password = bytearray()
for part in parts:
    password += part
with tresor.Keys.derive(password, "ECHOECHO") as keys, tresor.Keys.derive(memoryview(password), "ECHOECHO"):
    sealed = tresor.seal(password, keys)
    tresor.open_container(sealed, keys).json.close()
with tresor.Secret(password) as secret:
    tresor.check_password(secret, confirmation=secret)
found = 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        if " rw-p " not in line or "[vvar" in line:
            continue
        begin, end = (int(one, 16) for one in line.split()[0].split("-"))
        memory.seek(begin)
        try:
            content = memory.read(end - begin)
        except OSError:
            continue
        for at in re.finditer(rb"T.ll-T.le-H.art-X.zzy", content):
            if at.group()[1:2] == b"e" and at.group()[6:7] == b"a":
                found += 1
print(found)
""")
    assert result.returncode == 0, result.stderr
    # That one bytearray; the chunks read from memory are other copies of it, each found once more at most.
    assert 1 <= int(result.stdout) <= 3, result.stdout
