"""Interrupts hunts at random moments: each ends in order, with what it had found.

    python tests/kills/interrupts.py 100        `make interrupts INTERRUPTS=100`

Ctrl-C or SIGTERM goes to `rtconform hunt`, which has to end with exit code 130 and without a traceback, within a minute; what it
says that it found is a file of cases, each line whole, and no program of the vendor's is left.
"""

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode_lines

CODES_NOTHING = """
import json, os, sys
open(f"pids/{os.getpid()}", "w").close()
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "outcome": "coded", "lines": []}), flush=True)
"""
VENDOR = '[vendor]\nname = "Hunted"\nversion = "1"\n\n[adapter]\nkind = "cli"\ncommand = ["{python}", "-S", "coder.py"]\n'
LONGEST_S = 6.0
"""By then a hunt has drawn, shown again, shrunk and taken apart."""


def interrupted(folder: Path, out: Path, by: signal.Signals, after_s: float) -> int:
    """Interrupt a hunt `after_s` seconds after it began to ask; how many cases it wrote."""
    command = [sys.executable, "-m", "rtconform", "hunt", str(folder / "vendor.toml"), "--effort=1000000", f"--out={out}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as hunt:
        while hunt.poll() is None and not any((folder / "pids").iterdir()):
            time.sleep(0.002)
        time.sleep(after_s)
        hunt.send_signal(by)
        said, errors = hunt.communicate(timeout=60)
    assert (130, "") == (hunt.returncode, errors), (by, after_s, hunt.returncode, errors)
    assert "interrupted: what was found so far" in said
    left = [path.name for path in (folder / "pids").iterdir() if Path(f"/proc/{path.name}").exists()]
    assert not left, f"left running: {left}"
    assert out.exists() == (f"cases: {out}" in said)
    return len(list(decode_lines(out.read_bytes().splitlines(), Case, str(out)))) if out.exists() else 0


def main(interrupts: int, seed: int) -> None:
    """Interrupt many hunts; print what came of them."""
    chance = random.Random(seed)  # noqa: S311 - the moments need no secrecy
    found = []
    for _ in range(interrupts):
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            (folder / "pids").mkdir()
            (folder / "coder.py").write_text(CODES_NOTHING)
            (folder / "vendor.toml").write_text(VENDOR.format(python=sys.executable))
            by = chance.choice((signal.SIGINT, signal.SIGTERM))
            found.append(interrupted(folder, folder / "found.jsonl", by, chance.uniform(0, LONGEST_S)))
    print(
        f"{interrupts} hunts interrupted, each ended in order; {sum(map(bool, found))} of them had found something, and wrote it"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), seed=int(sys.argv[2]) if len(sys.argv) > 2 else 8)
