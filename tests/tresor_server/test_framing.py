"""Where a request ends must never depend on who reads it: what is ambiguous is refused, and the connection with it."""
import re

import pytest
from raw import Connection, Ended, ask, request
from safe_server import container, new_id
from tool import SCALE

HEAD = b"Host: a\r\nUser-Agent: Threema\r\n"
OCTETS = b"Content-Type: application/octet-stream\r\n"


class Prey:
    """A backup that a hidden request would remove, and an id that it would create."""

    def __init__(self, server):
        self.server, self.name, self.data, self.created = server, new_id(), container(400), new_id()
        assert ask(server, "PUT", f"/backups/{self.name}", self.data).status == 201
        self.hidden = (b"DELETE /backups/" + self.name.encode() + b" HTTP/1.1\r\n" + HEAD + b"\r\n"
                       b"PUT /backups/" + self.created.encode() + b" HTTP/1.1\r\n" + HEAD + OCTETS + b"Content-Length: 2\r\n\r\nhi")

    def unharmed(self):
        stored = self.server.stored()
        return stored.get(self.name) == self.data and self.created not in stored


def answers_in(data):
    return len(re.findall(rb"HTTP/1\.1 \d{3} ", data))


@pytest.fixture
def prey(server):
    return Prey(server)


def put(name, *lines):
    return b"PUT /backups/" + name.encode() + b" HTTP/1.1\r\n" + HEAD + OCTETS + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


AMBIGUOUS_LENGTHS = {
    "length and chunked": [b"Content-Length: 5", b"Transfer-Encoding: chunked"],
    "chunked and length": [b"Transfer-Encoding: chunked", b"Content-Length: 5"],
    "two lengths": [b"Content-Length: 5", b"Content-Length: 6"],
    "the same length twice": [b"Content-Length: 5", b"Content-Length: 5"],
    "a list of lengths": [b"Content-Length: 5, 5"],
    "a plus": [b"Content-Length: +5"],
    "a minus": [b"Content-Length: -1"],
    "hexadecimal": [b"Content-Length: 0x5"],
    "2^64": [b"Content-Length: 18446744073709551616"],
    "2^64 + 5": [b"Content-Length: 18446744073709551621"],
    "forty digits": [b"Content-Length: " + b"9" * 40],
    "no digits": [b"Content-Length:"],
    "a fraction": [b"Content-Length: 5.0"],
    "an exponent": [b"Content-Length: 5e0"],
    "a blank within": [b"Content-Length: 5 0"],
    "a space before the colon": [b"Content-Length : 5"],
    "a tab before the colon": [b"Content-Length\t: 5"],
    "a folded length": [b"Content-Length:", b" 5"],
    "a folded other": [b"X: a", b" Content-Length: 5", b"Content-Length: 5"],
    "an underscore is no dash": [b"Content_Length: 50", b"Content-Length : 5"],
    "another letter": ["Content-Length: \u0665".encode()],
    "chunked, hidden": [b"Transfer-Encoding: xchunked", b"Content-Length: 5"],
    "chunked behind a tab": [b"Transfer-Encoding:\x0bchunked", b"Content-Length: 5"],
    "identity": [b"Transfer-Encoding: identity", b"Content-Length: 5"],
    "chunked twice": [b"Transfer-Encoding: chunked, chunked"],
    "chunked not last": [b"Transfer-Encoding: chunked, gzip"],
    "two encodings": [b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"],
    "quoted": [b'Transfer-Encoding: "chunked"', b"Content-Length: 5"],
    "a line without a colon": [b"Content-Length 5", b"Content-Length: 5"],
    "no name": [b": 5", b"Content-Length: 5"],
    "a NUL in a name": [b"Content-Length\0: 5"],
    "a NUL in a value": [b"Content-Length: 5\0"],
    "a carriage return in a value": [b"X: a\rContent-Length: 50", b"Content-Length: 5"],
}


@pytest.mark.parametrize("lines", AMBIGUOUS_LENGTHS.values(), ids=AMBIGUOUS_LENGTHS.keys())
def test_an_ambiguous_length_is_refused_and_ends_the_connection(server, prey, lines):
    """Else a request that a proxy in front did not see removes the backup of somebody else."""
    name = new_id()
    with Connection(server) as connection:
        connection.send_all_it_takes(put(name, *lines) + b"0\r\n\r\n" + prey.hidden)
        answer = connection.answer()
        assert answer.status in (400, 411, 413, 501), answer
        assert connection.until_end() == b""
    assert prey.unharmed() and name not in server.stored()


BAD_HEADS = {
    "bare line feeds": b"GET /config HTTP/1.1\nHost: a\nUser-Agent: Threema\n\n",
    "a bare line feed within": b"GET /config HTTP/1.1\r\nHost: a\nUser-Agent: Threema\r\n\r\n",
    "a bare carriage return": b"GET /config HTTP/1.1\rHost: a\r\n" + HEAD + b"\r\n",
    "a folded line": b"GET /config HTTP/1.1\r\n" + HEAD + b"X: a\r\n b\r\n\r\n",
    "a space first": b"GET /config HTTP/1.1\r\n " + HEAD + b"\r\n",
    "a space in a name": b"GET /config HTTP/1.1\r\n" + HEAD + b"X Y: z\r\n\r\n",
    "a control in a value": b"GET /config HTTP/1.1\r\n" + HEAD + b"X: \x01\r\n\r\n",
    "no host": b"GET /config HTTP/1.1\r\nUser-Agent: Threema\r\n\r\n",
    "two hosts": b"GET /config HTTP/1.1\r\nHost: b\r\n" + HEAD + b"\r\n",
    "two spaces": b"GET  /config HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a tab": b"GET\t/config HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a space at the end": b"GET /config HTTP/1.1 \r\n" + HEAD + b"\r\n",
    "a space in the target": b"GET /con fig HTTP/1.1\r\n" + HEAD + b"\r\n",
    "no version": b"GET /config\r\n" + HEAD + b"\r\n",
    "small letters": b"GET /config http/1.1\r\n" + HEAD + b"\r\n",
    "a version of three": b"GET /config HTTP/1.1.1\r\n" + HEAD + b"\r\n",
    "another protocol": b"GET /config ICAP/1.0\r\n" + HEAD + b"\r\n",
    "no method": b" /config HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a method of marks": b"G(T /config HTTP/1.1\r\n" + HEAD + b"\r\n",
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "version 2": b"GET /config HTTP/2.0\r\n" + HEAD + b"\r\n",
    "version 0.9": b"GET /config HTTP/0.9\r\n" + HEAD + b"\r\n",
    "version 11": b"GET /config HTTP/11\r\n" + HEAD + b"\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "noise": bytes(range(256)) * 4,
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
}


@pytest.mark.parametrize("head", BAD_HEADS.values(), ids=BAD_HEADS.keys())
def test_a_head_that_is_none_is_refused_and_ends_the_connection(server, prey, head):
    """Else what follows is read from another place than the one where it begins."""
    with Connection(server) as connection:
        connection.send_all_it_takes(head + prey.hidden)
        connection.finish()
        data = connection.until_end()
    assert data.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 505 ", b"HTTP/1.1 501 ")), data
    assert answers_in(data) == 1 and prey.unharmed()


def test_empty_lines_before_a_request_are_passed_over(server):
    """RFC 9112 2.2; old clients send one behind a body."""
    with Connection(server) as connection:
        connection.send(b"\r\n" + request("GET", "/config"))
        assert connection.answer().status == 200
    with Connection(server) as connection:
        connection.send_all_it_takes(b"\r\n" * 100_000)
        connection.finish()
        assert connection.until_end()[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 431", b"HTTP/1.1 408")


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_body_that_nobody_wants_is_not_a_request(server, prey, method):
    """Else the body of one request is the next one."""
    with Connection(server) as connection:
        connection.send_all_it_takes(request(method, f"/backups/{new_id()}", prey.hidden) + request("GET", "/config"))
        answer = connection.answer(method)
        assert answer.status in (400, 404, 413)
        if answer.closes:
            assert connection.until_end() == b""
        else:
            assert connection.answer().status == 200
    assert prey.unharmed()


def test_chunks_hide_no_request(server, prey):
    """Else the same through a chunked body, which the routes do not take."""
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(prey.hidden), prey.hidden)
    for method in (b"PUT", b"GET", b"DELETE", b"POST"):
        with Connection(server) as connection:
            connection.send_all_it_takes(method + b" /backups/" + new_id().encode() + b" HTTP/1.1\r\n" + HEAD + OCTETS +
                                         b"Transfer-Encoding: chunked\r\n\r\n" + chunked)
            connection.finish()
            assert answers_in(connection.until_end()) == 1
        assert prey.unharmed()


@pytest.mark.parametrize("chunk", [b"-1\r\nx", b"0x5\r\nhello", b"5 \r\nhello", b"5;a\nhello", b"ffffffffffffffff\r\nx", b"5\nhello",
                                   b"10000000000000005\r\nhello", b"+5\r\nhello", b"\r\nhello", b"5\r\nhelloXX", b"g\r\n"])
def test_a_bad_chunk_ends_the_connection(server, prey, chunk):
    """Else two readers find the end of the body at two places."""
    with Connection(server) as connection:
        connection.send_all_it_takes(b"PUT /backups/" + new_id().encode() + b" HTTP/1.1\r\n" + HEAD + OCTETS +
                                     b"Transfer-Encoding: chunked\r\n\r\n" + chunk + b"\r\n0\r\n\r\n" + prey.hidden)
        connection.finish()
        assert answers_in(connection.until_end()) <= 1
    assert prey.unharmed()


def test_a_refused_upload_is_not_read_as_requests(server, prey):
    """413 is answered before the body is read; if the connection went on, the body would be the next request."""
    with Connection(server) as connection:
        connection.send_all_it_takes(request("PUT", f"/backups/{new_id()}", b"", {"Content-Length": 10_000_000}) + prey.hidden)
        connection.finish()
        data = connection.until_end()
    assert data.startswith(b"HTTP/1.1 413 ") and answers_in(data) == 1 and prey.unharmed()


def test_a_body_that_ends_too_early_is_not_stored(server):
    """Else half a backup replaces a whole one."""
    name, data = new_id(), container(5000)
    assert ask(server, "PUT", f"/backups/{name}", data).status == 201
    for sent in (0, 1, 2500, 4999):
        with Connection(server) as connection:
            connection.send(request("PUT", f"/backups/{name}", container(5000))[:-5000] + bytes(sent))
            connection.finish()
            assert not connection.until_end().startswith(b"HTTP/1.1 2")
    assert server.stored()[name] == data and server.leftovers() == []


def test_a_body_that_is_longer_than_announced_ends_where_it_was_announced(server):
    """What follows is the next request, and it is none."""
    name, data = new_id(), container(1000)
    with Connection(server) as connection:
        connection.send_all_it_takes(request("PUT", f"/backups/{name}", data) + b"surplus" * 10 + b"\r\n\r\n")
        assert connection.answer().status == 201
        assert connection.answer().status == 400
        assert connection.ended()
    assert server.stored()[name] == data


def test_pipelined_requests_are_answered_in_their_order(server):
    """Else one phone gets the backup of another through a proxy that shares a connection."""
    known = {new_id(): container(2000 + number) for number in range(20)}
    with Connection(server) as connection:
        connection.send(b"".join(request("PUT", f"/backups/{name}", data) for name, data in known.items()))
        assert [connection.answer().status for _ in known] == [201] * 20
        wanted = list(known.items()) * 5
        connection.send(b"".join(request("GET", f"/backups/{name}") + request("HEAD", f"/backups/{name}") for name, _ in wanted))
        for _, data in wanted:
            assert connection.answer().body == data
            assert connection.answer("HEAD")["Content-Length"] == str(len(data))


def test_a_request_may_be_cut_anywhere(server):
    """Networks cut where they like. Else what is stored is not what was sent, and the answer says that all is well."""
    data = container(3000)
    for cut in range(1, len(request("PUT", f"/backups/{new_id()}", data)) - len(data) + 3, 1 if SCALE > 1 else 3):
        name = new_id()
        whole = request("PUT", f"/backups/{name}", data) + request("GET", f"/backups/{name}")
        with Connection(server) as connection:
            connection.send(whole[:cut])
            connection.wait_until_read()
            connection.send(whole[cut:])
            assert connection.answer().status == 201
            assert connection.answer().body == data, cut


def test_what_a_client_sent_before_it_was_done_sending_is_answered(server):
    """A client may close its half as soon as it has asked."""
    with Connection(server) as connection:
        connection.send(request("GET", "/config") * 3)
        connection.finish()
        assert [connection.answer().status for _ in range(3)] == [200] * 3
        with pytest.raises(Ended):
            connection.answer()


HUGE = {"one long line": (b"X: " + b"a" * 100_000 + b"\r\n", 431), "a long name": (b"a" * 100_000 + b": x\r\n", 431),
        "ten thousand lines": (b"".join(b"X%d: y\r\n" % n for n in range(10_000)), 431),
        "a line without an end": (b"X: " + b"a" * 2_000_000, 431), "ten thousand empty ones": (b"X:\r\n" * 10_000, 431)}


@pytest.mark.parametrize("lines, status", HUGE.values(), ids=HUGE.keys())
def test_a_giant_head_is_431(server, prey, lines, status):
    """Else the memory of the server belongs to whoever sends most."""
    before = server.memory()
    with Connection(server) as connection:
        connection.send_all_it_takes(b"GET /config HTTP/1.1\r\n" + HEAD + lines + b"\r\n" + prey.hidden)
        assert connection.answer().status == status
        assert connection.ended()
    assert server.memory() < before + (16 << 20)
    assert prey.unharmed()
