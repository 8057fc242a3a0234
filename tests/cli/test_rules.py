"""The rules that hold for every command: output, exit codes, passwords, files, Ctrl-C."""
import hashlib
import json
import os
import pty
import select
import signal
import stat
import subprocess
import sys
import termios
import time
import zlib

import pytest
from conftest import ACCOUNT, BACKUP_ID, ID, KEY, PASSWORD, TOOL

COMMANDS = ["safe keys", "safe seal", "safe open", "safe check", "safe enable", "safe backup", "safe status", "safe restore",
            "safe verify", "safe passwd", "safe disable", "safe watch", "store init", "store check", "store list", "store put",
            "store get", "store remove", "store sweep", "id export", "id import", "data info", "data verify", "data list",
            "data stats", "data extract", "data export", "data salvage", "data create", "data filter", "data merge",
            "data schedule", "data put", "data status"]


@pytest.mark.parametrize("command", ["", "safe", "store", "id", "data", *COMMANDS])
def test_help_on_every_level_has_usage_and_an_example(tool, command):
    for flag in ("-h", "--help"):
        result = tool.good(*command.split(), flag, password=False)
        assert f"tresor {command}".strip() in result.text.split("Usage:")[1].splitlines()[0]
        assert "Example: tresor" in result.text
        assert result.err == ""


def test_version(tool):
    assert tool.good("--version", password=False).text.startswith("tresor 0.")


@pytest.mark.parametrize("arguments", [[], ["safe"], ["store"], ["nonsense"], ["safe", "nonsense"], ["safe", "keys"],
                                       ["safe", "keys", "--id"], ["safe", "keys", "--id", ID, "--nonsense"],
                                       ["safe", "seal", "--id", ID, "only-one"], ["safe", "keys", "--id", "ECHO"],
                                       ["safe", "status", "--at", "yesterday"], ["store", "init"],
                                       ["data"], ["data", "info"], ["data", "extract", "a.zip"],
                                       ["safe", "keys", "--id", ID, "--at", "garbage"]])
def test_wrong_usage_is_2(tool, arguments):
    result = tool(*arguments, password=False)
    assert result.code == 2
    assert result.text == ""
    assert result.err.startswith("tresor: ")
    as_json = tool("--json", *arguments, password=False)
    assert as_json.code == 2
    assert as_json.json["error"]["code"] == 2
    assert as_json.json["error"]["name"] == "invalid_argument"


def test_options_stand_anywhere_behind_the_command(tool):
    one = tool.good("safe", "keys", "--id", ID, "--json").json
    assert tool.good("safe", "--json", "keys", "--id", ID).json == one
    assert tool.good("safe", "keys", "--json", "--id", ID).json == one


def test_failures_as_json_have_code_name_message_and_retry_after(tool):
    result = tool("safe", "open", "--id", ID, "nothing", "out", "--json")
    assert result.code == 10
    assert set(result.json["error"]) == {"code", "name", "message", "retry_after"}
    assert result.json["error"]["code"] == 10
    assert result.json["error"]["retry_after"] is None
    assert result.err.startswith("tresor: ")


# ---- passwords ----

@pytest.mark.parametrize("content", [b"shootdeathstar\n", b"shootdeathstar", b"shootdeathstar\r\n",
                                     b"shootdeathstar\nsecond line\n"])
def test_the_password_is_the_first_line(tool, content):
    path = tool.write("pw", content)
    assert tool.good("safe", "keys", "--id", ID, "--json", "--password-file", path, password=False).json["backup_id"] == BACKUP_ID


def test_nothing_else_is_trimmed(tool):
    for content, backup_id in [(b"shootdeathstar \n", "b11dec204c874adcc600bb47267d7741490e75d4c0331d0b5ed79411aca7ca5b"),
                               (b"Shootdeathstar\n", "8ba9ae74e35fdad1f3dfd3ed32971eb203c6b3c0909120feba6292b1facd345b")]:
        path = tool.write("pw", content)
        assert tool.good("safe", "keys", "--id", ID, "--json", "--password-file", path, password=False).json["backup_id"] == backup_id


def test_dash_is_standard_input_once(tool):
    result = tool.good("safe", "keys", "--id", ID, "--json", "--password-file", "-", password=False, stdin=b"shootdeathstar\nx")
    assert result.json["backup_id"] == BACKUP_ID
    twice = tool("safe", "seal", "--id", ID, "-", "out", "--password-file", "-", password=False, stdin=b"shootdeathstar\n{}")
    assert twice.code == 2
    assert tool.names() == ["password"]


def test_a_carriage_return_counts_unless_a_line_feed_follows(tool):
    for content, password in ((b"pw-of-8-\r", b"pw-of-8-\r"), (b"pw-of-8-\r\r\n", b"pw-of-8-\r"), (b"\rpw-of-8-\n", b"\rpw-of-8-")):
        path = tool.write("pw", content)
        expected = hashlib.scrypt(password, salt=ID.encode(), n=65536, r=8, p=1, maxmem=1 << 27, dklen=64)[:32].hex()
        result = tool.good("safe", "keys", "--id", ID, "--json", "--password-file", path, password=False)
        assert result.json["backup_id"] == expected


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n", b"shoot\0star\n", b"\xff\xfe\n", b"x" * (2 << 20)],
                         ids=["empty", "no line", "CR only", "NUL", "not UTF-8", "too long"])
def test_bad_passwords_are_2(tool, content):
    path = tool.write("pw", content)
    result = tool("safe", "keys", "--id", ID, "--password-file", path, password=False)
    assert result.code == 2
    assert "shoot" not in result.err


def test_without_terminal_and_password_file_it_is_2_and_says_so(tool):
    result = tool("safe", "keys", "--id", ID, password=False)
    assert result.code == 2
    assert "--password-file" in result.err


def test_no_option_takes_a_password(tool):
    for command in COMMANDS:
        assert "--password " not in tool.good(*command.split(), "--help", password=False).text


class Terminal:
    """The tool on a terminal of its own."""

    def __init__(self, tool, *arguments):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(tool.folder)
            os.execve(TOOL, [str(TOOL), *map(str, arguments)], tool.env())
        self.shown = b""

    def wait_for(self, text):
        deadline = time.monotonic() + 20
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.shown += os.read(self.fd, 4096)
                except OSError:
                    break
        assert text in self.shown, self.shown
        self.shown = self.shown.split(text, 1)[1]

    def answer(self, question, line):
        self.wait_for(question)
        time.sleep(0.05)
        os.write(self.fd, line)

    def end(self):
        while True:
            try:
                more = os.read(self.fd, 4096)
            except OSError:
                break
            if not more:
                break
            self.shown += more
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def test_the_terminal_is_asked_without_echo(tool):
    terminal = Terminal(tool, "safe", "keys", "--id", ID)
    terminal.answer(b"Password: ", b"shootdeathstar\n")
    assert terminal.end() == 0
    assert BACKUP_ID.encode() in terminal.shown
    assert b"shootdeathstar" not in terminal.shown


def test_for_something_new_it_is_asked_twice(tool):
    tool.write("in.json", "{}")
    terminal = Terminal(tool, "safe", "seal", "--id", ID, "in.json", "out")
    terminal.answer(b"Password: ", b"shootdeathstar\n")
    terminal.answer(b"again: ", b"shootdeathstar\n")
    assert terminal.end() == 0
    assert tool.path("out").exists()
    terminal = Terminal(tool, "safe", "seal", "--id", ID, "in.json", "other")
    terminal.answer(b"Password: ", b"shootdeathstar\n")
    terminal.answer(b"again: ", b"shootdeathstaR\n")
    assert terminal.end() == 2
    assert not tool.path("other").exists()


@pytest.mark.parametrize("answer, code", [(b"y\n", 0), (b"\n", 2), (b"no\n", 2)])
def test_a_weak_new_password_needs_a_yes(tool, answer, code):
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("store", "init", "safe", password=False)
    terminal = Terminal(tool, "safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json")
    terminal.answer(b"Password: ", b"password123\n")
    terminal.answer(b"again: ", b"password123\n")
    terminal.answer(b"[y/N] ", answer)
    assert terminal.end() == code
    assert len(os.listdir(tool.path("safe/backups"))) == (1 if code == 0 else 0)


def test_a_weak_password_from_a_file_is_asked_about_on_a_terminal(tool):
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.write("weak", "password123\n")
    tool.good("store", "init", "safe", password=False)
    terminal = Terminal(tool, "safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--password-file", "weak")
    terminal.answer(b"[y/N] ", b"n\n")
    assert terminal.end() == 2


@pytest.mark.parametrize("key", [b"\x03", b"\x1c"], ids=["Ctrl-C", "Ctrl-backslash"])
def test_ctrl_c_at_the_prompt_is_13_and_the_echo_comes_back(tool, key):
    tool.write("in.json", "{}")
    terminal = Terminal(tool, "safe", "seal", "--id", ID, "in.json", "out")
    terminal.wait_for(b"Password: ")
    time.sleep(0.05)
    assert not termios.tcgetattr(terminal.fd)[3] & termios.ECHO
    os.write(terminal.fd, b"shoot" + key)
    _, status = os.waitpid(terminal.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 13
    assert termios.tcgetattr(terminal.fd)[3] & termios.ECHO
    os.close(terminal.fd)
    assert tool.names() == ["in.json", "password"]


def test_ctrl_z_at_the_prompt_asks_again_without_echo(tool):
    terminal = Terminal(tool, "safe", "keys", "--id", ID)
    terminal.answer(b"Password: ", b"shoo\x1a")
    terminal.answer(b"Password: ", b"shootdeathstar\n")
    assert terminal.end() == 0
    assert BACKUP_ID.encode() in terminal.shown
    assert b"death" not in terminal.shown


def test_ctrl_c_while_nobody_reads_the_output_is_13(tool):
    tool.write("in.json", b"{" + b" " * 500_000 + b"}")
    process = subprocess.Popen([TOOL, "safe", "seal", "--id", ID, "in.json", "-", "--password-file", tool.password_file, "--quiet"],
                               cwd=tool.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 13
    process.stdout.close()
    process.stderr.close()


@pytest.mark.parametrize("interrupt", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_while_reading_is_13_and_leaves_nothing(tool, interrupt):
    process = subprocess.Popen([TOOL, "safe", "seal", "--id", ID, "-", "out", "--password-file", tool.password_file, "--json"],
                               cwd=tool.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(b"{")
    process.stdin.flush()
    time.sleep(1)
    process.send_signal(interrupt)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 13
    assert json.loads(out)["error"]["name"] == "cancelled"
    assert tool.names() == ["password"]


def test_ctrl_c_at_any_moment_leaves_all_or_nothing(tool):
    tool.write("in.json", ACCOUNT.read_bytes())
    seen = set()
    for step in range(24):
        process = subprocess.Popen([TOOL, "safe", "seal", "--id", ID, "in.json", "out", "--password-file", tool.password_file],
                                   cwd=tool.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.01 + step * 0.012)
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=20)
        seen.add(code)
        # Before the handler stands, the system's own answer to SIGINT ends the process.
        assert code in (0, 13, -signal.SIGINT)
        assert tool.names() == (["in.json", "out", "password"] if code == 0 else ["in.json", "password"])
        if code == 0:
            tool.path("out").unlink()
    assert 13 in seen


# ---- files ----

def test_an_existing_output_is_kept_without_force(tool):
    tool.write("in.json", "{}")
    tool.write("out", "precious")
    result = tool("safe", "seal", "--id", ID, "in.json", "out")
    assert result.code == 12
    assert "--force" in result.err
    assert tool.path("out").read_text() == "precious"
    tool.good("safe", "seal", "--id", ID, "in.json", "out", "--force")
    assert len(tool.path("out").read_bytes()) == 2 + 63


def test_a_failure_under_force_keeps_the_old_output(tool):
    tool.write("in.json", "{}")
    tool.write("out", "precious")
    assert tool("safe", "open", "--id", ID, "in.json", "out", "--force").code == 3
    assert tool.path("out").read_text() == "precious"


def test_outputs_are_for_the_owner_only(tool):
    tool.write("in.json", ACCOUNT.read_bytes())
    tool.good("safe", "seal", "--id", ID, "in.json", "out")
    tool.good("safe", "open", "--id", ID, "out", "back.json")
    tool.good("safe", "check", "in.json", "--canonical", "tidy.json")
    for name in ("out", "back.json", "tidy.json"):
        assert stat.S_IMODE(tool.path(name).stat().st_mode) == 0o600


def test_force_writes_through_a_link_and_never_onto_a_device(tool):
    tool.write("in.json", "{}")
    tool.write("target", "old")
    tool.path("link").symlink_to("target")
    tool.good("safe", "seal", "--id", ID, "in.json", "link", "--force")
    assert tool.path("link").is_symlink()
    assert tool.path("target").read_bytes() != b"old"
    assert tool("safe", "seal", "--id", ID, "in.json", "/dev/null", "--force").code == 2
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_dash_as_output_carries_the_bytes_alone(tool):
    tool.write("in.json", ACCOUNT.read_bytes())
    sealed = tool.good("safe", "seal", "--id", ID, "in.json", "-").out
    tool.write("out", sealed)
    assert tool.good("safe", "open", "--id", ID, "out", "-").out == ACCOUNT.read_bytes()
    assert tool.good("safe", "open", "--id", ID, "-", "-", stdin=sealed).out == ACCOUNT.read_bytes()
    for arguments in (["safe", "seal", "--id", ID, "in.json", "-"], ["safe", "open", "--id", ID, "out", "-"],
                      ["safe", "check", "in.json", "--canonical", "-"]):
        result = tool(*arguments, "--json")
        assert result.code == 2
        assert result.json["error"]["code"] == 2


def test_a_full_disk_is_10_and_leaves_nothing(tool):
    tool.write("in.json", ACCOUNT.read_bytes())
    assert tool("safe", "seal", "--id", ID, "in.json", "out", limit_file=1000).code == 10
    assert tool.names() == ["in.json", "password"]


def test_a_standard_output_that_takes_nothing_is_10(tool):
    with open("/dev/full", "wb") as full:
        result = subprocess.run([TOOL, "safe", "keys", "--id", ID, "--password-file", tool.password_file], stdout=full,
                                stderr=subprocess.PIPE)
    assert result.returncode == 10


def test_a_closed_standard_stream_is_not_another_file(tool):
    tool.write("in.json", "{")
    subprocess.run(["sh", "-c", f'exec "$0" safe check in.json --verbose 2>&- >&-', TOOL], cwd=tool.folder, stdin=subprocess.DEVNULL)
    assert tool.path("in.json").read_text() == "{"


def test_trouble_with_files_is_10_and_not_an_internal_error(tool):
    tool.write("in.json", ACCOUNT.read_bytes())
    tool.path("loop").symlink_to("loop")
    for out in ("x" * 300, "loop/x", "none/x", "in.json/x"):
        assert tool("safe", "seal", "--id", ID, "in.json", out).code == 10
        assert tool("safe", "seal", "--id", ID, "in.json", out, "--force").code == 10
    assert tool.names() == ["in.json", "loop", "password"]


@pytest.mark.parametrize("kilobytes", [30_000, 40_000, 60_000, 80_000])  # less is not enough to load libcurl
def test_too_little_memory_is_11_and_never_a_crash(tool, kilobytes):
    tool.write("in.json", ACCOUNT.read_text().rstrip()[:-1] + ',"x":[' + ",".join(["[" + ",".join(["{}"] * 99_999) + "]"] * 15) + "]}")
    command = ["sh", "-c", f'ulimit -v {kilobytes}; exec "$0" safe check in.json --json', TOOL]
    result = subprocess.run(command, cwd=tool.folder, capture_output=True)
    assert result.returncode == 11, result.stderr
    assert json.loads(result.stdout)["error"]["name"] == "out_of_memory"


def test_missing_and_unfit_inputs_say_which(tool):
    for path in ("nothing", "."):
        result = tool("safe", "seal", "--id", ID, path, "out")
        assert result.code == 10
        assert path in result.err
    assert tool("safe", "seal", "--id", ID, "/dev/zero", "out").code == 6
    assert tool("safe", "open", "--id", ID, "/dev/zero", "out").code == 6
    assert tool.names() == ["password"]


def test_secrets_are_never_shown(tool):
    tool.write("account.json", ACCOUNT.read_bytes())
    private = json.loads(ACCOUNT.read_text())["user"]["privatekey"]
    tool.good("store", "init", "safe", password=False)
    enable = ["safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--state", "s.json"]
    results = [tool(*enable, "--verbose"), tool(*enable), tool("safe", "status", "--state", "s.json", "--json"),
               tool("safe", "backup", "--now", "--state", "s.json", "--verbose", "--json"),
               tool("safe", "keys", "--id", ID), tool("safe", "check", "account.json", "--json"),
               tool("safe", "open", "--id", ID, "account.json", "x")]
    for result in results:
        for secret in (PASSWORD, private, KEY):
            assert secret not in result.text and secret not in result.err


def test_foreign_text_cannot_steer_the_terminal(tool):
    account = json.loads(ACCOUNT.read_text())
    text = json.dumps(account)[:-1] + ',"\\u001b[31mred\\u202e":1,"\\u001b[31mred\\u202e":2}'
    tool.write("in.json", text)
    result = tool.good("safe", "check", "in.json")
    assert "red" in result.err
    assert "\x1b" not in result.err and "\u202e" not in result.err


# In a small process of its own: Linux counts the memory of the process that starts another to the other.
PEAK = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


def test_peak_memory_of_seal_and_open(tool):
    def peak_mib(*arguments):
        out = subprocess.check_output([sys.executable, "-S", "-c", PEAK, TOOL, *arguments, "--id", ID, "--force", "--quiet",
                                       "--password-file", tool.password_file])
        code, peak = out.split()
        assert int(code) == 0
        return int(peak) / 1024

    for size in (500_000, 16 << 20):
        tool.write("in", b"{" + b" " * (size - 2) + b"}")
        assert peak_mib("safe", "seal", tool.path("in"), tool.path("out")) < 64 + 16
        assert peak_mib("safe", "open", tool.path("out"), tool.path("back")) < 64 + 16
        assert tool.path("back").read_bytes() == tool.path("in").read_bytes()


def test_peak_memory_of_hostile_containers(tool):
    nacl = pytest.importorskip("nacl.bindings", reason="python3-nacl is not installed")
    key = bytes.fromhex(KEY)

    def peak_mib(packed):
        tool.write("hostile", bytes(24) + nacl.crypto_secretbox(packed, bytes(24), key))
        out = subprocess.check_output([sys.executable, "-S", "-c", PEAK, TOOL, "safe", "open", tool.path("hostile"), tool.path("back"),
                                       "--id", ID, "--force", "--password-file", tool.password_file], stderr=subprocess.DEVNULL)
        code, peak = map(int, out.split())
        return code, peak / 1024

    def gzip(pieces, level):
        packer = zlib.compressobj(level, zlib.DEFLATED, 31)
        return b"".join(packer.compress(piece) for piece in pieces) + packer.flush()

    largest = [b" " * (1 << 20)] * 16
    for packed, code in ((gzip(largest, 0) + bytes(16), 0), (gzip(largest, 9), 0), (gzip(largest, 9) + bytes(16), 0),
                         (gzip([b" "] * 16 + largest, 9), 6), (gzip([bytes(1 << 20)] * 600, 9), 6), (gzip([b""], 9) * 50_000, 0)):
        got, peak = peak_mib(packed)
        assert got == code
        assert peak < 64 + 16
