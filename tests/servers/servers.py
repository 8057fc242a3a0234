"""Starts real servers on loopback: Apache, nginx, lighttpd and rclone, each with TLS and Basic authentication.

A server is a context manager; while it runs it has a folder `root`, a certificate `ca`, and the addresses `http` and `https`
(host, port and slash). Every process it starts is its own child and is ended by its handle.
"""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import time

USER, PASSWORD = "alice", "s3cret"
CONFIG = b'{"maxBackupBytes":524288,"retentionDays":180}\n'


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(folder, name="cert", subject="DNS:localhost,IP:127.0.0.1,IP:::1", days=2):
    """A self-signed certificate: NAME.pem and NAME.key."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem", "-days", str(days), "-subj", "/CN=localhost",
                    "-addext", f"subjectAltName={subject}"], check=True, capture_output=True)
    return folder / f"{name}.pem", folder / f"{name}.key"


def wait_for(port, process, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended at once"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.03)
    raise AssertionError("the server did not start")


class Server:
    name = ""
    programs = ()  # what must be installed

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "root"
        self.run = self.folder / "run"
        self.root.mkdir(parents=True)
        self.run.mkdir()
        self.port, self.tls_port = free_port(), free_port()
        self.http, self.https = f"127.0.0.1:{self.port}/", f"127.0.0.1:{self.tls_port}/"
        self.processes = []

    @classmethod
    def missing(cls):
        path = os.environ["PATH"] + ":/usr/sbin:/sbin"
        return [program for program in cls.programs
                if not (pathlib.Path(program).exists() if "/" in program else shutil.which(program, path=path))]

    def make_safe(self):
        """What a person sets up by hand: the two things that a Safe server needs."""
        (self.root / "config").write_bytes(CONFIG)
        (self.root / "backups").mkdir()
        self.hand_over()

    def hand_over(self):
        """Lets the server write what was put into its folder by hand."""

    def start(self, *command, port, env=None):
        env = os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"} | (env or {})
        log = open(self.run / "log", "ab")
        process = subprocess.Popen([str(part) for part in command], env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        log.close()
        self.processes.append(process)
        wait_for(port, process)

    def __enter__(self):
        self.ca, self.key = make_certificate(self.folder)
        crypted = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], check=True, capture_output=True, text=True).stdout
        self.htpasswd = self.folder / "htpasswd"
        self.htpasswd.write_text(f"{USER}:{crypted}")
        try:
            self.launch()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []

    def __exit__(self, *_):
        self.stop()


class Apache(Server):
    name = "apache"
    programs = ("apache2", "openssl")

    def launch(self):
        modules = ("mpm_event", "authz_core", "authz_user", "authn_core", "authn_file", "auth_basic", "dav", "dav_fs", "ssl",
                   "socache_shmcb")
        load = "\n".join(f"LoadModule {name}_module modules/mod_{name}.so" for name in modules)
        (self.folder / "apache.conf").write_text(f"""
ServerRoot /usr/lib/apache2
{load}
ServerName localhost
Listen 127.0.0.1:{self.port}
Listen 127.0.0.1:{self.tls_port}
User www-data
Group www-data
DefaultRuntimeDir {self.run}
PidFile {self.run}/pid
ErrorLog {self.run}/error.log
DavLockDB {self.run}/davlock
DocumentRoot {self.root}
<Directory {self.root}>
  Dav On
  AuthType Basic
  AuthName safe
  AuthUserFile {self.htpasswd}
  Require valid-user
</Directory>
<VirtualHost 127.0.0.1:{self.tls_port}>
  SSLEngine on
  SSLCertificateFile {self.ca}
  SSLCertificateKeyFile {self.key}
</VirtualHost>
""")
        self.hand_over()
        self.start("apache2", "-f", self.folder / "apache.conf", "-DFOREGROUND", port=self.port)

    def hand_over(self):
        if os.geteuid() != 0:
            return
        for path in (self.root, self.run, *self.root.rglob("*")):
            shutil.chown(path, "www-data", "www-data")
        for path in (self.folder, *self.folder.parents):  # what it serves must be reachable
            if path.stat().st_uid == os.geteuid() and path != pathlib.Path("/"):
                path.chmod(path.stat().st_mode | 0o011)
        self.htpasswd.chmod(0o644)


class Nginx(Server):
    name = "nginx"
    programs = ("nginx", "openssl", "/usr/lib/nginx/modules/ngx_http_dav_ext_module.so")

    def launch(self):
        temporary = "".join(f"{kind}_temp_path {self.run}/{kind}; " for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(f"""
load_module /usr/lib/nginx/modules/ngx_http_dav_ext_module.so;
{user}
daemon off; master_process off; worker_processes 1; pid {self.run}/pid; error_log {self.run}/error.log warn;
events {{ worker_connections 64; }}
http {{
  access_log off; {temporary}
  client_max_body_size 300m;
  dav_ext_lock_zone zone=l:1m;
  server {{
    listen 127.0.0.1:{self.port}; listen 127.0.0.1:{self.tls_port} ssl http2;
    ssl_certificate {self.ca}; ssl_certificate_key {self.key};
    auth_basic safe; auth_basic_user_file {self.htpasswd}; root {self.root};
    location / {{ dav_methods PUT DELETE MKCOL COPY MOVE; dav_ext_methods PROPFIND OPTIONS LOCK UNLOCK; dav_ext_lock zone=l;
                  dav_access user:rw; create_full_put_path off; }}
  }}
}}
""")
        self.start("nginx", "-p", self.folder, "-e", self.run / "error.log", "-c", self.folder / "nginx.conf", port=self.port)


class Lighttpd(Server):
    name = "lighttpd"
    programs = ("lighttpd", "openssl", "/usr/lib/lighttpd/mod_webdav.so", "/usr/lib/lighttpd/mod_openssl.so")

    def launch(self):
        (self.folder / "lighttpd.conf").write_text(f"""
server.modules = ("mod_auth","mod_authn_file","mod_openssl","mod_webdav")
server.bind = "127.0.0.1"
server.port = {self.port}
server.document-root = "{self.root}"
server.errorlog = "{self.run}/error.log"
server.upload-dirs = ("{self.run}")
server.max-request-size = 0
mimetype.assign = ("" => "application/octet-stream")
$SERVER["socket"] == "127.0.0.1:{self.tls_port}" {{
  ssl.engine = "enable" ssl.pemfile = "{self.ca}" ssl.privkey = "{self.key}"
}}
auth.backend = "htpasswd"
auth.backend.htpasswd.userfile = "{self.htpasswd}"
auth.require = ("/" => ("method"=>"basic","realm"=>"safe","require"=>"valid-user"))
webdav.activate = "enable"
webdav.is-readonly = "disable"
webdav.sqlite-db-name = "{self.run}/dav.db"
""")
        self.start("lighttpd", "-D", "-f", self.folder / "lighttpd.conf", port=self.port)


class Rclone(Server):
    """Two processes on one folder: it speaks either TLS or not."""
    name = "rclone"
    programs = ("rclone", "openssl")

    def launch(self):
        common = ("rclone", "serve", "webdav", self.root, "--user", USER, "--pass", PASSWORD, "--dir-cache-time", "0")
        env = {"RCLONE_CONFIG": "/dev/null"}
        self.start(*common, "--addr", f"127.0.0.1:{self.port}", port=self.port, env=env)
        self.start(*common, "--addr", f"127.0.0.1:{self.tls_port}", "--cert", self.ca, "--key", self.key, port=self.tls_port, env=env)


ALL = (Apache, Nginx, Lighttpd, Rclone)
