"""A few of the kills that `make kills` does two hundred of, and the other ways in which a run can be stopped."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rtconform.conformance.runs.folder import RunFolder
from rtconform.generators.suites.registry import suite

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
SLOW = """
import json, sys, time
for line in sys.stdin:
    time.sleep(0.03)
    print(json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review"}), flush=True)
"""
CORRECT = HERE.parent / "vendors" / "correct" / "vendor.toml"


def rtconform(*arguments: object, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """The command line."""
    command = [sys.executable, "-m", "rtconform", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)


def test_killed_runs_are_resumed() -> None:
    """Killed at random moments, in each mode, a run is resumed to the results of an unbroken one."""
    done = subprocess.run([sys.executable, HERE / "kills.py", "4", "1"], check=False, capture_output=True, text=True)
    assert (0, "") == (done.returncode, done.stderr)
    assert "4 kills, every run resumed" in done.stdout


def test_interrupted_hunts_end_in_order() -> None:
    """A few of the interrupts that `make interrupts` sends."""
    done = subprocess.run([sys.executable, HERE / "interrupts.py", "4", "1"], check=False, capture_output=True, text=True)
    assert (0, "") == (done.returncode, done.stderr)
    assert "4 hunts interrupted, each ended in order" in done.stdout


def limited(size: int) -> list[str]:
    """A command that runs another one which can write no file beyond `size` bytes, as on a full disk."""
    program = (
        "import os, resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size})); os.execv(sys.argv[1], sys.argv[1:])"
    )
    return [sys.executable, "-c", program]


def test_a_full_disk_stops_a_run_that_can_be_resumed(tmp_path: Path) -> None:
    """Where the results can't be written, the run ends with a message, exit code 2, and goes on when there is room."""
    out = tmp_path / "run"
    arguments = ["-m", "rtconform", "run", str(CORRECT), "--suite=published", f"--out={out}"]
    done = subprocess.run([*limited(20_000), sys.executable, *arguments], check=False, capture_output=True, text=True)
    assert 2 == done.returncode, done.stderr
    assert (
        f"{out / 'results.jsonl'}: No space left on device; what was written is kept: make room, and continue with --resume"
        in done.stderr
    )
    assert "Traceback" not in done.stderr
    assert 0 < len(list(RunFolder(out).results())) < 71
    assert 0 == rtconform("run", CORRECT, "--suite", "published", "--out", out, "--resume").returncode
    assert 71 == len({result.id for result in RunFolder(out).results()}) == len(list(RunFolder(out).results()))


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A report that can't be written (here: a folder has its name) is told, exit code 2, no traceback."""
    out = tmp_path / "run"
    (out / "report.html").mkdir(parents=True)
    done = rtconform("run", CORRECT, "--suite", "published", "--out", out)
    assert 2 == done.returncode, done.stderr
    assert "report.html" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="this system has no /proc")
def test_a_folder_that_takes_nothing(tmp_path: Path) -> None:
    """A run folder where nothing can be made: a message, exit code 2."""
    done = rtconform("run", CORRECT, "--suite", "published", "--out", "/proc/rtconform-run", cwd=tmp_path)
    assert (2, True) == (done.returncode, "/proc/rtconform-run" in done.stderr)
    assert "Traceback" not in done.stderr


def test_a_read_only_folder(tmp_path: Path) -> None:
    """A run folder without the right to write: a message, exit code 2."""
    out = tmp_path / "run"
    out.mkdir()
    out.chmod(0o500)
    command = [sys.executable, "-m", "rtconform", "run", str(CORRECT), "--suite", "published", "--out", str(out)]
    if os.access(out, os.W_OK):  # who runs the tests may write everywhere: without that right, then
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("setpriv (util-linux) is not installed, and who runs the tests may write everywhere")
        command = [setpriv, "--bounding-set=-dac_override,-dac_read_search", *command]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (2, True) == (done.returncode, "can't write there" in done.stderr)


def test_two_runs_into_one_folder(tmp_path: Path) -> None:
    """The second run into a folder is refused while the first writes there; the first is not disturbed."""
    out = tmp_path / "run"
    slow = tmp_path / "vendor.toml"
    (tmp_path / "slow.py").write_text(SLOW)
    slow.write_text(f'[vendor]\nname = "S"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "slow.py"]\n')
    first = subprocess.Popen(
        [sys.executable, "-m", "rtconform", "run", str(slow), "--suite=boundaries", f"--out={out}"], stdout=subprocess.DEVNULL
    )
    while not (out / "results.jsonl").exists():
        assert first.poll() is None
    for more in ([], ["--resume"]):
        done = rtconform("run", slow, "--suite", "boundaries", "--out", out, *more)
        assert (2, True) == (done.returncode, "another run is writing there" in done.stderr)
    assert 1 == first.wait(60)
    assert suite("boundaries").size(None) == len(list(RunFolder(out).results()))
