"""Every flow over every format and channel as over JSON: killed and resumed, in shards, replayed, hunted, tested by pytest, certified.

The rows are the sample vendors, all with one fault that is the same in every format (`tests/helpers/faulty_program.py`); the columns are
the tests. What a run over a format finds is what one over JSON finds, but for cases that the format can't say; what each flow
finds is what the unbroken run finds. `docs/reference/formats.md` has the table.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from rtconform.conformance.certificates.bundle import read_bundle
from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from tests.helpers import PATIENCE_S, ROOT, VENDORS
from tests.helpers.command import rtconform
from tests.helpers.dicom_nodes import free_port, node
from tests.helpers.issued_bundles import failing
from tests.helpers.issued_bundles import rtconform as certifying
from tests.helpers.killed_run import kill_in_the_middle
from tests.helpers.node_packages import package

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PROGRAM = ROOT / "tests" / "helpers" / "faulty_program.py"
STREAM = 'kind = "cli"\ntimeout_s = 60\nworkers = 2\n'
PAUSE_S = 0.1
"""How long the vendor takes for each case while its run is killed, in seconds."""


@dataclass(frozen=True)
class Row:
    """A sample vendor: its program and that one's arguments, and its vendor file from `[format]` on.

    `listens`: it listens for cases, and is running while it is asked. `certified`: it is certified here; `supports`: for what,
    to keep that short. `said`: how a run says that the format can't carry a case; empty: it carries every one.
    """

    program: str
    tables: str
    arguments: tuple[str, ...] = ()
    adapter: str = STREAM
    role: str = "coder"
    listens: bool = False
    supports: str = ""
    certified: bool = True
    said: str = ""


ANSWERS = (VENDORS / "csv_coder" / "vendor.toml").read_text().partition("[answers.columns]")[2]
ENDS = '[answers]\nends = "ack"\n'
GLOBAL = 'claims = ["global"]'
ROWS = {
    "json": Row("-", "", certified=False),  # elsewhere
    "csv": Row("csv_coder/coder.py", f'[format]\nanswer = "csv"\n[answers.columns]{ANSWERS}'),
    "hl7v2": Row("hl7_coder/coder.py", f'[format]\nanswer = "hl7v2"\n{ENDS}', ("charges", "blocks")),
    "x12": Row("x12_node_coder/coder.mjs", '[format]\nanswer = "x12"\n', supports=GLOBAL),
    "fhir": Row("fhir_coder/coder.py", '[format]\nquestion = "fhir"\nanswer = "fhir"\n', supports=GLOBAL),
    "hl7v2-mllp": Row(
        "mllp_engine/engine.py",
        f'[format]\nquestion = "hl7v2"\nanswer = "hl7v2"\n{ENDS}',
        adapter='kind = "mllp"\nhost = "127.0.0.1"\nport = {port}\ntimeout_s = 60\nworkers = 2\n',
        listens=True,
        supports=GLOBAL,
    ),
    "dicom": Row(
        "dicom_engine/scp.py",
        '[format]\nquestion = "dicom"\ncompanion = "json"\n',
        ("exchange",),
        'kind = "dicom"\nhost = "127.0.0.1"\nport = {port}\nfolder = "exchange"\ntimeout_s = 60\nworkers = 2\n',
        listens=True,
        said="in DICOM RT it can't be said",
        certified=False,  # test_dicom_certificate.py
    ),
    "json-editor": Row("-", "", ("editor",), role="editor", certified=False),  # elsewhere
    "x12-editor": Row(
        "x12_editor/editor.py",
        '[format]\nquestion = "x12"\nanswer = "x12"\n',
        role="editor",
        said="837",
        supports='payers = ["commercial", "unitedhealthcare"]',  # it knows no national edits
    ),
    "fhir-editor": Row(
        "fhir_editor/editor.py",
        '[format]\nquestion = "fhir"\nanswer = "fhir"\n',
        role="editor",
        supports='payers = ["commercial", "unitedhealthcare"]',  # fewer are too few to certify
    ),
}
PLAIN = {"coder": "json", "editor": "json-editor"}
FORMATS = [name for name in ROWS if name not in PLAIN.values()]
SLOW_TO_HUNT = {"dicom"} if os.environ.get("RTCONFORM_HUNT_EVERYWHERE") else {"hl7v2-mllp", "dicom"}
"""Rows in which a hunt takes four minutes and more, most of them the sample engine's own; over MLLP it is tried by hand."""
SUITES = {"coder": ("pairwise", 22), "editor": ("edits-claim", 29)}
"""For each role the suite of which some are asked, and every how many-th: the fault is among the first and the last."""


@dataclass(frozen=True)
class Flow:
    """A row in a folder of its own, its vendor running: the unbroken run over the suite is in `whole`."""

    name: str
    folder: Path

    @property
    def row(self) -> Row:
        return ROWS[self.name]

    def run(self, *arguments: str, finds: bool = True) -> list[Result]:
        """The results of a run; its arguments end with the run folder. `finds`: it finds the fault for sure."""
        done = rtconform("run", "vendor.toml", *arguments, cwd=self.folder)
        assert (1 if finds else done.returncode & 1) == done.returncode, done.stderr
        return self.results(arguments[-1])

    def results(self, out: str) -> list[Result]:
        return list(RunFolder(self.folder / out).results())

    def records(self, out: str) -> str:
        """The results of a run as they are written, without its times."""
        return re.sub(r'"latency_ms":[0-9.e+-]+', "", (self.folder / out / "results.jsonl").read_text())


def write_vendor(folder: Path, row: Row, how: str, port: int, supports: str = "") -> None:
    """The vendor file of a row; `how`: "right" or "faulty"."""
    folder.mkdir(exist_ok=True)
    program = "-" if row.program == "-" else str(VENDORS / row.program)
    command = json.dumps([sys.executable, str(PROGRAM), how, program, *row.arguments])
    adapter = row.adapter.format(port=port) + ("" if row.listens else f"command = {command}\n")
    head = f'[vendor]\nname = "Vendor"\nversion = "1"\nrole = "{row.role}"\n'
    head += f"[vendor.supports]\n{supports}\n" if supports else ""
    (folder / "vendor.toml").write_text(f"{head}[adapter]\n{adapter}{row.tables}")


@contextmanager
def running(folder: Path, row: Row, how: str, supports: str = "") -> Iterator[None]:
    """The vendor of a row, listening where it is one that listens, with its vendor file in the folder."""
    port = free_port() if row.listens else 0
    write_vendor(folder, row, how, port, supports)
    command: list[str | Path] = [sys.executable, PROGRAM, how, VENDORS / row.program, str(port), *row.arguments]
    with node(command, port, folder) if row.listens else nullcontext():
        yield


@pytest.fixture(scope="module", params=FORMATS)
def flow(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flow]:
    """A faulty vendor, its suite and its unbroken run."""
    row = ROWS[request.param]
    needs(row)
    path = tmp_path_factory.mktemp(request.param)
    write_suite(path, row.role)
    made = Flow(request.param, path)
    with running(path, row, "faulty"):
        made.run("--suite", "suite.jsonl", "--out", "whole")
        yield made


def write_suite(folder: Path, role: str) -> None:
    """The suite that is asked, as a file."""
    suite, step = SUITES[role]
    written = rtconform("generate", suite, cwd=folder).stdout.splitlines(keepends=True)
    (folder / "suite.jsonl").write_text("".join(written[::step]))


def needs(row: Row) -> None:
    """Skip where the vendor's own library is missing."""
    if row.program.endswith(".mjs"):
        package("node-x12", "node", home=(VENDORS / row.program).parent)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """For each role the verdicts over JSON."""
    path = tmp_path_factory.mktemp("plain")
    found: dict[str, dict[str, str]] = {}
    for role, name in PLAIN.items():
        write_vendor(path / role, ROWS[name], "faulty", 0)
        write_suite(path / role, role)
        results = Flow(name, path / role).run("--suite", "suite.jsonl", "--out", "whole")
        found[role] = {result.id: result.verdict for result in results}
    return found


def test_a_run_is_what_it_is_over_json(flow: Flow, plain: dict[str, dict[str, str]]) -> None:
    """The same vendor behind a format gets the verdicts that it gets over JSON; what a format can't say is told, and never passes."""
    verdicts = {result.id: result.verdict for result in flow.results("whole")}
    by_json = plain[flow.row.role]
    asked = {name: verdict for name, verdict in verdicts.items() if verdict != "not_applicable"}
    assert list(by_json) == list(verdicts)
    assert {name: by_json[name] for name in asked} == asked
    assert {"pass", "fail"} <= set(asked.values())
    beyond = [result.explanation for result in flow.results("whole") if result.verdict == "not_applicable"]
    assert bool(flow.row.said) >= bool(beyond)
    assert all(flow.row.said in reason for reason in beyond)


def test_killed_and_resumed(flow: Flow) -> None:
    """Killed in the middle and resumed, a run has the results of one that was never stopped, each case once."""
    (flow.folder / "pause").write_text(str(PAUSE_S))
    run = ["run", f"{flow.folder}/vendor.toml", "--suite", f"{flow.folder}/suite.jsonl", "--out", f"{flow.folder}/killed"]
    left = kill_in_the_middle([sys.executable, "-m", "rtconform", *run], flow.folder / "killed")
    (flow.folder / "pause").unlink()
    assert 0 < left < len(flow.results("whole"))
    assert 1 == rtconform(*run, "--resume", cwd=flow.folder).returncode
    assert flow.records("whole") == flow.records("killed")


def test_in_shards(flow: Flow) -> None:
    """Merged shards have the results of the whole run, and the same map of names where there is one."""
    for part in ("1/2", "2/2"):
        flow.run("--suite", "suite.jsonl", "--shard", part, "--out", f"part{part[0]}", finds=False)
    assert 1 == rtconform("merge", "merged", "part2", "part1", cwd=flow.folder).returncode
    assert flow.records("whole") == flow.records("merged")
    kept = [flow.folder / name / "names.csv" for name in ("whole", "merged")]
    assert 1 == len({path.read_text() if path.exists() else "" for path in kept})


def test_replayed(flow: Flow) -> None:
    """A replay asks what failed, in the same words, and nothing else."""
    command = ("replay", "whole", "--vendor", "vendor.toml", "--suite", "suite.jsonl", "--out", "again", "--format", "json")
    done = rtconform(*command, cwd=flow.folder)
    assert 1 == done.returncode, done.stderr
    assert {"still failing"} == {case["became"] for case in json.loads(done.stdout)}
    failed = {result.id: result.answer_digest for result in flow.results("whole") if result.verdict == "fail"}
    assert failed == {result.id: result.answer_digest for result in flow.results("again")}


@pytest.mark.parametrize("flow", [name for name in FORMATS if name not in SLOW_TO_HUNT], indirect=True)
def test_hunted(flow: Flow) -> None:
    """A hunt boils the fault down to a small case, which a run asks again."""
    done = rtconform("hunt", "vendor.toml", "--effort", "30", "--out", "faults.jsonl", cwd=flow.folder)
    assert 1 == done.returncode, done.stderr
    found = flow.run("--suite", "faults.jsonl", "--out", "found")
    assert {"fail"} == {result.verdict for result in found}
    assert found


def test_by_pytest(flow: Flow) -> None:
    """The pytest plugin asks in the format too: each case is a test with the verdict of the run."""
    options = ("--rtconform-vendor", "vendor.toml", "--rtconform-suite", "suite.jsonl")
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *options]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    done = subprocess.run(
        command, cwd=flow.folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    verdicts = [result.verdict for result in flow.results("whole")]
    failed, skipped = verdicts.count("fail"), verdicts.count("not_applicable")
    counts = f"{failed} failed, {len(verdicts) - failed - skipped} passed" + (f", {skipped} skipped" if skipped else "")
    assert counts in done.stdout
    assert flow.row.said in done.stdout or not skipped


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.certified])
def test_certified(name: str, tmp_path: Path) -> None:
    """A right vendor is certified over its format for all that this can say, and its bundle verifies."""
    row = ROWS[name]
    needs(row)
    with running(tmp_path / "good", row, "right", row.supports):
        done = certifying("certify", "good/vendor.toml", "--unsigned", "--readable", ROOT, "--out", "b.zip", cwd=tmp_path)
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    bundle = read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip")
    certificate = bundle.statement.predicate
    assert ("certified", {}) == (certificate.outcome, failing(bundle))
    assert bool(row.said) == any(row.said in reason for reason in certificate.covered.not_applicable if row.said)
    assert 0 == rtconform("verify", "b.zip", cwd=tmp_path).returncode
