"""Whole runs against programs that misbehave on some cases: the run ends, only the cases hit suffer, nothing is left behind."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from rtconform.conformance.runs.folder import RunFolder
from tests.helpers.chaos_runs import ASKED, HIT, chaos, nothing_left, run, split

STREAM = {
    **{key: {"timeout"} for key in ("hangs", "late", "stops", "ignores_sigterm", "closes_input", "never_reads", "never_answers")},
    **{key: {"invalid"} for key in ("twice", "other_case", "invalid_utf8", "utf16", "deep_json", "nan", "huge_number")},
    **{key: {"invalid"} for key in ("nul_bytes", "no_object", "floods")},
    **{key: {"pass"} for key in ("again_late", "out_of_order", "blank_lines", "byte_by_byte", "fills_stderr")},
    **{key: {"error"} for key in ("half_line", "closes_output", "crashes", "segfaults", "forks", "escapes")},
    **{key: {"error"} for key in ("exits", "flips")},
    "leaks_memory": {"error", "timeout"},  # its memory runs out, or its time first
    "endless_line": {"invalid", "pass"},  # its answer comes after the line, in time or not
}
ONESHOT = {
    **{name: verdicts for name, verdicts in STREAM.items() if name not in chaos.STREAM_ONLY},
    **{key: {"invalid"} for key in ("half_line", "endless_line")},
    **{key: {"timeout"} for key in ("closes_output", "flips")},
}


def test_there_is_something_to_see() -> None:
    """Some cases are hit, most are not; every behaviour is tried in every mode."""
    assert 2 <= len(HIT) < len(ASKED) / 2
    assert chaos.ON_SOME.keys() | chaos.ON_ALL.keys() == STREAM.keys()
    assert ONESHOT.keys() == STREAM.keys() - chaos.STREAM_ONLY


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "behaviour"),
    [*(("stream", name) for name in STREAM if name != "escapes"), *(("oneshot", name) for name in ONESHOT if name != "escapes")],
)
def test_a_program_that_misbehaves(mode: str, behaviour: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each behaviour costs the cases that it hits their verdict, and no other case; nothing of it is left when the run ends."""
    monkeypatch.setenv("CHAOS_MB", "64")
    vendor = tmp_path / "vendor.toml"
    vendor.write_text(chaos.vendor_file(behaviour, mode).replace(f'"{mode}"]', f'"{mode}", "{tmp_path}"]'))
    due = (STREAM if mode == "stream" else ONESHOT)[behaviour]
    with nothing_left(str(tmp_path)):
        hit, others, findings = run(vendor, tmp_path / "run")
    assert hit <= due
    assert (due if behaviour in chaos.ON_ALL else {"pass"}) == others
    assert ({"answered_again"} if behaviour == "again_late" else set()) == findings


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["stream", "oneshot"])
def test_a_daemon_does_not_outlive_the_command(mode: str, tmp_path: Path) -> None:
    """What a vendor leaves in a session of its own is ended with `rtconform run`."""
    vendor = tmp_path / "vendor.toml"
    vendor.write_text(chaos.vendor_file("escapes", mode).replace(f'"{mode}"]', f'"{mode}", "{tmp_path}/mark"]'))
    with nothing_left(f"{tmp_path}/mark"):
        status, _, _ = command(vendor, tmp_path / "run", *(f"--only={case_id}" for case_id in ASKED))
    assert 1 == status
    assert ({"error"}, {"pass"}) == split(list(RunFolder(tmp_path / "run").results()))


@pytest.mark.slow
@pytest.mark.parametrize("behaviour", ["endless_line", "fills_stderr", "floods", "blank_lines"])
def test_memory_is_bounded(behaviour: str, tmp_path: Path) -> None:
    """However much a vendor writes (a gigabyte without a newline, floods on both outputs), the harness stays small."""
    vendor = tmp_path / "vendor.toml"
    vendor.write_text(chaos.vendor_file(behaviour, "stream").replace("timeout_s = 1.0", "timeout_s = 3"))
    chosen = sorted(HIT)[0]
    status, peak, _ = command(vendor, tmp_path / "run", f"--only={chosen}")
    assert status in (0, 1)
    assert peak < 200 << 20


def command(vendor: Path, out: Path, *more: str) -> tuple[int, int, str]:
    """`rtconform run` as a process of its own: its exit code, the most memory that it alone had in bytes, standard error."""
    arguments = ["-m", "rtconform", "run", str(vendor), "--suite=published", f"--out={out}", *more]
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
        peak = 0
        process = psutil.Process(running.pid)
        while running.poll() is None:
            try:
                peak = max(peak, process.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.02)
        assert running.stderr is not None
        said = running.stderr.read().decode()
    return running.returncode, peak, said
