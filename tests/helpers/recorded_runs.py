"""What every sample vendor's run gives, in few words: made by `make recorded`, kept in `tests/data/recorded/`, compared by a test.

    python -m tests.helpers.recorded_runs [NAME...]     runs the vendors named, or all, and writes their records

A record says in which versions of its suites it was made. It is made again where a suite has a new version; the commit says why.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from msgspec import Struct
from msgspec import json as mjson

from rtconform.conformance.adapters.processes.subreaper import started
from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.documents.wire import encode
from tests.helpers import TESTS, VENDORS
from tests.helpers.dicom_nodes import pair_engine
from tests.helpers.mllp_engine import engine

RECORDS = TESTS / "data" / "recorded"
SEED = 7
CODERS = ("published", "boundaries")
EDITORS = ("edits-claim", "edits-documented", "edits-national")
SLOW_TO_ASK = frozenset({"dicom_engine-vendor", "dicom_hl7_engine-vendor", "dicom_node_engine-vendor", "mllp_engine-vendor"})
"""Coders that take a sixth of a second and more for a case: of them `published` alone is on record."""

THOROUGH = (*CODERS, "pairwise", "documentation", "invalid", "certify")
AT_RANDOM = frozenset({"miniatures-unstable"})
"""Vendors that answer at random: of them only findings and exit code are the same in every run."""

PROSE = frozenset({"rules", "tables", "reasons", "reason", "appeal", "schema", "id"})
"""The fields of an expected answer that explain it."""


class SuiteRun(Struct, frozen=True):
    """One suite of a recorded run.

    `cases` counts the results; `expected` is the SHA-256 over all expected answers without what explains them. `others` has the
    cases that did not pass, as indices of the suite's results, by verdict and, of a fail, the rules broken.
    """

    version: str
    cases: int
    expected: str
    others: dict[str, list[int]]


class Recorded(Struct, frozen=True):
    """A run as it is recorded: exit code, kinds of findings, and each suite by its name."""

    exit_code: int
    findings: list[str]
    suites: dict[str, SuiteRun]


def vendor_files() -> dict[str, Path]:
    """All vendor files of `tests/vendors` by the names of their records."""
    return {"-".join(path.relative_to(VENDORS).with_suffix("").parts): path for path in sorted(VENDORS.rglob("*.toml"))}


def suites_of(name: str, vendor: Path) -> tuple[str, ...]:
    """The suites that are recorded of a vendor: three coders take all that a run of coders can take, a slow one little."""
    if 'role = "editor"' in vendor.read_text(encoding="utf-8"):
        return EDITORS
    if name in SLOW_TO_ASK:
        return CODERS[:1]
    return THOROUGH if name in {"correct-vendor", "three_faults-vendor", "all_77407-vendor"} else CODERS


def record(name: str, vendor: Path, folder: Path) -> Recorded:
    """Run a vendor into an empty folder, and record what came of it."""
    with reachable(name, vendor) as file, _own_python_first():
        summary = asyncio.run(run_to_folder(plan_run(file, suites_of(name, file), seed=SEED), folder, resume=False))
    return recorded(name, RunFolder(folder), summary.exit_code)


def recorded(name: str, run: RunFolder, exit_code: int) -> Recorded:
    """The record of a run that is there."""
    results = list(run.results())
    kinds = sorted({event.finding for event in run.events() if event.finding is not None})
    suites = {
        suite.name: _suite_run(suite.version, [r for r in results if r.suite == suite.name], told=name not in AT_RANDOM)
        for suite in run.manifest.suites
    }
    return Recorded(exit_code, cast("list[str]", kinds), suites)


def read_record(name: str) -> Recorded:
    """The record that is kept of a vendor. Raises FileNotFoundError where none is kept."""
    return mjson.decode((RECORDS / f"{name}.json").read_bytes(), type=Recorded)


def write_record(name: str, kept: Recorded) -> None:
    """Keep a record, a line for each verdict, so that a difference can be read."""
    RECORDS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(mjson.decode(mjson.encode(kept)), indent=1)
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        stripped = line.strip()
        if inside:
            lines[-1] += stripped if stripped.startswith("]") else stripped.replace(",", ", ")
        else:
            lines.append(line)
        inside = (inside or line.endswith("[")) and not stripped.startswith("]")
    (RECORDS / f"{name}.json").write_text("\n".join(lines) + "\n", encoding="utf-8")


@contextlib.contextmanager
def reachable(name: str, vendor: Path) -> Iterator[Path]:
    """The vendor can be asked by this file: its service is started where it has one. Raises FileNotFoundError without Node."""
    running = {"mllp_engine-vendor": engine, "dicom_hl7_engine-vendor": pair_engine}.get(name)
    if running is not None:
        with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "engine") as file:
            yield file
        return
    if name != "http_node-vendor":
        yield vendor
        return
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError("node: the HTTP coder needs Node")
    environment: Mapping[str, str] = {**os.environ, "PORT": "0"}
    command = [node, "server.mjs"]
    # started as ours: a command that this process ran before may have it bury every child that is not
    with started(
        lambda: subprocess.Popen(
            command, cwd=VENDORS / "http_node", env=environment, stdout=subprocess.PIPE, start_new_session=True
        )
    ) as server:
        try:
            assert server.stdout is not None
            os.environ["RTCONFORM_NODE_PORT"] = server.stdout.readline().decode().split()[-1]
            yield vendor
        finally:
            os.environ.pop("RTCONFORM_NODE_PORT", None)
            server.kill()


@contextlib.contextmanager
def _own_python_first() -> Iterator[None]:
    """Vendor files say `python3`: the one that has the libraries that the sample vendors read with."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), before))
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _suite_run(version: str, results: Iterable[Result], *, told: bool) -> SuiteRun:
    digest = hashlib.sha256()
    others: dict[str, list[int]] = {}
    number = 0
    for number, result in enumerate(results, start=1):
        digest.update(result.id.encode() + b"\0" + json.dumps(_without_prose(json.loads(encode(result.expected)))).encode())
        if result.verdict != "pass" and told:
            words = [result.verdict, *(result.rules if result.verdict == "fail" else ())]
            others.setdefault(" ".join(words), []).append(number)
    return SuiteRun(version, number, digest.hexdigest(), others)


def _without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_prose(part) for key, part in sorted(value.items()) if key not in PROSE}
    return [_without_prose(part) for part in value] if isinstance(value, list) else value


def main(names: list[str]) -> None:
    """Make the records of the vendors named, or of all; a record without a vendor is removed."""
    files = vendor_files()
    for name in names or files:
        with tempfile.TemporaryDirectory() as folder:
            write_record(name, record(name, files[name], Path(folder) / "run"))
        print(f"{name}: recorded")
    for kept in RECORDS.glob("*.json"):
        if kept.stem not in files:
            kept.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
