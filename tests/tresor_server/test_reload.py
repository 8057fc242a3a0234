"""A certificate that is renewed: no request is lost, and a broken one changes nothing."""
import shutil
import ssl
import threading
import time

import pytest
from raw import Connection, ask, other_address, request
from safe_server import SafeServer, await_that, container, new_id
from servers import make_certificate
from tool import SCALE

RELOADS = 5 * SCALE


@pytest.fixture
def own_certificate(tmp_path, certificate):
    """Copies that a test may replace."""
    return tuple(shutil.copy(part, tmp_path / f"server.{kind}") for part, kind in zip(certificate, ("pem", "key")))


def replace(paths, by):
    """As certbot does: each file at once."""
    for path, new in zip(paths, by):
        shutil.copy(new, f"{path}.new")
        shutil.move(f"{path}.new", path)


def shown(server):
    """The certificate that a new connection sees."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with Connection(server, tls=False) as connection, context.wrap_socket(connection.socket) as secure:
        return secure.getpeercert(binary_form=True)


def der(path):
    return ssl.PEM_cert_to_DER_cert(open(path).read())


def trusting(server, *certificates):
    server.context = ssl.create_default_context()
    for certificate in certificates:
        server.context.load_verify_locations(certificate)


class Phone(threading.Thread):
    """Uploads and fetches all the time, half of them on one connection that stays, half on a new one each time."""

    def __init__(self, server, stays):
        super().__init__(daemon=True)
        self.server, self.stays, self.ends, self.visits, self.trouble = server, stays, threading.Event(), 0, None
        self.start()

    def run(self):
        try:
            connection = Connection(self.server)
            while not self.ends.is_set():
                name, data = new_id(), container(3000)
                headers = {"X-Forwarded-For": other_address()}
                assert connection.ask("PUT", f"/backups/{name}", data, headers).status == 201
                assert connection.ask("GET", f"/backups/{name}", headers=headers).body == data
                self.visits += 1
                if not self.stays:
                    connection.close()
                    connection = Connection(self.server)
            connection.close()
        except BaseException as trouble:
            self.trouble = trouble


def test_a_new_certificate_under_load_loses_no_request(tmp_path, certificate, own_certificate):
    """Else every ninety days some uploads fail, or the server has to be restarted by hand."""
    other = make_certificate(tmp_path, "other")
    with SafeServer(tmp_path, "--behind-proxy", "127.0.0.1", certificate=own_certificate) as server:
        trusting(server, certificate[0], other[0])
        assert shown(server) == der(certificate[0])
        phones = [Phone(server, number % 2 == 0) for number in range(6)]
        for number in range(RELOADS):
            new = (other, certificate)[number % 2]
            replace(own_certificate, new)
            server.reload()
            await_that(lambda: shown(server) == der(new[0]), what="the new certificate")
            visits = [phone.visits for phone in phones]
            await_that(lambda: all(phone.visits > before + 2 or phone.trouble for phone, before in zip(phones, visits)))
        for phone in phones:
            phone.ends.set()
        for phone in phones:
            phone.join()
            assert phone.trouble is None, phone.trouble
        assert ask(server, "GET", "/config").status == 200


def test_a_connection_from_before_goes_on(tmp_path, certificate, own_certificate):
    """Else an upload of that moment breaks."""
    other = make_certificate(tmp_path, "other")
    with SafeServer(tmp_path, certificate=own_certificate) as server, Connection(server) as kept:
        name, data = new_id(), container(200_000)
        kept.send(request("PUT", f"/backups/{name}", data)[:-100_000])
        replace(own_certificate, other)
        server.reload()
        await_that(lambda: shown(server) == der(other[0]))
        kept.send(data[-100_000:])
        assert kept.answer().status == 201
        assert kept.ask("GET", f"/backups/{name}").body == data


def test_a_broken_certificate_keeps_the_old_one_and_is_told(tmp_path, certificate, own_certificate):
    """Else a renewal that went wrong takes the server down, or nobody hears of it until the old one has run out."""
    other = make_certificate(tmp_path, "other")
    with SafeServer(tmp_path, certificate=own_certificate) as server:
        good = [open(part, "rb").read() for part in own_certificate]
        broken = [(b"", good[1]), (good[0], b""), (b"no certificate", good[1]), (good[0][:200], good[1]),
                  (good[0], open(other[1], "rb").read()),  # the key of another
                  (None, good[1]), (good[0], None)]
        for pair in broken:
            for path, content in zip(own_certificate, pair):
                if content is None:
                    open(path, "a").close()
                    shutil.move(path, f"{path}.away")
                else:
                    open(path, "wb").write(content)
            said = server.reload()
            assert "certificate" in said and "was read again" not in said, said
            assert shown(server) == der(certificate[0])
            assert ask(server, "GET", "/config").status == 200
        replace(own_certificate, other)
        server.reload()
        await_that(lambda: shown(server) == der(other[0]))
        trusting(server, other[0])
        assert ask(server, "GET", "/config").status == 200


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_old_versions_of_tls_are_refused(tmp_path, certificate):
    """Else a man in the middle chooses the weakest that both know."""
    with SafeServer(tmp_path, certificate=certificate) as server:
        for version, works in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)):
            context = ssl.create_default_context(cafile=certificate[0])
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
            server.context = context
            if works:
                assert ask(server, "GET", "/config").status == 200
            else:
                with pytest.raises((ssl.SSLError, OSError)):
                    ask(server, "GET", "/config")
        trusting(server, certificate[0])


def test_bodies_of_any_size_cross_tls(tmp_path, certificate):
    """Else what ends at the border of a record is cut."""
    with SafeServer(tmp_path, "--behind-proxy", "127.0.0.1", certificate=certificate) as server, Connection(server) as connection:
        for size in (33, 1000, 16383, 16384, 16385, 100_000, 524_288):
            target, data = f"/backups/{new_id()}", container(size)
            assert connection.ask("PUT", target, data).status == 201
            assert connection.ask("GET", target).body == data
        with Connection(server) as another:  # many requests in one record
            another.send(request("GET", target) * 10)
            for _ in range(10):
                assert another.answer().body == data
        start = time.monotonic()
        assert connection.ask("PUT", target, b"", {"Content-Length": 10_000_000}).status == 413
        assert time.monotonic() - start < 2


def test_many_reloads_at_once_are_one_or_many_but_no_harm(tmp_path, certificate):
    """A script may send the signal as often as it likes."""
    import signal
    with SafeServer(tmp_path, certificate=certificate) as server:
        for _ in range(200):
            server.signal(signal.SIGHUP)
        assert ask(server, "GET", "/config").status == 200
