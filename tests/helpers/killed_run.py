"""A run that is killed outright, to be resumed."""

import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path


def kill_in_the_middle(command: Sequence[str], out: Path) -> int:
    """Start a run and kill it once it has written a result; how many whole results it left in the run folder `out`."""
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not ((out / "results.jsonl").exists() and (out / "results.jsonl").stat().st_size):
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL)
    run.wait(60)
    return (out / "results.jsonl").read_text().count("\n")
