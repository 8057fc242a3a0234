"""Starts OpenStack Swift with its S3 API on loopback: four processes, a fifth where TLS is asked for.

It verifies every signature. An object's time is the server's own, of whole seconds in a listing; it knows no condition on a write
(501) and no lifecycle. The data lie in memory where the file system there has extended attributes.
"""
import contextlib
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

from servers import Server, free_port, wait_for

ACCESS, SECRET, REGION = "test:tester", "testing", "us-east-1"
PARTS = ("account", "container", "object")

RINGS = """
import sys
from swift.common.ring import RingBuilder
for part, port in zip(("account", "container", "object"), sys.argv[2:]):
    builder = RingBuilder(2, 1, 0)
    builder.add_dev(dict(region=1, zone=1, ip="127.0.0.1", port=int(port), device="d1", weight=1, meta=""))
    builder.rebalance()
    builder.get_ring().save(f"{sys.argv[1]}/{part}.ring.gz")
"""

# Puts objects of any age, past the proxy: what is asked of that one gets its own time.
DATED = """
import http.client, json, sys, urllib.parse
from swift.common.ring import Ring
from swift.common.utils import Timestamp
etc, port, container_port, bucket, size = sys.argv[1], *map(int, sys.argv[2:4]), sys.argv[4], int(sys.argv[5])
objects, containers = (Ring(etc, ring_name=name) for name in ("object", "container"))
home, connection = containers.get_part("AUTH_test", bucket), http.client.HTTPConnection("127.0.0.1", port)
for key, seconds in json.load(sys.stdin).items():
    path = f"/d1/{objects.get_part('AUTH_test', bucket, key)}/AUTH_test/{bucket}/{urllib.parse.quote(key)}"
    connection.request("PUT", path, b"x" * size, {
        "X-Timestamp": Timestamp(seconds).internal, "Content-Type": "application/octet-stream", "X-Container-Device": "d1",
        "X-Container-Host": f"127.0.0.1:{container_port}", "X-Container-Partition": str(home)})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 201, answer.status
"""

# Entries of a listing without objects behind them: many of them in a moment.
LISTED = """
import glob, json, sys
from swift.common.utils import Timestamp
from swift.container.backend import ContainerBroker
devices, bucket, size = sys.argv[1:]
for path in glob.glob(devices + "/d1/containers/*/*/*/*.db"):
    broker = ContainerBroker(path)
    if broker.path == "AUTH_test/" + bucket:
        broker.merge_items([dict(name=key, created_at=Timestamp(seconds).internal, size=int(size), etag="9" * 32, deleted=0,
                                 content_type="application/octet-stream", storage_policy_index=0, ctype_timestamp=None,
                                 meta_timestamp=None) for key, seconds in json.load(sys.stdin).items()])
        sys.exit(0)
sys.exit("no such bucket")
"""

COMMON = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {etc}
devices = {devices}
mount_check = false
log_address = /dev/null
{tls}
[pipeline:main]
pipeline = {pipeline}
"""

PROXY = """[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:9
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
dns_compliant_bucket_names = yes
storage_domain = localhost
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
""" + "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in ("catch_errors", "bulk", "slo", "copy"))


class Swift(Server):
    name = "swift"
    programs = ("swift-proxy-server", *(f"swift-{part}-server" for part in PARTS), "/etc/swift/swift.conf", "openssl")

    @classmethod
    def missing(cls):
        botocore = [] if importlib.util.find_spec("botocore") else ["python3-botocore"]
        return super().missing() + botocore + ([] if place_for_data() else ["a file system with extended attributes"])

    def launch(self):
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="swift-", dir=place_for_data()))
        self.etc = self.folder / "etc"
        self.etc.mkdir()
        (self.data / "d1").mkdir()
        self.ports = ports = [free_port() for _ in PARTS]
        subprocess.run([sys.executable, "-I", "-c", RINGS, self.etc, *map(str, ports)], check=True, capture_output=True)
        for part, port in zip(PARTS, ports):
            self.begin(part, port, f"{part}-server", f"[app:{part}-server]\nuse = egg:swift#{part}\n")
        self.begin_proxy("proxy", self.port)
        for process, port in zip(self.processes, (*ports, self.port)):
            wait_for(port, process, 60)
        self.s3 = self.client()

    def begin_proxy(self, name, port, tls=""):
        self.begin(name, port, "catch_errors cache s3api tempauth bulk slo copy proxy-server", PROXY, "proxy", tls)

    def begin(self, name, port, pipeline, rest, part=None, tls=""):
        """Starts a part and does not wait for it: all of them load at the same time."""
        config = self.etc / f"{name}.conf"
        user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()
        config.write_text(COMMON.format(port=port, user=user, etc=self.etc, devices=self.data, tls=tls, pipeline=pipeline) + rest)
        with open(self.run / f"{name}.log", "ab") as log:
            self.processes.append(subprocess.Popen([f"swift-{part or name}-server", config], stdout=log, stderr=log,
                                                   stdin=subprocess.DEVNULL))

    def with_tls(self):
        """The same store a second time, behind `ca`: its host and port."""
        if not hasattr(self, "tls"):
            self.begin_proxy("tls", self.tls_port, f"cert_file = {self.ca}\nkey_file = {self.key}\n")
            wait_for(self.tls_port, self.processes[-1], 60)
            self.tls = f"https://127.0.0.1:{self.tls_port}"
        return self.tls

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, **more):
        return client(self.endpoint, **more)

    def new_bucket(self, name):
        self.s3.create_bucket(Bucket=name)
        return name

    def put_dated(self, bucket, times, size=100):
        """Objects of `size` bytes that were last written at these seconds: {key: seconds}."""
        subprocess.run([sys.executable, "-I", "-c", DATED, self.etc, str(self.ports[2]), str(self.ports[1]), bucket, str(size)], check=True,
                       input=json.dumps(times).encode())

    def list_also(self, bucket, times, size=100):
        """The same in its listing only, which is told a great many of them in no time."""
        subprocess.run([sys.executable, "-I", "-c", LISTED, self.data, bucket, str(size)], check=True, input=json.dumps(times).encode())

    def stop(self):
        super().stop()
        with contextlib.suppress(AttributeError):
            shutil.rmtree(self.data, ignore_errors=True)


def place_for_data():
    """A folder whose files may have extended attributes, in memory if there is one."""
    for folder in ("/dev/shm", tempfile.gettempdir(), "/var/tmp"):
        with contextlib.suppress(OSError), tempfile.NamedTemporaryFile(dir=folder) as probe:
            os.setxattr(probe.name, "user.swift.metadata", b"x" * 300)
            return folder
    return None


def client(endpoint, access=ACCESS, secret=SECRET, region=REGION, style="path", **more):
    """botocore's client: another implementation of the same protocol, to hold ours against. For several threads at once."""
    import botocore.config
    import botocore.session
    session = botocore.session.Session()
    config = botocore.config.Config(s3={"addressing_style": style}, retries={"max_attempts": 2}, max_pool_connections=16)
    return session.create_client("s3", region_name=region, endpoint_url=endpoint, aws_access_key_id=access, aws_secret_access_key=secret,
                                 config=config, **more)


def keys_of(s3, bucket, prefix=""):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))


def uploads_of(s3, bucket):
    """The multipart uploads that were begun and neither completed nor aborted."""
    return [entry["Key"] for entry in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])]


def body_of(s3, bucket, key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def put_many(s3, bucket, keys, body=b"x" * 100, threads=8):
    """Puts small objects by several threads at once: one alone waits most of its time."""
    keys = iter(list(keys))
    lock, failures = threading.Lock(), []

    def work():
        while True:
            with lock:
                key = next(keys, None)
            if key is None:
                return
            try:
                s3.put_object(Bucket=bucket, Key=key, Body=body)
            except Exception as failure:  # told by the caller's thread
                failures.append(failure)
                return

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures, failures[0]
