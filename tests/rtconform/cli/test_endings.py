"""However a command reaches a vendor, nothing of the vendor's is left running when it ends; nothing of ours is open to others."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.helpers import PATIENCE_S, VENDORS

pytestmark = [pytest.mark.hostile, pytest.mark.slow]

DAEMON = """
import os, runpy, subprocess, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for descriptor in range(3):
            os.close(descriptor)
        os.execvp("sleep", ["sleep", "300"])
    os._exit(0)
os.wait()
runpy.run_path(sys.argv[1], run_name="__main__")
"""
COMMANDS = {
    "run": ["run", "vendor.toml", "--suite", "published", "--out", "run"],
    "vendor check": ["vendor", "check", "vendor.toml"],
    "hunt": ["hunt", "vendor.toml", "--effort", "30"],
    "cluster": ["run", "vendor.toml", "--suite", "published", "--out", "run", "--cluster", "local:1"],
    "certify": ["certify", "vendor.toml", "--unsigned", "--out", "b.zip", "--readable", str(VENDORS)],
    "certify without a sandbox": ["certify", "vendor.toml", "--unsigned", "--out", "b.zip", "--no-sandbox"],
}


def vendor_of(folder: Path) -> str:
    """A coder that leaves a daemon, found by the mark in its environment."""
    mark = f"rtconform-ending-{os.getpid()}-{time.monotonic_ns()}"
    (folder / "daemon.py").write_text(DAEMON)
    for name in ("coder.py", "reading.py"):  # in the vendor's own folder: a sandbox shows no other
        shutil.copy(VENDORS / "correct" / name, folder)
    (folder / "vendor.toml").write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "daemon.py", '
        f'"coder.py"]\nworkers = 1\n[adapter.env]\nMARK = "{mark}"\n'
    )
    return mark


def marked(mark: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("MARK") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
@pytest.mark.parametrize("command", COMMANDS)
def test_no_daemon_is_left(command: str, tmp_path: Path) -> None:
    """A daemon, which has left the session of the program that made it, ends with the command all the same."""
    mark = vendor_of(tmp_path)
    arguments = [sys.executable, "-m", "rtconform", *COMMANDS[command]]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    left = marked(mark)
    for process in left:
        process.kill()
    assert done.returncode in (0, 1), (done.stdout, done.stderr)
    assert [] == [process.name() for process in left]


def test_a_stopped_watcher_is_not_left(tmp_path: Path) -> None:
    """A watcher that the vendor has stopped can't end by itself: it is killed."""
    (tmp_path / "coder.py").write_text("import time\ntime.sleep(60)\n")
    (tmp_path / "vendor.toml").write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "coder.py"]\ntimeout_s = 60\n'
    )
    command = [sys.executable, "-m", "rtconform", "vendor", "check", "vendor.toml"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        watchers: list[psutil.Process] = []
        while not watchers and process.poll() is None:
            children = psutil.Process(process.pid).children()
            watchers = [child for child in children if any(word.endswith("watchdog.py") for word in child.cmdline())]
            time.sleep(0.05)
        watchers[0].suspend()
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE_S)
    assert not watchers[0].is_running()


def test_the_workers_here_are_open_to_nobody_else(tmp_path: Path) -> None:
    """Anyone who connects to a port of `--cluster local:N` without its key gets nowhere: there a worker would run any code."""
    distributed = pytest.importorskip("distributed")
    vendor_of(tmp_path)
    command = [sys.executable, "-m", "rtconform", *COMMANDS["cluster"]]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        ports: set[int] = set()
        while len(ports) < 2 and process.poll() is None:
            with suppress(psutil.Error):
                family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
                ports = {c.laddr.port for one in family for c in one.net_connections("tcp") if c.status == psutil.CONN_LISTEN}
            time.sleep(0.02)
        let_in = []
        for port in ports:
            with suppress(OSError):
                distributed.Client(f"tcp://127.0.0.1:{port}", timeout=1).close()
                let_in.append(port)
        process.communicate(timeout=PATIENCE_S)
    assert len(ports) >= 2
    assert [] == let_in
