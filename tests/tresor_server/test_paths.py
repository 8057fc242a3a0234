"""What lies behind a path: 64 lowercase hex digits, and no way around."""
import urllib.parse

import pytest
from raw import Connection, ask, other_address, request
from safe_server import container, new_id

ID = "c0ffee" + "0123456789" * 5 + "deadbeef"
SECRET = b"what lies beside the store"

BAD_IDS = [ID[:63], ID + "0", ID.upper(), ID[:63] + "A", ID[:63] + "g", ID[:63] + ".", "", ".", "..", ID + "/", ID + "/..",
           "../config", "../backups/" + ID, "./" + ID, "%2e%2e/config", "..%2fconfig", "%2e%2e%2fconfig", "..%5cconfig", "/" + ID,
           "%63" + ID[1:], ID[:32] + "%2f" + ID[33:], ID + "%00", ID + "%20", ID + "%0d%0aX: y", ID + ";x", ID + "&x", ID + "%3fx",
           ID + ".tmp", ".tresor-" + ID, ".aside/" + ID, "config", "%c0%ae%c0%ae/config", "\xff" + ID[1:], "*", "~root",
           "../../etc/passwd", "....//config", ID[:32] + "/" + ID[32:], "0x" + ID[:62], "-" + ID[1:], "+" + ID[1:]]

OTHER_TARGETS = ["/backups/../config", "/./config", "//config", "/config/../config", "/backups/..", "//backups/" + ID,
                 "/Backups/" + ID, "/backups//" + ID, "/backups%2f" + ID, "/%62ackups/" + ID, "/backups\\" + ID, "/config%00",
                 "/config%20", "/.tresor-x", "/../secret", "/..%2fsecret", "/%2e%2e/secret", "/backups/../../secret",
                 "/config/" + ID, "/healthz/../config", "/safe/config", "/" + ID]


@pytest.fixture(scope="module")
def stored(server):
    """One backup, and something beside the store that nobody may see."""
    (server.store.parent / "secret").write_bytes(SECRET)
    (server.store / "secret").write_bytes(SECRET)
    data = container(2000)
    assert ask(server, "PUT", "/backups/" + ID, data).status == 201
    return data


def everything_of(server):
    return {str(path.relative_to(server.folder)): path.read_bytes() for path in server.folder.rglob("*")
            if path.is_file() and path.name != "server.log"}


@pytest.mark.parametrize("bad", BAD_IDS)
def test_a_bad_id_is_400_and_touches_nothing(server, stored, bad):
    """Else a phone with a mistake in its address overwrites the files of the server, or those of others."""
    before = everything_of(server)
    for method in ("GET", "HEAD", "DELETE", "PUT"):
        body = b"overwritten" if method == "PUT" else None
        answer = ask(server, method, "/backups/" + bad, body)
        assert answer.status == 400, (method, answer)
        assert stored not in answer.body and SECRET not in answer.body
    assert everything_of(server) == before


@pytest.mark.parametrize("target", OTHER_TARGETS)
def test_no_way_around_the_routes(server, stored, target):
    """Else files beside the backups can be read or replaced through the server."""
    before = everything_of(server)
    for method in ("GET", "PUT", "DELETE"):
        answer = ask(server, method, target, b"overwritten" if method == "PUT" else None)
        assert answer.status in (400, 404), (method, answer)
        assert stored not in answer.body and SECRET not in answer.body and b"maxBackupBytes" not in answer.body
    assert everything_of(server) == before


@pytest.mark.parametrize("raw", [b"/backups/" + ID.encode() + b"\0", b"/back\0ups/" + ID.encode(), b"/config\0.html", b"/config\t",
                                 b"/config\x7f", b"/config\x01", b"/conf\rig", b"/conf\nig", b"\xef\xbb\xbf/config"])
def test_bytes_that_no_target_has(server, stored, raw):
    """Else one part of the server sees another name than the next one does."""
    for method in (b"GET", b"DELETE"):
        with Connection(server) as connection:
            connection.send(method + b" " + raw + b" HTTP/1.1\r\nHost: a\r\nUser-Agent: Threema\r\n\r\n")
            assert connection.answer().status == 400
    assert server.stored()[ID] == stored


def test_a_query_is_not_part_of_the_name(server, stored):
    """Else a link with something behind it leads to another object."""
    assert ask(server, "GET", f"/config?{urllib.parse.quote('x=../y')}").status == 200
    name = new_id()
    assert ask(server, "PUT", f"/backups/{name}?x=1", container(100)).status in (201, 400)
    assert set(server.stored()) <= {ID, name}
    answer = ask(server, "GET", f"/backups/{ID}?a=/../../config")
    assert answer.status == 400 or answer.body == stored
    ask(server, "DELETE", f"/backups/{name}")


@pytest.mark.parametrize("target", ["http://localhost/config", "http://other.example/config", f"http://localhost/backups/{ID}",
                                    "https://localhost/config", "http://localhost/backups/../config", "ftp://localhost/config",
                                    "http:///config", "localhost/config", "config", "*", "localhost:443", "?", "#", ""])
def test_other_forms_of_a_target_lead_nowhere_else(server, stored, target):
    """RFC 9112 3.2: the absolute form may be answered as its path is; no other form is a name of anything here."""
    with Connection(server) as connection:
        connection.send(request("GET", target, headers={"X-Forwarded-For": other_address()}))
        answer = connection.answer()
    path = target[len("http://localhost"):] if target.startswith("http://localhost/") and ".." not in target else None
    if answer.status == 200:
        assert path and answer.body == ask(server, "GET", path).body
    else:
        assert answer.status in (400, 404)


def test_connect_opens_nothing(server):
    """Else the server is a proxy for whoever finds it."""
    with Connection(server) as connection:
        connection.send(request("CONNECT", f"127.0.0.1:{server.port}"))
        assert connection.answer().status in (400, 405, 501)


@pytest.mark.parametrize("size", [8300, 14000, 100_000, 3_000_000])
def test_a_target_that_is_too_long_is_414(server, size):
    """Else the memory of the server is in the hands of who asks."""
    with Connection(server) as connection:
        connection.send_all_it_takes(request("GET", "/config?" + "x" * size))
        assert connection.answer().status == 414
        assert connection.ended()
