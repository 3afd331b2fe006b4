"""The command line, run as a user runs it: what it prints, its exit codes, and what it says of bad input."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from rtconform.cli.main import COMMANDS, cli
from tests.helpers import PATIENCE_S, ROOT
from tests.helpers.command import rtconform

VENDORS = ROOT / "tests" / "vendors"
CORRECT = VENDORS / "correct" / "vendor.toml"
WORKING_CODER = """
import json, sys
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review"}), flush=True)
"""


def vendor_file(folder: Path, text: str, coder: str = WORKING_CODER) -> Path:
    """A vendor file beside a coder."""
    (folder / "coder.py").write_text(coder)
    path = folder / "vendor.toml"
    path.write_text(text)
    return path


CLI = f"""
[vendor]
name = "Test"
version = "1"
[adapter]
kind = "cli"
command = ["{sys.executable}", "coder.py"]
timeout_s = 5
"""


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["vendor", "init"], ["vendor", "check"]])
def test_help(command: list[str]) -> None:
    """Every command has help, on standard output, and exits 0."""
    done = rtconform(*command, "--help")
    assert (0, "") == (done.returncode, done.stderr)
    assert "Usage: rtconform" in done.stdout


def test_about() -> None:
    """Each dependency has a version and a licence."""
    rows = {row["name"]: row for row in json.loads(rtconform("about", "--format", "json").stdout)}
    assert "2026.1" == rows["rule set"]["version"]
    assert {"aiohttp", "click", "msgspec"} <= set(rows)
    assert all(row["licence"] not in ("", "not stated") for name, row in rows.items() if name != "rule set")


def test_version() -> None:
    """The version names the rule set too."""
    assert "rule set 2026.1" in rtconform("--version").stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    """Each shell gets a script for this program."""
    done = rtconform("completion", shell)
    assert (0, True) == (done.returncode, "_RTCONFORM_COMPLETE" in done.stdout)


def test_bash_completes_commands_options_and_names(tmp_path: Path) -> None:
    """The script in a real bash: the beginning of a command, an option, a suite, a format or a rule becomes the whole word."""
    script = tmp_path / "rtconform"
    script.write_text(rtconform("completion", "bash").stdout)
    ask = f'source {script}; COMP_WORDS=(rtconform "$@"); COMP_CWORD=$#; _rtconform_completion rtconform; echo ${{COMPREPLY[@]}}'
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for words, found in (
        (["certi"], "certify"),
        (["rules", "--for"], "--format"),
        (["run", "v.toml", "--suite", "published,bound"], "published,boundaries"),
        (["report", "run", "--format", "html,csv,h"], ""),
        (["rules", "ISO-SH"], "ISO-SHIFT"),
    ):
        command = ["bash", "--norc", "-c", ask, "bash", *words]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": path}, check=True)
        assert found == done.stdout.strip(), done.stderr


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes_lists(tmp_path: Path) -> None:
    """The script in a real fish: the comma of a list stays in the word."""
    script = tmp_path / "rtconform.fish"
    script.write_text(rtconform("completion", "fish").stdout)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ask = f'source {script}; complete -C "rtconform run v.toml --suite published,bound"'
    environment = {**os.environ, "PATH": path, "HOME": str(tmp_path)}
    done = subprocess.run(["fish", "--no-config", "-c", ask], capture_output=True, text=True, env=environment, check=True)
    assert "published,boundaries" == done.stdout.strip(), done.stderr


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("generate edits-c", "edits-claim"),
        ("export pairw", "pairwise"),
        ("strength --suite publis", "published"),
        ("compare --suite bound", "boundaries"),
        ("suites verify --suite published,thr", "published,threeway"),
        ("schema case-", "case-closed"),
        ("report run --format html,jun", "html,junit"),
    ],
)
def test_names_are_completed(words: str, found: str) -> None:
    """Where a command takes the name of a suite, a schema or a format, or a list of them, its beginning becomes the whole word."""
    *before, begun = words.split()
    offered = BashComplete(cli, {}, "rtconform", "_RTCONFORM_COMPLETE").get_completions(before, begun)
    assert [found] == [item.value for item in offered]


def test_a_suite_can_be_a_file() -> None:
    """Where no suite begins as what was typed, the shell completes a file."""
    (offered,) = BashComplete(cli, {}, "rtconform", "_RTCONFORM_COMPLETE").get_completions(["run", "v.toml", "--suite"], "./ow")
    assert ("file", "./ow") == (offered.type, offered.value)


def test_a_correct_vendor_is_conformant(tmp_path: Path) -> None:
    """A correct coder passes both suites, exit code 0, and the report is there."""
    done = rtconform("run", CORRECT, "--suite", "published,boundaries", "--out", tmp_path / "run", "--format", "json")
    summary = json.loads(done.stdout)
    assert (0, True) == (done.returncode, summary["conformant"])
    assert summary["cases"] == summary["counts"]["pass"]
    assert (tmp_path / "run" / "report.html").exists()


def test_annotations_follow_the_summary(tmp_path: Path) -> None:
    """With --github each fault is a workflow command after the table; beside JSON it is refused before anything is asked."""
    vendor = VENDORS / "all_77407" / "vendor.toml"
    done = rtconform("run", vendor, "--suite", "published", "--out", tmp_path / "run", "--github")
    annotations = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert (1, True) == (done.returncode, len(annotations) > 1)
    assert done.stdout.rstrip().endswith(annotations[-1])
    done = rtconform("run", vendor, "--suite", "published", "--out", tmp_path / "no", "--github", "--format", "json")
    assert (2, True, False) == (done.returncode, "--github" in done.stderr, (tmp_path / "no").exists())


def test_generate_code_and_explain_fit_together() -> None:
    """A case printed by its id can be coded from standard input, and explained with its sources."""
    case = rtconform("generate", "--id", "published:scenario-3-hospital-facility")
    assert 0 == case.returncode
    coding = json.loads(rtconform("code", stdin=case.stdout).stdout)
    assert [("77407", [])] == [(line["code"], line["modifiers"]) for line in coding["lines"]]
    prose = rtconform("code", "--explain", stdin=case.stdout).stdout
    assert "ISO-CONTIGUOUS" in prose
    assert "Scenario 3" in prose


def test_shards_are_the_suite(tmp_path: Path) -> None:
    """The shards of a suite, one after the other, are the suite, byte by byte."""
    whole = rtconform("generate", "boundaries").stdout
    parts = [rtconform("generate", "boundaries", "--shard", f"{part}/3").stdout for part in (1, 2, 3)]
    assert whole == "".join(parts)
    rtconform("generate", "boundaries", "--out", tmp_path / "cases.jsonl")
    assert whole == (tmp_path / "cases.jsonl").read_text()


def test_only_asks_one_case(tmp_path: Path) -> None:
    """--only asks the case named and nothing else."""
    case_id = "published:scenario-2-hospital-professional"
    rtconform("run", CORRECT, "--suite", "published,boundaries", "--only", case_id, "--out", tmp_path / "run")
    results = [json.loads(line) for line in (tmp_path / "run" / "results.jsonl").read_text().splitlines()]
    assert [case_id] == [result["id"] for result in results]


@pytest.mark.slow
def test_rules_and_suites_print_json() -> None:
    """What prints a table prints JSON too."""
    assert "ISO-CONTIGUOUS" in {rule["id"] for rule in json.loads(rtconform("rules", "--format", "json").stdout)["rules"]}
    assert {"published", "boundaries"} <= {suite["suite"] for suite in json.loads(rtconform("suites", "--format", "json").stdout)}
    assert "count isocenters" not in rtconform("rules", "ISO-CONTIGUOUS").stderr


def test_rules_as_dmn_are_the_whole_book() -> None:
    """A decision model holds every table; one rule alone is none, and the message says what to do."""
    assert '<decision id="coding" name="coding">' in rtconform("rules", "--format", "dmn").stdout
    refused = rtconform("rules", "ISO-SHIFT", "--format", "dmn")
    assert (2, "") == (refused.returncode, refused.stdout)
    assert "ISO-SHIFT alone is not a decision model; leave out the rule, or give --format json" in refused.stderr


def test_init_then_check(tmp_path: Path) -> None:
    """The file that init writes can be edited and checked; an existing file is left alone."""
    path = tmp_path / "acme.toml"
    assert 0 == rtconform("vendor", "init", "--kind", "cli", path).returncode
    before = path.read_text()
    again = rtconform("vendor", "init", path)
    assert (2, before) == (again.returncode, path.read_text())
    assert "exists already" in again.stderr


@pytest.mark.parametrize("kind", ["cli", "http", "python"])
def test_what_init_writes_can_be_read(kind: str, tmp_path: Path) -> None:
    """Every vendor file that init writes is a right one: check finds the vendor missing, not the file wrong."""
    path = tmp_path / "vendor.toml"
    path.write_text(rtconform("vendor", "init", "--kind", kind).stdout)
    done = rtconform("vendor", "check", path)
    assert done.returncode in (1, 2, 3)
    assert "Traceback" not in done.stderr + done.stdout
    assert kind == "python" or done.returncode != 2, done.stderr


@pytest.mark.parametrize(
    ("coder", "said"),
    [
        ("import sys\nfor line in sys.stdin: print('hello', flush=True)", "hello"),
        ('import sys\nfor line in sys.stdin: print(\'{"id": "x", "outcome": "coded"}\', flush=True)', "x"),
        ("import sys\nsys.exit(3)", "3"),
        ("print('hello')", "does it go on reading until its input ends?"),
        ("print('hello')", "more to standard output than one answer per line"),
        ("import sys\nfor line in sys.stdin: print('{\\n}', flush=True)", "more to standard output than one answer per line"),
        ("import time\ntime.sleep(60)", "no answer"),
    ],
)
def test_check_says_in_plain_words_what_is_wrong(tmp_path: Path, coder: str, said: str) -> None:
    """Not JSON, a wrong id, a program that ends, one that never answers: check names it, exit code 1."""
    path = vendor_file(tmp_path, CLI.replace("timeout_s = 5", "timeout_s = 0.5"), coder)
    done = rtconform("vendor", "check", path)
    assert 1 == done.returncode, done.stderr
    assert "WRONG" in done.stdout
    assert said in done.stdout.lower()


def test_check_of_a_working_vendor(tmp_path: Path) -> None:
    """Three answers came: exit code 0, and what to do next."""
    done = rtconform("vendor", "check", vendor_file(tmp_path, CLI))
    assert (0, 3) == (done.returncode, done.stdout.count("ok  "))
    assert "rtconform run" in done.stdout


def test_an_unreachable_vendor_is_exit_code_3(tmp_path: Path) -> None:
    """A command that does not exist is told so, exit code 3."""
    path = vendor_file(tmp_path, CLI.replace(f'"{sys.executable}"', '"no-such-program"'))
    done = rtconform("run", path, "--suite", "published", "--out", tmp_path / "run")
    assert 3 == done.returncode
    assert "no-such-program" in done.stderr
    assert "Traceback" not in done.stderr


BAD_INPUT: list[tuple[list[str], str]] = [
    (["nonsense"], "no command 'nonsense'"),
    (["run", "missing.toml", "--suite", "published"], "missing.toml"),
    (["run", str(CORRECT), "--suite", "publisht"], "published"),
    (["run", str(CORRECT), "--suite", ""], "suite"),
    (["run", str(CORRECT), "--suite", "published", "--count", "5"], "count"),
    (["run", str(CORRECT), "--suite", "published", "--only", "published:none"], "published:none"),
    (["run", str(CORRECT), "--suite", "published", "--only", "boundaries:x"], "boundaries:x"),
    (["run", str(CORRECT), "--suite", "published", "--resume"], "--out"),
    (["run", str(CORRECT)], "--suite"),
    (["report", "nowhere"], "nowhere"),
    (["generate", "publisht"], "published"),
    (["generate"], "SUITE"),
    (["generate", "--id", "no-colon"], "no-colon"),
    (["generate", "published", "--shard", "4/3"], "4/3"),
    (["generate", "published", "--shard", "x"], "--shard"),
    (["generate", "published", "--out", "/no/such/folder/x"], "/no/such/folder/x"),
    (["code", "missing.jsonl"], "missing.jsonl"),
    (["rules", "ISO-CONTIGOUS"], "ISO-CONTIGUOUS"),
    (["schema", "cse"], "case"),
    (["vendor", "init", "--kind", "smtp"], "smtp"),
    (["vendor", "check", "missing.toml"], "missing.toml"),
]


@pytest.mark.parametrize(("arguments", "named"), BAD_INPUT, ids=[" ".join(a)[-40:] for a, _ in BAD_INPUT])
def test_bad_input_is_told(arguments: list[str], named: str, tmp_path: Path) -> None:
    """A wrong command, flag, name or file: exit code 2, a message that names it, no traceback, no results."""
    done = rtconform(*arguments, cwd=tmp_path)
    assert 2 == done.returncode, done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert "" == done.stdout


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda text: text[: len(text) // 2], ":1: "),
        (lambda text: text.replace('"facility"', '"moon"'), "$.billing.claim"),
        (lambda text: text + text, ":2: duplicate id"),
        (lambda text: "\n\n" + text.replace('"sessions"', '"sessiens"'), ":3: "),
        (lambda text: text.replace('"hospital_outpatient"', "17"), "$.billing.setting"),
    ],
)
def test_bad_cases_are_told_with_their_place(tmp_path: Path, change: Callable[[str], str], place: str) -> None:
    """Truncated JSON, an unknown value, a duplicate id, a missing field: file, line and field, exit code 2."""
    text = rtconform("generate", "--id", "published:scenario-1-hospital-facility").stdout
    path = tmp_path / "cases.jsonl"
    path.write_text(change(text))
    done = rtconform("code", path)
    assert 2 == done.returncode
    assert "cases.jsonl" in done.stderr
    assert place in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[vendor\nname = 1", "vendor.toml:1: not TOML"),
        (CLI.replace("kind =", "kynd ="), "kind"),
        (CLI.replace("timeout_s = 5", "timeout_s = -5"), "timeout_s"),
        (CLI.replace('name = "Test"', "name = 7"), "name"),
        (CLI.replace('kind = "cli"', 'kind = "ftp"'), "ftp"),
        (CLI.replace('command = ["', 'command = "x" #["'), "command"),
        (CLI + 'env = { TOKEN = "${NO_SUCH_VARIABLE_HERE}" }\n', "NO_SUCH_VARIABLE_HERE"),
        (CLI + '[request]\ntemplate = "missing.j2"\n', "missing.j2"),
        (CLI + '[response]\nlines = "a[[["\noutcome = "b"\n', "lines"),
    ],
)
def test_bad_vendor_files_are_told(tmp_path: Path, text: str, named: str) -> None:
    """Wrong TOML, an unknown key, a wrong value, a missing variable or template: file and field, exit code 2."""
    path = vendor_file(tmp_path, text)
    done = rtconform("run", path, "--suite", "published", "--out", tmp_path / "run")
    assert 2 == done.returncode, done.stderr
    assert "vendor.toml" in done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_suite_file_of_ones_own(tmp_path: Path) -> None:
    """The suite file of the documentation runs; where its author expects something else than the reference, that is told."""
    block = re.search(r"```toml file=my-clinic.toml\n(.*?)```", (ROOT / "docs" / "how-to" / "suites.md").read_text(), re.DOTALL)
    assert block is not None
    path = tmp_path / "my-clinic.toml"
    path.write_text(block[1])
    done = rtconform("run", CORRECT, "--suite", path, "--out", tmp_path / "a")
    assert (0, "") == (done.returncode, done.stderr)
    path.write_text(block[1].replace('expect = "nothing"', 'expect = "77387-26"').replace("IGRT-REVIEW", "IGRT-REVUE"))
    done = rtconform("run", CORRECT, "--suite", path, "--out", tmp_path / "b")
    assert 0 == done.returncode
    assert "its author expects '77387-26', the reference says no line" in done.stderr
    assert "no rule 'IGRT-REVUE'" in done.stderr


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    """A folder that holds a run is refused without --resume, and with another suite."""
    out = tmp_path / "run"
    assert 0 == rtconform("run", CORRECT, "--suite", "published", "--out", out).returncode
    before = (out / "results.jsonl").read_bytes()
    for more in ([], ["--resume", "--suite", "boundaries"]):
        done = rtconform("run", CORRECT, "--suite", "published", "--out", out, *more)
        assert 2 == done.returncode
        assert str(out) in done.stderr
    assert before == (out / "results.jsonl").read_bytes()


SLOW_CODER = """
import json, sys, time
for line in sys.stdin:
    time.sleep(0.02)
    print(json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review"}), flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_what_keeps_nothing_is_interrupted_too(how: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end any command with 130 and a line, never with 1, which says that a vendor is wrong."""
    command = [sys.executable, "-m", "rtconform", "generate", "clinic", "--count", "10000000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith(b'{"schema"')
        running.send_signal(how)
        _, said = running.communicate(timeout=PATIENCE_S)
    assert (130, b"rtconform: interrupted\n") == (running.returncode, said)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_is_resumed(tmp_path: Path, how: signal.Signals) -> None:
    """Interrupted or killed, a run goes on with --resume: each case has one result, as in an unbroken run."""
    path = vendor_file(tmp_path, CLI, SLOW_CODER)
    out = tmp_path / "run"
    command = [sys.executable, "-m", "rtconform", "run", str(path), "--suite", "boundaries", "--out", str(out)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (out / "results.jsonl").exists() or (out / "results.jsonl").read_bytes().count(b"\n") < 5:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(running.pid, how)
    _, said = running.communicate(timeout=PATIENCE_S)
    if how is not signal.SIGKILL:
        assert (130, True) == (running.returncode, "--resume" in said)
        assert 0 == rtconform("report", out, "--format", "html").returncode
    with (out / "results.jsonl").open("ab") as stream:
        stream.write(b'{"schema":"rtconform.result/1","id":"torn')
    assert 1 == rtconform("run", path, "--suite", "boundaries", "--out", out, "--resume").returncode
    ids = [json.loads(line)["id"] for line in (out / "results.jsonl").read_text().splitlines()]
    suite = [json.loads(line)["id"] for line in rtconform("generate", "boundaries").stdout.splitlines()]
    assert suite == ids


@pytest.mark.slow
def test_suites_add_up(tmp_path: Path) -> None:
    """Named with commas, named again, or both: the run asks all of them, each once."""
    done = rtconform(
        *(
            "run",
            CORRECT,
            "--suite",
            "published",
            "--suite",
            "boundaries,published",
            "--out",
            tmp_path / "run",
            "--format",
            "json",
        )
    )
    assert 0 == done.returncode
    assert ["published", "boundaries"] == [suite["name"] for suite in json.loads(done.stdout)["suites"]]


@pytest.mark.slow
def test_a_part_of_a_suite_is_not_called_conformant(tmp_path: Path) -> None:
    """All that was asked stands, so the exit code is 0; that the vendor is conformant nobody says."""
    only = ("--only", "boundaries:surface-for-setup")
    done = rtconform("run", CORRECT, "--suite", "boundaries", *only, "--out", tmp_path / "run")
    assert 0 == done.returncode
    assert "not shown to be conformant: it was asked only 1 case of its suites (exit code 0)" in done.stdout
    assert "Not shown to be conformant" in (tmp_path / "run" / "report.html").read_text("utf-8")
    part = rtconform("run", CORRECT, "--suite", "boundaries", "--shard", "2/40", "--out", tmp_path / "part")
    assert 0 == part.returncode
    assert "not shown to be conformant: it was asked only part 2 of 40 of its suites (exit code 0)" in part.stdout


@pytest.mark.slow
def test_a_baseline_that_is_out_of_date_is_named(tmp_path: Path) -> None:
    """A vendor that passes what its baseline excuses is conformant, and the run ends with 1: the sentence says why."""
    baseline = tmp_path / "known.toml"
    baseline.write_text(
        '[[known]]\ncase = "boundaries:surface-for-setup"\nreason = "it was wrong once"\nexpires = 2099-01-01\n', encoding="utf-8"
    )
    done = rtconform("run", CORRECT, "--suite", "boundaries", "--baseline", baseline, "--out", tmp_path / "run")
    assert 1 == done.returncode, done.stderr
    assert "conformant, but its baseline is out of date (exit code 1)" in done.stdout


@pytest.mark.parametrize(
    ("typed", "said"), [("runn", "did you mean run?"), ("certfy", "did you mean certify?"), ("xyzzy", "there are: demo, run")]
)
def test_a_mistyped_command(typed: str, said: str) -> None:
    """The nearest one is named, where there is one."""
    done = rtconform(typed)
    assert 2 == done.returncode
    assert said in done.stderr


@pytest.mark.slow
def test_too_many_workers_are_told(tmp_path: Path) -> None:
    """Cases that time out while more workers run than there are processors: the run says what to try first."""
    slow = "import sys, time\nfor line in sys.stdin:\n    time.sleep(60)\n"
    vendor = vendor_file(tmp_path, CLI.replace("timeout_s = 5", "timeout_s = 0.2\nworkers = 200"), slow)
    only = ("--only", "published:scenario-1-hospital-facility")
    done = rtconform("run", vendor, "--suite", "published", *only, "--out", tmp_path / "run")
    assert 1 == done.returncode
    assert "1 case timed out while 200 workers shared" in done.stderr
    assert f"set workers = {os.cpu_count()} in {vendor}" in done.stderr


@pytest.mark.slow
def test_an_interrupted_run_says_how_it_goes_on(tmp_path: Path) -> None:
    """The command that is printed resumes it."""
    slow = WORKING_CODER.replace("for line", "import time\nfor line").replace("    print", "    time.sleep(0.05); print")
    vendor_file(tmp_path, CLI, slow)
    command = [sys.executable, "-m", "rtconform", "run", "vendor.toml", "--suite", "published", "--out", "my run"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        results = tmp_path / "my run" / "results.jsonl"
        until = time.monotonic() + 60
        while not (results.exists() and results.stat().st_size) and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert 130 == process.returncode, said
    again = said.partition("continue with: rtconform ")[2].strip()
    done = rtconform(*shlex.split(again), cwd=tmp_path)
    assert 1 == done.returncode, done.stderr
    assert 71 == len(results.read_text("utf-8").splitlines())
