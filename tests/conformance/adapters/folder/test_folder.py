"""The watched folder: the same verdicts as over a stream, and nothing that stands in it can stop a run."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from rtconform.conformance.records import Event, Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.vendors.file import load_vendor
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.errors import UserError, VendorUnreachable

pytestmark = pytest.mark.slow

CLAIMS = 40

ANSWER = r"""
import json, re
def answer(text):
    if text.startswith("{"):
        claim = json.loads(text)
        lines = [{"number": line["number"], "disposition": "deny" if line["code"] == "77417" else "allow", "carc": "97" if line["code"] == "77417" else None} for line in claim["lines"]]
        return json.dumps({"schema": "rtconform.disposition/1", "id": claim["id"], "lines": lines})
    body = []
    for part in text.split("~\nCLM*")[1:]:
        body.append(f"CLP*{part.split('*')[0]}*1*100*100")
        for service, charge, number in re.findall(r"~\nSV(?:1|2\*\d+)\*([^*]*)\*([^*]*)\*.*?REF\*6R\*(\d+)", part, re.S):
            denied = "77417" in service
            body.append(f"SVC*{service}*{charge}*{0 if denied else charge}")
            body += [f"CAS*CO*97*{charge}"] * denied + [f"REF*6R*{number}"]
    return "~".join([f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYER':15}*ZZ*{'SUBMITTER':15}*260101*0900*^*00501*000000001*0*T*:",
        "GS*HP*P*S*20260101*0900*1*X*005010X221A1", "ST*835*0001", *body, f"SE*{len(body) + 2}*0001", "GE*1*1", "IEA*1*000000001~"])
"""

PRODUCT = (
    ANSWER
    + r"""
import os, sys, time
from pathlib import Path
folder, how = Path(sys.argv[1]), set(sys.argv[2:])
number = 0
while True:
    time.sleep(0.01)
    for path in sorted((folder / "in").glob("[!.]*")):
        try:
            text = path.read_text()
            path.unlink()
        except OSError:
            continue
        number += 1
        out = folder / "out" / f"answer{number}.txt"
        said = answer(text)
        if "hostile" in how and number % 5 == 0:
            os.mkfifo(folder / "out" / f"pipe{number}")
            (folder / "out" / f"link{number}.txt").symlink_to("/etc/passwd")
            (folder / "out" / f"garbage{number}.txt").write_bytes(os.urandom(2000))
            (folder / "out" / f"huge{number}.txt").write_bytes(said.encode() + b" " * 2_000_000)
            (folder / "out" / f"folder{number}").mkdir()
        elif "slow" in how:
            with out.open("w") as stream:
                for at in range(0, len(said), len(said) // 3 + 1):
                    stream.write(said[at : at + len(said) // 3 + 1])
                    stream.flush()
                    time.sleep(0.02)
        elif "done" in how:
            out.write_text(said)
            out.with_suffix(".txt.done").touch()
        elif "silent" not in how:
            temporary = out.with_suffix(".tmp")
            temporary.write_text(said)
            temporary.rename(out)
"""
)

STREAM = (
    ANSWER
    + r"""
import sys
text = ""
for line in sys.stdin:
    text += line
    if line.startswith(("{", "IEA*")):
        print(answer(text.strip()), flush=True)
        text = ""
"""
)


def vendor_file(folder: Path, adapter: str, form: str = "") -> Path:
    """A vendor file with both programs beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "product.py").write_text(PRODUCT)
    (folder / "stream.py").write_text(STREAM)
    path = folder / "vendor.toml"
    path.write_text(f'[vendor]\nname = "Product"\nversion = "1"\nrole = "editor"\n{form}[adapter]\n{adapter}\n')
    return path


X12 = '[format]\nquestion = "x12"\nanswer = "x12"\n'
FOLDER = 'kind = "folder"\ntimeout_s = 30\nworkers = 8\n'
PIPE = f'kind = "cli"\ntimeout_s = 30\ncommand = {json.dumps([sys.executable, "stream.py"])}'


@contextmanager
def product(folder: Path, *how: str) -> Iterator[None]:
    """The product, running."""
    (folder / "exchange" / "in").mkdir(parents=True, exist_ok=True)
    (folder / "exchange" / "out").mkdir(exist_ok=True)
    running = subprocess.Popen([sys.executable, "product.py", "exchange", *how], cwd=folder)
    try:
        yield
    finally:
        running.kill()
        running.wait()


def asked(vendor: Path, name: str = "run", claims: int = CLAIMS, *, resume: bool = False) -> tuple[list[Result], list[Event]]:
    """The results and events of a short run."""
    planned = plan_run(vendor, ("edits-claim",), seed=1)
    chosen = tuple(replace(part, size=claims) for part in planned.chosen)
    out = vendor.parent / name
    asyncio.run(run_to_folder(replace(planned, chosen=chosen), out, resume=resume))
    return list(RunFolder(out).results()), list(RunFolder(out).events())


def verdicts(results: list[Result]) -> list[tuple[str, str]]:
    """What each claim came to."""
    return [(result.id, result.verdict) for result in results]


@pytest.mark.parametrize(
    ("form", "how"),
    [("", ()), (X12, ()), (f"{X12}batch = 500\n", ("done",)), (X12, ("slow",))],
    ids=["json", "x12", "batches", "written slowly"],
)
def test_the_verdicts_are_those_of_a_stream(form: str, how: tuple[str, ...], tmp_path: Path) -> None:
    """In JSON and in X12, one at a time and in batches, with .done files and with files that grow: nothing is left in the folders."""
    by_stream, _ = asked(vendor_file(tmp_path / "stream", PIPE, form))
    vendor = vendor_file(tmp_path / "folder", FOLDER, form)
    with product(vendor.parent, *how):
        by_folder, _ = asked(vendor)
    assert verdicts(by_stream) == verdicts(by_folder)
    assert {"pass", "fail"} <= {result.verdict for result in by_folder}
    left = [path.name for path in (vendor.parent / "exchange").rglob("*") if path.is_file()]
    assert [] == left


def test_what_stands_in_the_folder_can_not_harm(tmp_path: Path) -> None:
    """Pipes, links, folders, garbage, huge and old files cost no more than the answers that they stand for."""
    vendor = vendor_file(tmp_path / "v", FOLDER.replace("30", "3"), X12)
    with product(vendor.parent, "hostile"):
        old = vendor.parent / "exchange" / "out" / "old.835"
        old.write_text("ISA of yesterday")
        results, events = asked(vendor, claims=20)
    found = [result for result in results if result.verdict != "not_applicable"]
    assert {"invalid", "timeout"} >= {result.verdict for result in found if result.answer is None}
    assert len([result for result in found if result.answer is not None]) > len(found) / 2
    assert any("is longer than 1048576 bytes" in result.explanation for result in found)
    assert "root:" not in (vendor.parent / "run" / "results.jsonl").read_text()
    assert "ISA of yesterday" == old.read_text()
    told = " ".join(event.detail for event in events)
    assert "1 files stood in out before the run and are left alone" in told
    assert "is not a file: left alone" in told


def test_a_product_that_does_not_watch(tmp_path: Path) -> None:
    """Where no answer comes, the verdict says so and what to look at; the file is taken back."""
    vendor = vendor_file(tmp_path / "v", FOLDER.replace("30", "0.3"), X12)
    results, _ = asked(vendor, claims=4)
    assert {"timeout"} == {result.verdict for result in results if result.verdict != "not_applicable"}
    assert any("still stands in in: does the product watch that folder?" in result.explanation for result in results)
    assert [] == list((vendor.parent / "exchange" / "in").iterdir())


def test_a_run_over_a_folder_is_resumed(tmp_path: Path) -> None:
    """A run that was stopped goes on: what was answered before is not asked again, the rest is the same as ever."""
    vendor = vendor_file(tmp_path / "v", FOLDER, X12)
    with product(vendor.parent):
        whole, _ = asked(vendor, claims=20)
        lines = (vendor.parent / "run" / "results.jsonl").read_text().splitlines(keepends=True)
        (vendor.parent / "run" / "results.jsonl").write_text("".join(lines[:15]) + lines[15][:40])
        resumed, _ = asked(vendor, claims=20, resume=True)
    assert verdicts(whole) == verdicts(resumed)


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    """A vendor file without a folder's name, and a place where none can be made, are refused in words."""
    vendor = vendor_file(tmp_path / "v", 'kind = "folder"\nfolder = ""\n', X12)
    with pytest.raises(UserError, match="folder"):
        load_vendor(vendor)
    vendor = vendor_file(tmp_path / "w", 'kind = "folder"\nfolder = "product.py"\n', X12)
    with pytest.raises(VendorUnreachable, match=r"is \[adapter\] folder right"):
        asked(vendor, claims=1)
