"""Idle connections: phones keep theirs open, and each must cost next to nothing."""
import contextlib
import resource

from raw import Connection, ask
from safe_server import SafeServer, container, new_id
from tool import SCALE


def room(limit):
    """What the server has for connections: a sixteenth is for bodies on their way, some more for its threads and files."""
    return limit - limit // 16 - 400


def test_as_many_idle_connections_as_there_are_descriptors(tmp_path, certificate, capsys):
    """Else a server for ten thousand phones needs ten machines, or stops when they are all at home."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(room(hard), 2000 if SCALE < 10 else 25_000)  # loopback has 28,000 ports
    try:
        for name, options in (("plain", {}), ("TLS", {"certificate": certificate})):
            folder = tmp_path / name
            folder.mkdir()
            many = count if name == "plain" else count // 4
            with SafeServer(folder, files=hard, **options) as server, contextlib.ExitStack() as stack:
                target, data = f"/backups/{new_id()}", container(5000)
                assert ask(server, "PUT", target, data).status == 201
                before = server.memory()
                idle = []
                for _ in range(many):
                    connection = stack.enter_context(Connection(server))
                    idle.append(connection)
                    assert connection.ask("GET", "/config").status == 200
                each = (server.memory() - before) / many
                with capsys.disabled():
                    print(f"\n{many} idle {name} connections: {each:.0f} bytes of memory each")
                assert each < (8 << 10 if name == "plain" else 64 << 10)
                assert ask(server, "GET", target).body == data
                for connection in (idle[0], idle[many // 2], idle[-1]):  # none had to go
                    assert connection.ask("GET", target).body == data
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_server_with_few_descriptors_serves_on(tmp_path):
    """Else one that runs out of them turns in circles, or never takes a connection again."""
    with SafeServer(tmp_path, files=64) as server, contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(Connection(server)) for _ in range(200)]
        target, data = f"/backups/{new_id()}", container(5000)
        assert ask(server, "PUT", target, data).status == 201
        assert ask(server, "GET", target).body == data
        assert crowd[-1].ask("GET", "/config").status == 200
