"""Kills runs at random moments and resumes them: nothing is lost, nothing is there twice.

    python tests/kills/kills.py 200        `make kills KILLS=200`

SIGKILL goes to the whole session of `rtconform run` or to its process alone, in each mode in turn; then `--resume` must finish
the run, its results those of an unbroken one byte for byte, but for the latencies.
"""

import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.helpers import ROOT

VENDORS = ROOT / "tests" / "vendors"
CASES = 71

PROGRAM = f"""
import sys, time
sys.path.insert(0, {str(VENDORS / "correct")!r})
import coder
def code(case):
    time.sleep(0.01)
    return coder.answer(case, coder.code(case))
"""
STREAM = "import json, sys, made\nfor line in sys.stdin: print(json.dumps(made.code(json.loads(line))), flush=True)\n"
HTTP = """
import json, made
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        answer = json.dumps(made.code(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *_): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""
ADAPTERS = {
    "stream": 'kind = "cli"\nmode = "stream"\ncommand = ["{python}", "-S", "stream.py"]\nworkers = 2\n',
    "oneshot": 'kind = "cli"\nmode = "oneshot"\ncommand = ["{python}", "-S", "stream.py"]\nworkers = 2\n',
    "http": 'kind = "http"\nurl = "http://127.0.0.1:{port}/"\nworkers = 4\n',
    "python": 'kind = "python"\ncallable = "made:code"\n',
}


def vendor_file(folder: Path, mode: str, port: str) -> Path:
    """The vendor file for a mode, with its programs beside it."""
    (folder / "made.py").write_text(PROGRAM)
    (folder / "stream.py").write_text(STREAM)
    (folder / "http_service.py").write_text(HTTP)
    path = folder / f"{mode}.toml"
    adapter = ADAPTERS[mode].format(python=sys.executable, port=port)
    path.write_text(f'[vendor]\nname = "Killed"\nversion = "1"\n\n[adapter]\n{adapter}')
    return path


def command(vendor: Path, out: Path, *more: str) -> list[str]:
    """The run."""
    return [sys.executable, "-m", "rtconform", "run", str(vendor), "--suite=published", f"--out={out}", *more]


def results(out: Path) -> list[str]:
    """The results without their latencies."""
    text = (out / "results.jsonl").read_text()
    return [re.sub(r'"latency_ms":[0-9.e-]+', '"latency_ms":0', line) for line in text.splitlines()]


def unbroken(vendor: Path, out: Path) -> tuple[list[str], float]:
    """The results of a run that nobody kills, and how long it takes."""
    started = time.monotonic()
    subprocess.run(command(vendor, out), check=True, stdout=subprocess.DEVNULL)
    return results(out), time.monotonic() - started


def written(out: Path) -> int:
    """How many results there are."""
    path = out / "results.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def kill_once(vendor: Path, out: Path, moment: tuple[int, float], *, group: bool) -> int:
    """Begin a run and kill it `moment` later (a number of results, then of seconds); how many results it had. -1: finished."""
    results_due, more_s = moment
    with subprocess.Popen(command(vendor, out), stdout=subprocess.DEVNULL, start_new_session=True) as running:
        while running.poll() is None and written(out) < results_due:
            time.sleep(0.002)
        try:
            running.wait(more_s)
        except subprocess.TimeoutExpired:
            (os.killpg if group else os.kill)(running.pid, signal.SIGKILL)
        finished = running.wait() == 0
    return -1 if finished else written(out)


def main(kills: int, seed: int) -> None:
    """Kill as often as told, in each mode in turn; print what came of it."""
    chance = random.Random(seed)  # noqa: S311 - the moments need no secrecy
    where: dict[str, list[int]] = {mode: [] for mode in ADAPTERS}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        vendor_file(folder, "stream", "")
        service = [sys.executable, "-S", str(folder / "http_service.py")]
        with subprocess.Popen(service, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as http:
            assert http.stdout is not None
            port = http.stdout.readline().strip()
            vendors = {mode: vendor_file(folder, mode, port) for mode in ADAPTERS}
            whole = {mode: unbroken(vendor, folder / f"whole-{mode}") for mode, vendor in vendors.items()}
            number = 0
            while sum(map(len, where.values())) < kills:
                mode = list(ADAPTERS)[number % len(ADAPTERS)]
                number += 1
                out = folder / f"run{number}"
                # half of the moments fall among the results, half anywhere from the start of the program on
                expected, took = whole[mode]
                moment = (
                    (chance.randrange(CASES), chance.uniform(0, 0.05)) if chance.random() < 0.5 else (0, chance.uniform(0, took))
                )
                had = kill_once(vendors[mode], out, moment, group=chance.random() < 0.5)
                if had < 0:
                    continue
                resumed = subprocess.run(
                    command(vendors[mode], out, "--resume"),
                    check=False,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                )
                assert resumed.returncode == 0, (mode, resumed.stderr)
                assert expected == results(out), (mode, number)
                where[mode].append(had)
            http.kill()
    for mode, counts in where.items():
        inside = [count for count in counts if 0 < count < CASES]
        print(f"{mode:8} {len(counts):3} kills, {len(inside):3} of them between the first and the last result")
    print(f"{sum(map(len, where.values()))} kills, every run resumed to the results of an unbroken one")


if __name__ == "__main__":
    main(int(sys.argv[1]), seed=int(sys.argv[2]) if len(sys.argv) > 2 else 8)
