"""The guide in examples/server/README.md, pasted into a shell in an empty folder: as it stands, but for the port."""
import os
import re
import shutil
import signal
import subprocess

import pytest
from safe_server import PROGRAM
from servers import free_port
from tool import SOURCE, TOOL

README = SOURCE / "examples/server/README.md"
BLOCK = re.compile(r"<!-- run -->\s*\n```sh\n(.*?)```", re.S)


def blocks():
    return BLOCK.findall(README.read_text())


def run_in_shell(folder, script):
    """Exit code and output. Whatever it started and left running is ended, and nothing else."""
    home = folder / "home"
    home.mkdir()
    env = {"PATH": f"{PROGRAM.parent}:{TOOL.parent}:{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8"}
    with open(folder / "output", "w+b") as output:
        shell = subprocess.Popen(["bash", "-e", "-o", "pipefail", "-c", script], cwd=home, env=env, stdin=subprocess.DEVNULL,
                                 stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = shell.wait(timeout=120)
        finally:
            try:
                os.killpg(shell.pid, signal.SIGTERM)  # its own session
            except ProcessLookupError:
                pass
        output.seek(0)
        return code, output.read().decode(errors="replace")


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("openssl"), reason="curl or openssl is not installed")
def test_the_guide_works_as_pasted(tmp_path):
    """Else whoever follows it word by word stands before a fault at the end."""
    assert blocks(), "no block is marked"
    code, output = run_in_shell(tmp_path, "\n".join(blocks()).replace(":8443", f":{free_port()}"))
    assert code == 0, output


def test_all_options_of_the_guide_exist():
    """Else a person looks for a mistake of his own."""
    known = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    named = set(re.findall(r"tresor-server[^\n`]*?((?: --[a-z-]+(?: [^ \n`-][^ \n`]*)?)+)", README.read_text()))
    options = {option for text in named for option in re.findall(r"--[a-z-]+", text)}
    assert options and all(re.search(rf"{option}\b", known) for option in options), options
