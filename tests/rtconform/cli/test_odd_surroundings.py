"""Odd values, names, numbers and times around a command: the work is done or a message says what is wrong; never a traceback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rtconform.api import suite
from rtconform.cli.main import main
from tests.helpers import PATIENCE_S, VENDORS

pytestmark = [pytest.mark.hostile, pytest.mark.slow]

ONE = ("--suite", "published", "--only", "published:scenario-1-hospital-facility")
HEAD = '[vendor]\nname = "V"\nversion = "1"\n\n[adapter]\n'
HTTP = f'{HEAD}kind = "http"\nurl = '
DIGITS = "1" * 5000
DEEP = "[" * 100_000


def _said(*arguments: str | bytes, cwd: Path | bytes, code: int, **environment: bytes) -> str:
    """What a command that ends with `code` says on both streams, without a traceback."""
    surroundings = {**os.environb, **{name.encode(): value for name, value in environment.items()}}
    command = [sys.executable, "-m", "rtconform", *arguments]
    done = subprocess.run(command, cwd=cwd, env=surroundings, capture_output=True, timeout=PATIENCE_S, check=False)
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert "Traceback" not in said
    assert code == done.returncode, said
    return said


def _file(folder: Path, text: str, name: str = "vendor.toml") -> str:
    (folder / name).write_text(text)
    return name


@pytest.mark.parametrize(
    "adapter",
    [
        'kind = "cli"\ncommand = ["cat"]\nenv = {TOKEN = "${ACME}"}\n',
        'kind = "http"\nurl = "http://127.0.0.1:9/${ACME}"\n',
        'kind = "http"\nurl = "http://127.0.0.1:9/"\nheaders = {X = "${ACME}"}\n',
    ],
)
def test_a_value_of_the_environment_that_is_not_text(adapter: str, tmp_path: Path) -> None:
    """Where a vendor file names it, it is refused with the place; where none does, it changes nothing."""
    file = _file(tmp_path, HEAD + adapter)
    assert f"{file}:" in (said := _said("vendor", "check", file, cwd=tmp_path, code=2, ACME=b"a\xff\xfeb"))
    assert "environment variable ACME is not UTF-8 text" in said


def test_a_folder_whose_name_is_not_text(tmp_path: Path) -> None:
    """Vendor file, suite, run folder and reports may lie in a folder of any name, and be named by it."""
    folder = os.fsencode(tmp_path) + b"/f\xff\xfe"
    shutil.copytree(VENDORS / "correct", os.fsdecode(folder))
    report = ("report", folder + b"/run", "--format", "html,junit,tap,markdown,csv,json,table,badge")
    _said("generate", "published", "--out", folder + b"/s.jsonl", cwd=tmp_path, code=0)
    _said("run", folder + b"/vendor.toml", "--suite", folder + b"/s.jsonl", "--out", folder + b"/run", cwd=tmp_path, code=0)
    _said(*report, cwd=tmp_path, code=0)
    _said("compare", folder + b"/run", folder + b"/run", "--format", "html", cwd=tmp_path, code=0)
    _said("run", "vendor.toml", *ONE, "--out", "other", cwd=folder, code=0)
    _said("replay", folder + b"/other", "--vendor", folder + b"/vendor.toml", cwd=tmp_path, code=0)
    _said("code", folder + b"/nothing", cwd=tmp_path, code=2)


@pytest.mark.parametrize(
    "host", ["ä" * 70, "xn--" + "a" * 70, "xn--ä", "ß\u200d", "a" * 300, "…", "[::1", "127.0.0.1:99999", "-a.b:9"]
)
def test_a_host_that_no_name_can_be(host: str, tmp_path: Path) -> None:
    """Of a label that IDNA does not take the address is refused at its line; a host that only does not exist is not reached."""
    file = _file(tmp_path, f"{HTTP}{json.dumps(f'http://{host}/code')}\n")
    command = [sys.executable, "-m", "rtconform", "vendor", "check", file]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode in (2, 3)
    assert "Traceback" not in done.stderr
    assert ("not the address of a web service" in done.stderr) == (done.returncode == 2)


@pytest.mark.parametrize("template", ["{{ " + DIGITS + " }}", "{{ 10 ** 5000 }}", "{{ " + "[" * 5000 + " }}"])
def test_a_template_with_a_number_of_5_000_digits(template: str, tmp_path: Path) -> None:
    """Refused in words, with the template's name."""
    _file(tmp_path, template, "t.j2")
    file = _file(tmp_path, f'{HEAD}kind = "cli"\nmode = "oneshot"\ncommand = ["false"]\n[request]\ntemplate = "t.j2"\n')
    assert "t.j2" in _said("vendor", "check", file, cwd=tmp_path, code=2)


@pytest.mark.parametrize("text", [f"x = {DIGITS}", f"x = {DEEP}", "x = 0001-01-01T00:00:00+23:59"])
def test_toml_that_is_too_much(text: str, tmp_path: Path) -> None:
    """Vendor files, suites, payer profiles and baselines: a message, whatever numbers and nesting they hold."""
    file = _file(tmp_path, text)
    for command in (
        ["vendor", "check"],
        ["payer", "check"],
        ["run", str(VENDORS / "correct" / "vendor.toml"), *ONE, "--baseline"],
    ):
        assert file in _said(*command, file, cwd=tmp_path, code=2)


@pytest.mark.parametrize("text", [DEEP, '{"a":' * 100_000, f'{{"id": {DIGITS}}}', '"\\ud800"'])
@pytest.mark.parametrize("command", ["code", "edit", "verify", "compare"])
def test_json_that_is_too_much(command: str, text: str, tmp_path: Path) -> None:
    """Cases, claims, bundles and reports: the same."""
    file = _file(tmp_path, text, "document.jsonl")
    assert file in _said(command, *[file] * (2 if command == "compare" else 1), cwd=tmp_path, code=2)


def _nested() -> list[Any]:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    return deep


def test_answers_that_are_too_much_given_to_the_fixture() -> None:
    """An answer that a test hands over is judged invalid, whatever it is; a lone surrogate, a number without end, a list in lists."""
    case = suite("boundaries")[0]
    lines = [{"session": "S1", "code": "77407", "units": 10**5000}]
    odd: list[Any] = [
        DEEP, DEEP.encode(), _nested(), {"id": case.id, "outcome": "coded", "lines": _nested()}, "\ud800", "\0", b"\xff", "", {"id": "\ud800"},
        {"id": 10**5000}, 10**5000, f'{{"id": {DIGITS}}}', {"id": case.id, "outcome": "coded", "lines": lines}, float("nan"), {1: 2}, [case],
    ]  # fmt: skip
    for answer in odd:
        assert "invalid" == case.judge(answer).verdict
    for refusal in (_nested(), 10**5000, "\ud800"):
        assert case.judge({"error": refusal}).verdict in ("error", "declined", "invalid")
    with pytest.raises(pytest.fail.Exception, match=r"invalid|agreed form"):
        case.check(odd[2])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run that is over."""
    folder = tmp_path_factory.mktemp("finished")
    _said("run", str(VENDORS / "all_77407" / "vendor.toml"), *ONE, "--out", "run", cwd=folder, code=1)
    return folder / "run"


ODD = ("a\0b", "x" * 5000, "\0", "../" * 50, "a/" * 2500, "\u202e")
TIMES = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "place", ["started_at", "vendor.name", "vendor.file", "suites.0.name", "suites.0.file", "suites.0.digest", "rule_set"]
)
def test_a_manifest_with_odd_names_and_times(
    place: str, finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reports, comparisons, replays and merges of a run whose manifest holds NUL, 5,000 characters or the ends of the calendar."""
    run = tmp_path / "run"
    shutil.copytree(finished, run)
    sound = json.loads((run / "manifest.json").read_text())
    vendor = str(VENDORS / "all_77407" / "vendor.toml")
    for odd in TIMES if place.endswith("_at") else ODD:
        manifest = json.loads(json.dumps(sound))
        holder: Any = manifest
        *path, last = place.split(".")
        for key in path:
            holder = holder[int(key) if key.isdigit() else key]
        holder[last] = odd
        (run / "manifest.json").write_text(json.dumps(manifest))
        for number, arguments in enumerate(
            (
                ["report", str(run), "--format", "html,junit,json,csv,tap,markdown,table,badge"],
                ["compare", str(run), str(finished), "--format", "html"],
                ["replay", str(run), "--vendor", vendor, "--out", str(tmp_path / f"r{ODD.index(odd) if odd in ODD else TIMES.index(odd)}")],
                ["merge", str(tmp_path / "m"), str(run)],
            )
        ):  # fmt: skip
            with pytest.raises(SystemExit) as ended:
                main(arguments)
            assert ended.value.code in (0, 1, 2, None), (number, capsys.readouterr())


@pytest.mark.parametrize(
    "arguments",
    [("generate", "boundaries"), ("suites",), ("rules", "ISO-SHIFT"), ("--help",), ("vendor", "init"), ("schema", "case")],
)
def test_standard_output_on_a_full_disk(arguments: tuple[str, ...]) -> None:
    """Whether much is printed or little: one line that says so, and the exit code of a wrong surrounding."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-m", "rtconform", *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (2, b"rtconform: standard output: No space left on device\n") == (done.returncode, done.stderr)


@pytest.mark.parametrize("arguments", [("generate", "boundaries"), ("suites",)])
def test_the_reader_of_standard_output_has_gone(arguments: tuple[str, ...]) -> None:
    """Nothing is said, and the exit code is the one that a shell gives for it: neither "conformant" nor "not conformant"."""
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as gone:
        done = subprocess.run([sys.executable, "-m", "rtconform", *arguments], stdout=gone, stderr=subprocess.PIPE, check=False)
    assert (141, b"") == (done.returncode, done.stderr)


def test_what_is_not_a_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """`--out` with a named pipe: its reader gets the cases, and the pipe is still one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        _said("generate", "published", "--out", "pipe", cwd=tmp_path, code=0)
        assert reader.stdout is not None
        assert 71 == len(reader.stdout.read().splitlines())
    assert pipe.is_fifo()


def test_a_vendor_file_as_windows_saves_it(tmp_path: Path) -> None:
    """A byte order mark at its beginning and Windows' line ends change nothing, the lines of faults included."""
    text = (VENDORS / "correct" / "vendor.toml").read_text()
    shutil.copytree(VENDORS / "correct", tmp_path, dirs_exist_ok=True)
    (tmp_path / "vendor.toml").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert "conformant" in _said("run", "vendor.toml", *ONE, "--out", "run", cwd=tmp_path, code=0)
    (tmp_path / "vendor.toml").write_bytes(b"\xef\xbb\xbf[vendor]\r\nname = 1\r\n")
    assert "vendor.toml:2: " in _said("vendor", "check", "vendor.toml", cwd=tmp_path, code=2)


def test_a_hunt_that_can_write_nothing_does_not_begin(tmp_path: Path) -> None:
    """Where its file can't be written, that is said before anything is asked; where it can, nothing is left of the look."""
    shutil.copytree(VENDORS / "correct", tmp_path, dirs_exist_ok=True)
    (tmp_path / "file").write_text("")
    said = _said("hunt", "vendor.toml", "--effort", "1", "--out", "file/found.jsonl", cwd=tmp_path, code=2)
    assert "file/found.jsonl: " in said
    assert "asked" not in said
    _said("hunt", "vendor.toml", "--effort", "1", "--out", "found.jsonl", cwd=tmp_path, code=0)
    assert not (tmp_path / "found.jsonl").exists()


def test_json_lines_as_windows_saves_them(tmp_path: Path) -> None:
    """A byte order mark before the first case or claim, and Windows' line ends, change nothing of what is printed."""
    for suite_name, command in (("published", "code"), ("edits-claim", "edit")):
        lines = b"".join(item.wire + b"\r\n" for item in list(suite(suite_name))[:3])
        (tmp_path / "plain.jsonl").write_bytes(lines.replace(b"\r", b""))
        (tmp_path / "saved.jsonl").write_bytes(b"\xef\xbb\xbf" + lines)
        plain, saved = (_said(command, f"{name}.jsonl", cwd=tmp_path, code=0) for name in ("plain", "saved"))
        assert plain == saved


@pytest.mark.parametrize("content", [b"claim;date;code\n1;2026-02-09;77412\n", b"claim\tcode\n1\t77412\n", b"PK\x03\x04\x14\x00"])
def test_a_spreadsheet_instead_of_claims(content: bytes, tmp_path: Path) -> None:
    """Who gives `edit` a table is told that it looks like one, and what to make of it; who gives it other text is not."""
    (tmp_path / "claims.csv").write_bytes(content)
    assert "looks like a spreadsheet: export the claims as 837" in _said("edit", "claims.csv", cwd=tmp_path, code=2)
    (tmp_path / "claims.csv").write_bytes(b"{,;")
    assert "spreadsheet" not in _said("edit", "claims.csv", cwd=tmp_path, code=2)
