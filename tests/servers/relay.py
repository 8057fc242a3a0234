"""A relay in front of a real server: sees each request, may hold it, answer it itself, or cut it off."""
import http.client
import http.server
import threading
import time
import urllib.parse


class Seen:
    def __init__(self, method, target, headers):
        self.method, self.target, self.headers = method, target, headers
        self.path, _, query = target.partition("?")
        self.path = urllib.parse.unquote(self.path)
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.begun, self.ended, self.status = time.monotonic(), None, None

    def __repr__(self):
        return f"{self.method} {self.target} -> {self.status}"


class Relay:
    """`before(seen)` is called ahead of each request, in a thread of its connection. It returns nothing, or (status, headers, body)
    of an answer to what the server behind never hears of, or "cut": the connection ends without one."""

    def __init__(self, port):
        self.behind, self.seen, self.before = port, [], lambda seen: None
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = lambda handler: relay.serve(handler)
            log_message = lambda handler, *arguments: None
            behind = None

            def finish(handler):
                if handler.behind:
                    handler.behind.close()
                super().finish()

        class Listening(http.server.ThreadingHTTPServer):
            request_queue_size = 64
            handle_error = lambda *_: None

        self.listening = Listening(("127.0.0.1", 0), Handler)
        self.port = self.listening.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.listening.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listening.shutdown()
        self.listening.server_close()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def serve(self, handler):
        seen = Seen(handler.command, handler.path, dict(handler.headers.items()))
        self.seen.append(seen)
        answer = self.before(seen)
        if answer == "cut":
            handler.close_connection = True
            return
        length = int(handler.headers.get("Content-Length", 0))
        body = handler.rfile.read(length)
        if len(body) < length:  # the client has gone
            handler.close_connection = True
            return
        seen.status, headers, content = answer or self.forward(handler, body)
        handler.send_response_only(seen.status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if handler.command != "HEAD" and seen.status != 204:
            handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD" and seen.status != 204:
            handler.wfile.write(content)
        seen.ended = time.monotonic()

    def forward(self, handler, body):
        """Header for header, so that a signature stays what it is."""
        handler.behind = handler.behind or http.client.HTTPConnection("127.0.0.1", self.behind, timeout=60)
        handler.behind.putrequest(handler.command, handler.path, skip_host=True, skip_accept_encoding=True)
        for name, value in handler.headers.items():
            if name.lower() not in ("connection", "expect"):
                handler.behind.putheader(name, value)
        handler.behind.endheaders(body)
        answer = handler.behind.getresponse()
        kept = lambda name: name not in ("connection", "transfer-encoding") and (name != "content-length" or handler.command == "HEAD")
        headers = {name: value for name, value in answer.getheaders() if kept(name.lower())}
        return answer.status, headers, answer.read()
