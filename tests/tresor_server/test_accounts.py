"""Accounts: who gets in, what it costs, and what is asked of whom does not."""
import time

import pytest
from accounts import KINDS, PASSWORD, USER, argon2id, basic, bcrypt, users_file
from raw import Connection, ask, request
from safe_server import SafeServer, await_that, container, new_id
from test_program import ended_with


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A server with one account for each kind of hash."""
    folder = tmp_path_factory.mktemp("accounts")
    users = {kind: make(PASSWORD) for kind, make in KINDS.items()}
    with SafeServer(folder, "--users", users_file(folder / "users", users), "--behind-proxy", "127.0.0.1") as server:
        server.add_secret(USER, PASSWORD)
        for kind in KINDS:
            server.add_secret(kind, PASSWORD)
        yield server


def is_challenge(answer):
    return answer.status == 401 and answer["WWW-Authenticate"].lower().startswith("basic realm=")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_hash_lets_its_owner_in(closed, kind):
    """Else an operator who has such a file cannot use it."""
    target, data = f"/backups/{new_id()}", container(500)
    assert ask(closed, "PUT", target, data, basic(kind)).status == 201
    assert ask(closed, "GET", target, headers=basic(kind)).body == data
    assert ask(closed, "GET", "/config", headers=basic(kind)).status == 200
    assert is_challenge(ask(closed, "GET", target, headers=basic(kind, PASSWORD + "x")))
    assert is_challenge(ask(closed, "GET", target, headers=basic(kind, PASSWORD[:-1])))
    assert ask(closed, "DELETE", target, headers=basic(kind)).status == 204


def test_without_credentials_there_is_a_challenge(closed):
    """iOS sends its password only when it is asked for it."""
    name = new_id()
    for method, target in (("GET", "/config"), ("GET", f"/backups/{name}"), ("HEAD", f"/backups/{name}"),
                           ("DELETE", f"/backups/{name}"), ("PUT", f"/backups/{name}")):
        assert is_challenge(ask(closed, method, target, container(100) if method == "PUT" else None)), method
    assert name not in closed.stored()


@pytest.mark.parametrize("value", ["Basic", "Basic ", "Basic !!!!", "Basic YQ", "Basic YQ==", "Basic " + "A" * 4000, "Token abcdef",
                                   "Digest username=bcrypt", "Bearer x", "", "basic", "Basic Og==", "Basic OmE=", "Basic AAAA",
                                   basic("nobody")["Authorization"], basic("bcrypt", "")["Authorization"],
                                   basic("", PASSWORD)["Authorization"], basic("bcrypt\0", PASSWORD)["Authorization"],
                                   basic("bcrypt", PASSWORD + "\0")["Authorization"],
                                   basic("jürgen", "pässwort", "latin-1")["Authorization"]])
def test_bad_credentials_are_a_challenge_again(closed, value):
    """Else a phone whose password was mistyped shows another fault than that, or somebody gets in."""
    assert is_challenge(ask(closed, "GET", "/config", headers={"Authorization": value}))


def test_two_authorizations_are_not_two_tries(closed):
    """One request is one try; which of two counts must not depend on who reads it."""
    with Connection(closed) as connection:
        both = f"{basic('nobody')['Authorization']}\r\nAuthorization: {basic('bcrypt')['Authorization']}"
        connection.send(request("GET", "/config", headers={"Authorization": both}))
        assert connection.answer().status in (400, 401)


def test_the_scheme_may_be_written_in_any_case(closed):
    """RFC 9110 11.1; a client that writes `basic` is in its right."""
    value = basic("bcrypt")["Authorization"].replace("Basic", "bASIC")
    assert ask(closed, "GET", "/config", headers={"Authorization": value}).status == 200


def test_healthz_asks_for_no_account(closed):
    """Else a balancer takes a server that works out of service."""
    assert ask(closed, "GET", "/healthz", agent=None).status == 200


def test_an_app_is_asked_for_before_an_account(closed):
    """Else browsers that come along show a window for a password."""
    assert ask(closed, "GET", "/config", agent="Mozilla/5.0").status in (400, 401)
    assert ask(closed, "GET", "/config", agent="Mozilla/5.0", headers=basic("bcrypt")).status == 400


def test_a_refused_upload_can_be_sent_again(closed):
    """iOS: the whole upload without a password, the challenge, and then again with it, on that connection if it stays."""
    target, data = f"/backups/{new_id()}", container(400_000)
    connection = Connection(closed)
    connection.send_all_it_takes(request("PUT", target, data))
    refused = connection.answer()
    assert is_challenge(refused)
    if refused.closes:
        connection.close()
        connection = Connection(closed)
    with connection:
        assert connection.ask("PUT", target, data, basic("bcrypt")).status == 201
        assert connection.ask("GET", target, headers=basic("bcrypt")).body == data


def test_all_accounts_share_one_space_of_names(closed):
    """safe.md 5.5: an account lets in, and whoever knows a name owns the backup: a phone may change its account."""
    target, first, second = f"/backups/{new_id()}", container(1000), container(2000)
    assert ask(closed, "PUT", target, first, headers=basic("bcrypt")).status == 201
    assert ask(closed, "GET", target, headers=basic("scrypt")).body == first
    assert ask(closed, "PUT", target, second, headers=basic("scrypt")).status == 204
    assert ask(closed, "GET", target, headers=basic("bcrypt")).body == second


def test_a_stranger_learns_nothing_about_ids_or_sizes(closed):
    """Else whoever has no account can still try ids."""
    known = f"/backups/{new_id()}"
    assert ask(closed, "PUT", known, container(100), basic("bcrypt")).status == 201
    answers = [ask(closed, "GET", target) for target in (known, f"/backups/{new_id()}")]
    assert [answer.status for answer in answers] == [401, 401] and answers[0].body == answers[1].body


def test_a_slow_hash_is_paid_once(tmp_path):
    """Argon2 takes a good part of a second for each check; a phone makes several requests, a fleet makes thousands."""
    users = users_file(tmp_path / "users", {USER: argon2id(PASSWORD, 3, 64 << 20)})
    with SafeServer(tmp_path, "--users", users) as server, Connection(server) as connection:
        assert connection.ask("GET", "/config", headers=basic()).status == 200
        start = time.monotonic()
        for _ in range(200):
            assert connection.ask("GET", "/config", headers=basic()).status == 200
        assert time.monotonic() - start < 4
        for wrong in ("", "x", PASSWORD + "x", PASSWORD[1:]):  # what is remembered lets nobody else in
            assert connection.ask("GET", "/config", headers=basic(USER, wrong)).status in (401, 429)


def test_who_tries_passwords_is_told_to_wait(tmp_path):
    """Else passwords are tried as fast as the machine can hash, and nobody else gets an answer meanwhile."""
    users = users_file(tmp_path / "users", {USER: bcrypt(PASSWORD, 4), "bob": bcrypt("other", 4)})
    with SafeServer(tmp_path, "--users", users, "--behind-proxy", "127.0.0.1") as server:
        with Connection(server) as connection:
            answers = [connection.ask("GET", "/config", headers=basic(USER, f"wrong {number}") | {"X-Forwarded-For": "198.51.100.7"})
                       for number in range(120)]
        assert answers[0].status == 401
        last = answers[-1]
        assert last.status == 429 and int(last["Retry-After"]) >= 1
        assert ask(server, "GET", "/config", headers=basic()).status == 200  # from elsewhere: at once


def test_guessing_at_a_slow_hash_delays_nobody(tmp_path):
    """Else forty clients with wrong passwords stop a whole service."""
    users = users_file(tmp_path / "users", {USER: argon2id(PASSWORD, 3, 64 << 20)})
    with SafeServer(tmp_path, "--users", users, "--behind-proxy", "127.0.0.1") as server:
        assert ask(server, "GET", "/config", headers=basic()).status == 200
        crowd = [Connection(server) for _ in range(40)]
        for number, connection in enumerate(crowd):
            connection.send(request("GET", "/config", headers=basic(USER, str(number)) | {"X-Forwarded-For": f"192.0.2.{number}"}))
        start = time.monotonic()
        assert ask(server, "GET", "/config", headers=basic()).status == 200
        assert ask(server, "GET", "/healthz").status == 200
        assert time.monotonic() - start < 1
        assert server.memory() < 600 << 20
        for connection in crowd:
            connection.close()


@pytest.mark.parametrize("line", ["bob", "bob:plain", "bob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "bob:$apr1$abcdefgh$Bx0bz", "bob:",
                                  ":$2b$05$5y2lzF1To9ikitpoX9/pVuO4.zc0GgpZecHxvtBDUYsnbVGqVQRvO", "bob:$2b$05$short",
                                  "bob:$1$abcdefgh$irWbblnpmw.5z7wgBnprh0", "bob:$argon2id$v=19$m=16384", "bob:!", "bob:*"])
def test_a_line_that_lets_nobody_in_is_told_at_the_start(tmp_path, line):
    """Else the owner of that account finds out when his backups fail; a weak hash is none."""
    path = tmp_path / "users"
    path.write_text(f"# accounts\n\n{USER}:{bcrypt(PASSWORD)}\n{line}\n")
    code, out, err = ended_with(tmp_path, "--users", path)
    assert code == 3 and out == "" and "line 4 of the users file" in err
    assert PASSWORD not in err and not any(part and part in err for part in line.split(":")[1:])


def test_one_name_twice_is_told_at_the_start(tmp_path):
    """Else it depends on chance which of two passwords holds."""
    path = tmp_path / "users"
    path.write_text(f"bob:{bcrypt('a')}\nbob:{bcrypt('b')}\n")
    code, _, err = ended_with(tmp_path, "--users", path)
    assert code == 3 and "line 2 of the users file" in err


def test_comments_and_windows_line_ends_are_fine(tmp_path):
    """Files are edited by people."""
    path = tmp_path / "users"
    path.write_bytes(f"# accounts\r\n\r\n{USER}:{bcrypt(PASSWORD)}\r\n".encode())
    with SafeServer(tmp_path, "--users", path) as server:
        assert ask(server, "GET", "/config", headers=basic()).status == 200
        assert ask(server, "GET", "/config").status == 401


def test_an_added_account_works_after_a_reload_and_a_removed_one_does_not(tmp_path):
    """Else who left can still write, or all uploads in flight are lost to let somebody new in."""
    path = users_file(tmp_path / "users", {USER: bcrypt(PASSWORD), "bob": argon2id("bob's")})
    with SafeServer(tmp_path, "--users", path) as server, Connection(server) as kept:
        assert kept.ask("GET", "/config", headers=basic("bob", "bob's")).status == 200
        assert kept.ask("GET", "/config", headers=basic("carol", "carol's")).status == 401
        users_file(path, {USER: bcrypt(PASSWORD), "carol": bcrypt("carol's")})
        server.reload()
        await_that(lambda: ask(server, "GET", "/config", headers=basic("carol", "carol's")).status == 200)
        assert ask(server, "GET", "/config", headers=basic("bob", "bob's")).status == 401
        assert kept.ask("GET", "/config", headers=basic()).status == 200
        users_file(path, {USER: bcrypt("changed"), "carol": bcrypt("carol's")})
        server.reload()
        await_that(lambda: ask(server, "GET", "/config", headers=basic(USER, "changed")).status == 200)
        assert ask(server, "GET", "/config", headers=basic()).status == 401


def test_a_broken_users_file_keeps_the_old_one(tmp_path):
    """Else a slip of the pen locks everybody out, or lets everybody in."""
    path = users_file(tmp_path / "users", {USER: bcrypt(PASSWORD)})
    with SafeServer(tmp_path, "--users", path) as server:
        for broken in (f"{USER}:{bcrypt('x')}\nbob:plain\n", "\0\0\0", None):
            path.write_text(broken) if broken else path.unlink()
            server.reload()
            assert ask(server, "GET", "/config", headers=basic()).status == 200
            assert ask(server, "GET", "/config").status == 401
