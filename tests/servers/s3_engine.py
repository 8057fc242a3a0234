"""An S3 engine in memory that checks every signature, honours conditions as Amazon does, and does what is wrong with engines, on demand.

What real engines differ in is set by its members: `conditions` ("honoured", "refused", "ignored"), `unique` (each write has an ETag
of its own, not one made of the content), `lifecycle`, `page`, `clock_ahead`.
"""
import hashlib
import hmac
import http.server
import itertools
import re
import ssl
import threading
import time
import urllib.parse
from email.utils import formatdate
from xml.sax.saxutils import escape

ACCESS, SECRET, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-test-1"
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def wrapped(name, content):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} {NAMESPACE}>{content}</{name}>'


class Refused(Exception):
    def __init__(self, status, code, **headers):
        super().__init__(code)
        self.status, self.code, self.headers = status, code, {name.replace("_", "-"): value for name, value in headers.items()}


class Request:
    def __init__(self, method, target, headers, body, bucket_of_host):
        self.method, self.headers, self.body = method, headers, body
        self.raw_path, _, self.raw_query = target.partition("?")
        self.query = dict(urllib.parse.parse_qsl(self.raw_query, keep_blank_values=True))
        path = urllib.parse.unquote(self.raw_path[1:])
        self.bucket, self.key = (bucket_of_host, path) if bucket_of_host else (path + "/").split("/", 1)
        self.key = self.key if bucket_of_host else self.key.removesuffix("/")

    def __repr__(self):
        return f"{self.method} {self.bucket}/{self.key}?{self.raw_query}"

    def is_part(self):
        return "partNumber" in self.query

    def completes(self):
        return self.method == "POST" and "uploadId" in self.query

    def lists(self):
        return self.method == "GET" and not self.key and "lifecycle" not in self.query


class Stored:
    def __init__(self, body, etag=None, modified=None):
        self.body, self.etag = body, etag or f'"{hashlib.md5(body).hexdigest()}"'
        self.modified = time.time() if modified is None else modified


class Engine:
    """`fault(request)` names what goes wrong with a request, or nothing.

    cut         the answer announces its whole length and ends in its middle
    half        half of the answer's body, as if it were all
    error-200   an error under the status 200
    endless     a listing that always has one more page, `circle` one that leads back to itself
    silence     no answer
    lost        the deed is done and the connection ends without an answer
    Refused     such an answer
    """

    def __init__(self, *buckets, certificate=None, token=None):
        self.buckets = {name: {} for name in buckets or ("safes",)}
        self.uploads, self.rules, self.requests = {}, {}, []
        self.fault = lambda request: None
        self.conditions, self.unique, self.lifecycle, self.page, self.clock_ahead = "honoured", False, True, 1000, 0
        self.token, self.lock, self.numbers = token, threading.RLock(), itertools.count(1)
        self.ended = threading.Event()
        engine = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = lambda handler: engine.serve(handler)
            log_message = lambda handler, *arguments: None

        class Listening(http.server.ThreadingHTTPServer):
            request_queue_size = 64
            handle_error = lambda *_: None

        self.listening = Listening(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.listening.socket = context.wrap_socket(self.listening.socket, server_side=True)
            self.scheme = "https"
        self.port = self.listening.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.listening.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.listening.shutdown()
        self.listening.server_close()

    @property
    def objects(self):
        return self.buckets["safes"]

    def location(self, path="safes", host="127.0.0.1", region=REGION, **more):
        more = {"endpoint": f"{self.scheme}://{host}:{self.port}", "region": region} | more
        return f"s3://{path}?" + urllib.parse.urlencode(more)

    def asked(self, method, key=None):
        return [request for request in self.requests if request.method == method and key in (None, request.key)]

    # ---- one request ----

    def serve(self, handler):
        body = self.read_body(handler)
        host = handler.headers["Host"].split(":")[0]
        bucket_of_host = host.removesuffix(".localhost") if host.endswith(".localhost") else None
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(handler.command, handler.path, headers, body, bucket_of_host)
        with self.lock:
            self.requests.append(request)
            fault = self.fault(request)
            try:
                if isinstance(fault, Refused):
                    raise fault
                self.verify(request)
                status, answer_headers, content = self.act(request, fault)
            except Refused as refused:
                status, answer_headers, content = refused.status, refused.headers, self.error(refused.code)
        self.answer(handler, fault, status, answer_headers, content)

    def read_body(self, handler):
        if "chunked" not in handler.headers.get("Transfer-Encoding", ""):
            return handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        body = b""
        while (size := int(handler.rfile.readline(), 16)):
            body += handler.rfile.read(size)
            handler.rfile.readline()
        handler.rfile.readline()
        return body

    def answer(self, handler, fault, status, headers, content):
        if fault == "silence":
            self.ended.wait(60)
        if fault in ("silence", "lost"):
            handler.close_connection = True
            return
        if fault == "error-200":
            status, headers, content = 200, {}, self.error("InternalError")
        if fault == "half":
            content = content[:len(content) // 2]
        handler.send_response_only(status)
        if self.clock_ahead is not None:
            handler.send_header("Date", formatdate(time.time() + self.clock_ahead, usegmt=True))
        for name, value in headers.items():
            handler.send_header(name, value)
        if status != 204:
            handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD" and status != 204:
            handler.wfile.write(content[:len(content) // 2] if fault == "cut" else content)
        if fault == "cut":
            handler.close_connection = True

    @staticmethod
    def error(code):
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>no &amp; no</Message></Error>'.encode()

    # ---- who asks ----

    def verify(self, request):
        """Signature Version 4, as Amazon describes it (AWS General Reference, "Signing AWS API requests")."""
        given = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?"
                             r"Signature=(\w{64})", request.headers.get("authorization", ""))
        if given is None:
            raise Refused(403, "AccessDenied")
        access, day, region, names, signature = given.groups()
        if access != ACCESS:
            raise Refused(403, "InvalidAccessKeyId")
        if region != REGION:
            raise Refused(400, "AuthorizationHeaderMalformed")
        if request.headers.get("x-amz-security-token") != self.token:
            raise Refused(403, "InvalidToken")
        hashed = request.headers["x-amz-content-sha256"]
        if hashed != "UNSIGNED-PAYLOAD" and hashed != hashlib.sha256(request.body).hexdigest():
            raise Refused(400, "XAmzContentSHA256Mismatch")
        unsigned = [name for name in request.headers if name.startswith("x-amz-") and name not in names.split(";")]
        if unsigned or "host" not in names.split(";"):
            raise Refused(403, "AccessDenied")
        stamp = request.headers["x-amz-date"]
        if not hmac.compare_digest(signature, self.signature(request, names, hashed, stamp, day)):
            raise Refused(403, "SignatureDoesNotMatch")
        then = time.mktime(time.strptime(stamp, "%Y%m%dT%H%M%SZ")) - time.timezone
        if abs(then - time.time() - (self.clock_ahead or 0)) > 900:
            raise Refused(403, "RequestTimeTooSkewed")

    @staticmethod
    def signature(request, names, hashed, stamp, day):
        pairs = sorted((urllib.parse.quote(name, safe="-._~"), urllib.parse.quote(value, safe="-._~"))
                       for name, value in urllib.parse.parse_qsl(request.raw_query, keep_blank_values=True))
        path = urllib.parse.quote(urllib.parse.unquote(request.raw_path), safe="/-._~")
        headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in names.split(";"))
        canonical = "\n".join([request.method, path, "&".join("=".join(pair) for pair in pairs), headers, names, hashed])
        scope = f"{day}/{REGION}/s3/aws4_request"
        key = ("AWS4" + SECRET).encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        return hmac.digest(key, text.encode(), "sha256").hex()

    # ---- what is done ----

    def act(self, request, fault):
        if request.bucket not in self.buckets:
            raise Refused(404, "NoSuchBucket")
        objects = self.buckets[request.bucket]
        if not request.key:
            return self.act_on_bucket(request, objects, fault)
        if "uploads" in request.query or "uploadId" in request.query:
            return self.multipart(request, objects)
        stored = objects.get(request.key)
        if request.method in ("PUT", "DELETE"):
            self.require_condition(request, stored)
        if request.method == "PUT":
            made = objects[request.key] = Stored(request.body, self.own_etag())
            return 200, {"ETag": made.etag}, b""
        if request.method == "DELETE":
            objects.pop(request.key, None)
            return 204, {}, b""
        if stored is None:
            raise Refused(404, "NoSuchKey")
        return 200, {"ETag": stored.etag, "Last-Modified": formatdate(stored.modified, usegmt=True)}, stored.body

    def own_etag(self):
        return f'"write-{next(self.numbers)}"' if self.unique else None

    def require_condition(self, request, stored):
        absent, wanted = request.headers.get("if-none-match"), request.headers.get("if-match")
        if self.conditions == "ignored" or not (absent or wanted):
            return
        if self.conditions == "refused":
            raise Refused(501, "NotImplemented")
        if wanted and stored is None:
            raise Refused(404, "NoSuchKey")
        if (absent == "*" and stored) or (wanted and wanted != stored.etag):
            raise Refused(412, "PreconditionFailed")

    def multipart(self, request, objects):
        if "uploads" in request.query and request.method == "POST":
            upload = f"upload/{next(self.numbers)}+="
            self.uploads[upload] = (request.bucket, request.key, {})
            return 200, {}, wrapped("InitiateMultipartUploadResult", f"<UploadId>{upload}</UploadId>").encode()
        upload = request.query["uploadId"]
        if self.uploads.get(upload, (None, None))[:2] != (request.bucket, request.key):
            raise Refused(404, "NoSuchUpload")
        parts = self.uploads[upload][2]
        if request.method == "PUT":
            part = parts[int(request.query["partNumber"])] = Stored(request.body)
            return 200, {"ETag": part.etag}, b""
        if request.method == "POST":
            return self.complete(request, objects, parts)
        del self.uploads[upload]
        return 204, {}, b""

    def complete(self, request, objects, parts):
        named = re.findall(rb"<PartNumber>(\d+)</PartNumber>\s*<ETag>([^<]+)</ETag>", request.body)
        for number, etag in named:
            if int(number) not in parts or parts[int(number)].etag != etag.decode().replace("&quot;", '"'):
                raise Refused(400, "InvalidPart")
        self.require_condition(request, objects.get(request.key))
        bodies = [parts[int(number)].body for number, _ in named]
        if any(len(body) < 5 << 20 for body in bodies[:-1]):
            raise Refused(400, "EntityTooSmall")
        etag = f'"{hashlib.md5(b"".join(hashlib.md5(body).digest() for body in bodies)).hexdigest()}-{len(bodies)}"'
        objects[request.key] = Stored(b"".join(bodies), self.own_etag() or etag)
        etag = objects[request.key].etag
        del self.uploads[request.query["uploadId"]]
        return 200, {}, wrapped("CompleteMultipartUploadResult", f"<ETag>{escape(etag)}</ETag>").encode()

    def act_on_bucket(self, request, objects, fault):
        if "lifecycle" in request.query:
            return self.act_on_rules(request)
        if request.method == "HEAD":
            return 200, {}, b""
        if request.method != "GET" or request.query.get("list-type") != "2":
            raise Refused(501, "NotImplemented")
        return 200, {"Content-Type": "application/xml"}, self.listing(request, objects, fault).encode()

    def act_on_rules(self, request):
        if not self.lifecycle:
            raise Refused(501, "NotImplemented")
        if request.method == "PUT":
            self.rules[request.bucket] = request.body
            return 200, {}, b""
        if request.bucket not in self.rules:
            raise Refused(404, "NoSuchLifecycleConfiguration")
        return 200, {}, self.rules[request.bucket]

    def listing(self, request, objects, fault):
        encoded = request.query.get("encoding-type") == "url"
        text = urllib.parse.quote if encoded else escape
        start = request.query.get("continuation-token", request.query.get("start-after", ""))
        found = sorted(key for key in objects if key.startswith(request.query.get("prefix", "")) and key > start)
        size = min(self.page, int(request.query.get("max-keys", 1000)))
        page, more = found[:size], len(found) > size
        token = page[-1] if more else ""
        if fault in ("endless", "circle"):
            page, more, token = (found or ["x"])[:1], True, "a" if fault == "circle" else f"a{next(self.numbers)}"
        entries = "".join(
            f"<Contents><Key>{text(key)}</Key><LastModified>{time.strftime('%Y-%m-%dT%H:%M:%S.000Z', time.gmtime(objects[key].modified))}"
            f"</LastModified><ETag>{escape(objects[key].etag)}</ETag><Size>{len(objects[key].body)}</Size>"
            "<StorageClass>STANDARD</StorageClass></Contents>" for key in page if key in objects)
        following = f"<NextContinuationToken>{escape(token)}</NextContinuationToken>" if more else ""
        encoding = "<EncodingType>url</EncodingType>" if encoded else ""
        return wrapped("ListBucketResult", f"<Name>{request.bucket}</Name><KeyCount>{len(page)}</KeyCount>"
                       f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{encoding}{following}{entries}")
