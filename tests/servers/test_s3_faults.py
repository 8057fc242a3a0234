"""Every way an S3 engine fails or differs: nothing half-written, no upload forgotten, no credential shown."""
import concurrent.futures
import os
import re
import time
import urllib.parse
import xml.etree.ElementTree

import pytest
from s3_engine import ACCESS, NAMESPACE, SECRET, Engine, Refused, Stored
from s3_place import on_engine
from servers import make_certificate


@pytest.fixture
def engine():
    with Engine() as engine:
        yield engine


@pytest.fixture
def place(engine, tmp_path):
    return on_engine(engine, tmp_path / "place").init("--retention-days", "90")


def impatient(place):
    place.options += ["--timeout", "1"]
    return place


@pytest.mark.parametrize("conditions, unique, style", [("honoured", False, "path"), ("honoured", True, "host"), ("refused", True, "path"),
                                                       ("ignored", True, "path"), ("ignored", False, "host")])
def test_a_probe_shows_what_the_engine_honours(engine, tmp_path, conditions, unique, style):
    """An ETag that is made of the content is no version: what was written again could not be told from what lay there."""
    engine.conditions, engine.unique = conditions, unique
    place = on_engine(engine, tmp_path / "place", style=style)
    place.query["endpoint"] = place.query["endpoint"].replace("127.0.0.1", "localhost") if style == "host" else place.query["endpoint"]
    place.init()
    result = place.store("check", "--json")
    assert result.code == 0, result.text + result.err
    exact = conditions == "honoured"
    assert result.json["can"] == {"list": True, "put_if_absent": exact, "conditional_put": exact and unique,
                                  "conditional_remove": exact and unique, "any_name": True}
    assert list(engine.objects) == ["config"] and engine.uploads == {}


def test_slow_down_is_waited_for_and_tried_again(engine, place):
    engine.conditions, times = "refused", []

    def fault(request):
        if request.key != "a" or request.method == "HEAD":
            return None
        times.append(time.monotonic())
        return Refused(503, "SlowDown", Retry_After="1") if len(times) % 2 else None

    engine.fault = fault
    assert place.put("a", b"kept").code == 0  # a put and a get
    assert engine.objects["a"].body == b"kept"
    assert len(times) == 4 and times[1] - times[0] >= 0.9 and times[3] - times[2] >= 0.9


AT_ONCE = {"Retry_After": "60"}  # asks for more patience than there is: the tool does not try again
ANSWERS = {"error": Refused(500, "InternalError", **AT_ONCE), "gateway": Refused(502, "Bad & Gateway", **AT_ONCE),
           "full": Refused(507, "InsufficientStorage", **AT_ONCE), "denied": Refused(403, "AccessDenied")}


def download(place, engine, fault, code):
    content = os.urandom(300_000)
    assert place.put("a", content).code == 0
    before = place.tool.names()
    engine.fault = lambda request: fault if (request.method, request.key) == ("GET", "a") else None
    result = place.store("get", "a", "back")
    assert result.code == code, result.err
    assert place.tool.names() == before
    engine.fault = lambda request: None
    assert place.get("a") == content


def upload(place, engine, fault, code):
    assert place.put("a", b"old").code == 0
    engine.fault = lambda request: fault if (request.method, request.key) == ("PUT", "a") else None
    result = place.put("a", b"new", "--force")
    assert result.code == code, result.err
    assert fault in ("lost", "silence") or engine.objects["a"].body == b"old"  # else the deed was done
    engine.fault = lambda request: None
    assert place.put("a", b"newest", "--force").code == 0 and engine.objects["a"].body == b"newest"


PLACES = {"begins": lambda request: request.method == "POST" and "uploads" in request.query,
          "part": lambda request: request.query.get("partNumber") == "2", "completes": lambda request: request.completes()}


def large(place):
    """More than a part."""
    content = os.urandom(1 << 20) * 17
    place.tool.write("large", content)
    return content


def in_parts(place, engine, fault, code, where):
    large(place)
    engine.fault = lambda request: fault if PLACES[where](request) else None
    result = place.store("put", "large", "a")
    assert result.code == code, result.err
    assert "a" not in engine.objects or fault in ("lost", "error-200")
    if (where, fault) != ("begins", "lost"):  # else nobody knows its name
        assert engine.uploads == {}


def listing(place, engine, fault, code):
    engine.page = 3
    for number in range(10):
        engine.objects[f"backups/{number:064x}"] = Stored(b"x", modified=1600000000 + number)
    assert len(place.names("backups/")) == 10
    engine.fault = lambda request: fault if request.lists() and "continuation-token" in request.query else None
    result = place.store("list", "--json")
    assert result.code in code and "objects" not in result.json, result.err
    assert place.store("sweep", "--dry-run").code in code
    engine.fault = lambda request: None
    assert len(place.names()) == 11


BROKEN = ("silence", "lost")
CASES = [(download, ("cut", 9)), *((work, (fault, 9)) for work in (download, upload) for fault in BROKEN),
         *((work, (ANSWERS[name], 8 if name == "denied" else 9)) for work in (download, upload) for name in ANSWERS),
         *((in_parts, (ANSWERS[name], 8 if name == "denied" else 9, where)) for where in PLACES for name in ("error", "denied")),
         *((in_parts, ("lost", 9, where)) for where in PLACES), (in_parts, ("error-200", 9, "completes")),
         (in_parts, (Refused(400, "InvalidPart"), 8, "completes")), (in_parts, (Refused(400, "BadDigest", **AT_ONCE), 9, "part")),
         *((listing, (fault, (9,))) for fault in ("cut", *BROKEN)),
         *((listing, (fault, (3, 8, 9))) for fault in ("half", "circle", "error-200"))]


def test_no_fault_loses_an_object_or_leaves_half_of_one(tmp_path):
    """All at once: most of them wait, for a time limit or to try again."""
    def run(number, work, arguments):
        with Engine() as engine:
            place = on_engine(engine, tmp_path / str(number)).init("--no-lifecycle")
            work(impatient(place) if "silence" in arguments else place, engine, *arguments)

    with concurrent.futures.ThreadPoolExecutor(len(CASES)) as pool:
        results = [(work.__name__, arguments, pool.submit(run, number, work, arguments))
                   for number, (work, arguments) in enumerate(CASES)]
        failures = [f"{name} {arguments}: {result.exception()!r}" for name, arguments, result in results if result.exception()]
    assert not failures, "\n".join(failures)


def test_a_part_is_sent_again_alone(engine, place):
    content, tries = large(place), []
    engine.fault = lambda request: Refused(503, "SlowDown") if PLACES["part"](request) and not tries.append(1) and len(tries) < 2 \
        else None
    result = place.store("put", "large", "a")
    assert result.code == 0, result.err
    assert engine.objects["a"].body == content and engine.uploads == {} and len(tries) == 2
    parts = [(int(request.query["partNumber"]), len(request.body)) for request in engine.requests
             if request.is_part() and request.key == "a"]
    assert [number for number, _ in parts] == [1, 2, 2] and parts[0][1] >= 5 << 20


def test_a_conflict_at_the_end_of_an_upload_is_one(engine, place):
    """Where conditions are honoured, another one of that name which came in the meantime is not overwritten."""
    large(place)

    def fault(request):
        if request.completes():
            engine.objects.setdefault("a", Stored(b"came first"))

    engine.fault = fault
    assert place.store("put", "large", "a").code == 12
    assert engine.objects["a"].body == b"came first" and engine.uploads == {}


def test_no_listing_is_trusted_with_its_bytes(engine, place):
    """XML that would read files, grow in memory, nest without end, or name what nobody may."""
    impatient(place)
    using = "]><ListBucketResult><Contents><Key>&a;</Key></Contents></ListBucketResult>"
    bombs = ['<!DOCTYPE x [<!ENTITY a "' + "x" * 1000 + '">' + using, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">' + using,
             "<a>" * 200000, "", "not xml", "<html><body>Welcome</body></html>", f"<ListBucketResult {NAMESPACE}><IsTruncated>true</IsTruncated>"
             "</ListBucketResult>"]
    for bomb in bombs:
        engine.listing = lambda *_: bomb
        result = place.store("list", "x")
        assert result.code in (3, 9), (bomb[:60], result.code, result.text)
    entry = "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;a&quot;</ETag><Size>{}</Size></Contents>"
    names = ["../../etc/passwd", "/x", "x/../y", ".x", "x%00", "backups/" + "a" * 64]
    engine.listing = lambda *_: (f"<ListBucketResult {NAMESPACE}><IsTruncated>false</IsTruncated>"
                                 + "".join(entry.format(name, 1) for name in names) + "</ListBucketResult>")
    assert place.names() == ["backups/" + "a" * 64]
    for size in ("-1", "18446744073709551616", "1e3", ""):
        engine.listing = lambda *_: (f"<ListBucketResult {NAMESPACE}><IsTruncated>false</IsTruncated>{entry.format('a', size)}"
                                     "</ListBucketResult>")
        result = place.store("list", "--json")
        assert result.code in (3, 9) or result.json["objects"] == [], (size, result.text)


def test_a_clock_that_is_wrong_is_named(engine, place):
    engine.clock_ahead = 3600
    for command in (["list"], ["get", "config", "-"]):
        result = place.store(*command)
        assert result.code == 0 or result.code in (8, 9) and re.search("clock|time", result.err), result.err


def test_the_lifecycle_rule_is_what_the_engine_is_told(engine, tmp_path):
    place = on_engine(engine, tmp_path / "place", path="safes/teams/red")
    place.init("--retention-days", "90")
    root = xml.etree.ElementTree.fromstring(engine.rules["safes"])
    strip = lambda tag: tag.rsplit("}", 1)[-1]
    assert root.tag == "{http://s3.amazonaws.com/doc/2006-03-01/}LifecycleConfiguration"
    told = {}
    for rule in root:
        assert strip(rule.tag) == "Rule"
        found = {strip(child.tag): child for child in rule}
        assert list(found)[:3] == ["ID", "Filter", "Status"] and found["Status"].text == "Enabled" and len(found) == 4
        (prefix,), (days,) = found["Filter"], list(rule)[3]
        assert strip(prefix.tag) == "Prefix"
        told[list(found)[3], strip(days.tag)] = (prefix.text, days.text)
    assert told == {("Expiration", "Days"): ("teams/red/backups/", "90"),
                    ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"): ("teams/red/data-backups/", "7")}
    request, = [request for request in engine.requests if request.method == "PUT" and "lifecycle" in request.query]
    assert request.headers.get("content-md5") or request.headers.get("x-amz-checksum-sha256")


def test_a_lifecycle_that_somebody_else_made_is_not_overwritten(engine, tmp_path):
    other = f"<LifecycleConfiguration {NAMESPACE}><Rule><ID>logs</ID><Status>Enabled</Status><Filter><Prefix>logs/</Prefix></Filter>" \
            "<Expiration><Days>7</Days></Expiration></Rule></LifecycleConfiguration>"
    engine.rules["safes"] = other.encode()
    result = on_engine(engine, tmp_path / "place").store("init")
    assert b"<Prefix>logs/</Prefix>" in engine.rules["safes"], result.err + result.text


def test_a_session_token_is_sent_and_signed(tmp_path):
    with Engine(token="FwoGZXIvYXdzE//token+with=odd/characters") as engine:
        place = on_engine(engine, tmp_path / "place").init()
        assert place.put("a", b"x").code == 0 and place.get("a") == b"x"
        place.tool.token = None
        result = place.store("list")
        assert result.code == 8 and "FwoG" not in result.err


def test_a_redirect_is_not_followed_with_the_credentials(engine, place):
    with Engine() as elsewhere:
        for status, code in ((301, "PermanentRedirect"), (307, "TemporaryRedirect")):
            engine.fault = lambda request: Refused(status, code, Location=f"http://127.0.0.1:{elsewhere.port}/safes/config",
                                                   x_amz_bucket_region="us-west-2")
            result = place.store("get", "config", "-")
            assert result.code == 8, result.err
        assert elsewhere.requests == []


def test_the_parts_of_a_location_are_checked_before_anything_is_asked(engine, tmp_path):
    endpoint = f"http://127.0.0.1:{engine.port}"
    tool = on_engine(engine, tmp_path / "place").tool
    for bad in ("s3://", "s3:///x?endpoint=" + endpoint, "s3://safes?endpoint=ftp://x", "s3://safes?endpoint=" + endpoint + "&style=other",
                "s3://safes?endpoint=" + endpoint + "&colour=red", "s3://SAFES!?endpoint=" + endpoint,
                "s3://safes/../x?endpoint=" + endpoint, "s3://safes?endpoint=" + endpoint + "&region=a/b",
                "s3://safes?endpoint=http://192.0.2.1/&region=x", "s3://safes?endpoint=" + urllib.parse.quote("http://a b/")):
        result = tool("store", "list", bad, "--store-user", ACCESS, "--store-password-file", tool.write("s", SECRET + "\n"), password=False)
        assert result.code == 2, (bad, result.code, result.err)
        assert SECRET not in result.err
    assert engine.requests == []


def test_every_request_is_signed_and_says_what_it_is(engine, place):
    assert place.put("some/a.b-c_d", b"x").code == 0
    assert place.names() == ["config", "some/a.b-c_d"]
    assert place.store("remove", "some/a.b-c_d").code == 0
    assert engine.requests and all("authorization" in request.headers for request in engine.requests)
    assert all(request.headers["x-amz-content-sha256"] != "UNSIGNED-PAYLOAD" for request in engine.requests if request.body)
    assert all(request.headers.get("user-agent") for request in engine.requests)
    assert not any("expect" in request.headers for request in engine.requests if len(request.body) < 1000)


def test_over_tls_with_a_certificate_of_ones_own(tmp_path):
    with Engine(certificate=make_certificate(tmp_path)) as engine:
        place = on_engine(engine, tmp_path / "place")
        assert place.store("list").code == 8
        place.options = ["--ca-file", tmp_path / "cert.pem"]
        place.init()
        assert place.put("a", b"x").code == 0 and place.get("a") == b"x"
