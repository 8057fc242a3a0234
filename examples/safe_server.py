"""A Safe server in Python's own web server: safe_server.py FOLDER [PORT]. On this machine only; put TLS in front of it."""
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import tresor


class Handler(BaseHTTPRequestHandler):
    protocol_version, timeout = "HTTP/1.1", 30
    safe: tresor.SafeServer

    def handle_expect_100(self) -> bool:
        refusal = self.safe.admit(self.command, self.path, self.headers.items())
        return super().handle_expect_100() if refusal is None else self.send(refusal)

    def answer(self) -> None:
        self.send(self.safe.handle(self.command, self.path, self.headers.items(), self.rfile, peer=self.client_address[0]))

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = answer

    def send(self, answer: tresor.Response) -> bool:
        self.close_connection |= answer.close
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        if answer.close:  # so that a client in the middle of its body still gets the answer
            self.connection.shutdown(socket.SHUT_WR)
            self.rfile.read(1 << 20)
        return False


if __name__ == "__main__":
    folder, port = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    stores = [tresor.open_storage(folder, create=True) for _ in range(8)]
    if stores[0].stat("config") is None:
        stores[0].put_limits()
    Handler.safe = tresor.SafeServer(stores)
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()
