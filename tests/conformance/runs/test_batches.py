"""Claims in batches and answers in several messages: the verdicts are those of one claim at a time and one 835 for each."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from rtconform.conformance.adapters.processes.subreaper import adopt, started
from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.jobs.run import plan_run, run_to_folder
from tests.helpers.web_service import answering

pytestmark = pytest.mark.slow

CLAIMS = 90

EDITOR = r"""
import os, re, sys, time
HOW = set(sys.argv[1:])
def envelope(code, guide, body):
    n = len(body) + 2
    return "~".join([f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYER':15}*ZZ*{'SUBMITTER':15}*260101*0900*^*00501*000000001*0*T*:",
        f"GS*HP*P*S*20260101*0900*1*X*{guide}", f"ST*{code}*0001", *body, f"SE*{n}*0001", "GE*1*1", "IEA*1*000000001~"])
def say(*messages):
    for message in messages:
        print(message, flush=True)
def remittance(claims):
    body = []
    for name, lines in claims:
        body.append(f"CLP*{name}*1*100*100")
        for service, charge, number in lines:
            denied = "77417" in service
            body.append(f"SVC*{service}*{charge}*{0 if denied else charge}")
            body += [f"CAS*CO*97*{charge}"] * denied + [f"REF*6R*{number}"]
    return envelope("835", "005010X221A1", body)
def acknowledged(group, word):
    return envelope("999", "005010X231A1", [f"AK1*HC*{group}", f"IK5*{word}", f"AK9*{word}*1*1*1"])
def status(claims):
    body = ["BHT*0085*08*1*20260101*0900*TH"]
    for number, (name, _) in enumerate(claims, 1):
        body += [f"HL*{number}**PT", f"TRN*2*{name}", "STC*A2:20*20260101"]
    return envelope("277", "005010X214", body)
text = ""
for line in sys.stdin:
    text += line
    if not line.startswith("IEA*"):
        continue
    group = re.search(r"GS\*HC\*.*?\*(\d+)\*X", text)[1]
    claims = [(part.split("*")[0], re.findall(r"~\nSV(?:1|2\*\d+)\*([^*]*)\*([^*]*)\*.*?REF\*6R\*(\d+)", part, re.S))
              for part in text.split("~\nCLM*")[1:]]
    text = ""
    with open("sizes", "a") as sizes:
        print(len(claims), file=sizes)
    unlucky = [name for name, lines in claims if any("77387" in service for service, _, _ in lines)]
    if "crashes" in HOW and unlucky:
        os._exit(3)
    if "refuses" in HOW and unlucky:
        say(acknowledged(group, "R"))
        continue
    if "forgets" in HOW:
        claims = [claim for claim in claims if claim[0] not in unlucky] or claims
    if "acknowledges" in HOW:
        say(acknowledged(group, "A"), status(claims))
    if "only-acknowledges" in HOW:
        say(acknowledged(group, "A"))
    elif "one-by-one" in HOW:
        say(*(remittance([claim]) for claim in reversed(claims)))
    elif "late" in HOW:
        say(acknowledged(group, "A"))
        time.sleep(0.3)
        say(remittance(claims))
    elif "twice" in HOW:
        say(remittance(claims), remittance(claims))
    else:
        say(remittance(claims[::-1]))
"""


PRODUCT = r"""
import subprocess, sys, time
from pathlib import Path
number = 0
while True:
    time.sleep(0.02)
    for path in sorted(Path("exchange/in").glob("[!.]*")):
        try:
            text = path.read_bytes()
            path.unlink()
        except OSError:
            continue
        said = subprocess.run([sys.executable, "editor.py", *sys.argv[1:]], input=text, stdout=subprocess.PIPE).stdout
        for message in reversed(said.split(b"ISA*")[1:]):
            number += 1
            out = Path(f"exchange/out/{number}.tmp")
            out.write_bytes(b"ISA*" + message)
            out.rename(f"exchange/out/{number}.835")
"""
"""The editor as a product that watches a folder: each message of an answer is a file of its own, the last one first."""

STREAM = 'kind = "cli"\ncommand = {command}\ntimeout_s = 5\nworkers = 1\n'
ONESHOT = 'kind = "cli"\nmode = "oneshot"\ncommand = {command}\ntimeout_s = 60\nworkers = 2\n'


def asked(folder: Path, *how: str, batch: int = 1, settings: str = "", adapter: str = STREAM) -> list[Result]:
    """The results of a short run of an editor that answers so."""
    folder.mkdir(exist_ok=True)
    (folder / "editor.py").write_text(EDITOR)
    command = json.dumps([sys.executable, "editor.py", *how])
    (folder / "vendor.toml").write_text(
        '[vendor]\nname = "Editor"\nversion = "1"\nrole = "editor"\n'
        f'[format]\nquestion = "x12"\nanswer = "x12"\nbatch = {batch}\n{settings}\n'
        f"[adapter]\n{adapter.format(command=command)}"
    )
    planned = plan_run(folder / "vendor.toml", ("edits-claim",), seed=1)
    chosen = tuple(replace(part, size=CLAIMS) for part in planned.chosen)
    asyncio.run(run_to_folder(replace(planned, chosen=chosen), folder / "run", resume=False))
    return list(RunFolder(folder / "run").results())


def verdicts(results: list[Result]) -> dict[str, str]:
    """What each claim came to."""
    return {result.id: result.verdict for result in results}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The verdicts where each claim is asked alone and has its own 835."""
    found = verdicts(asked(tmp_path_factory.mktemp("alone") / "v"))
    assert {"pass", "fail"} < set(found.values())
    return found


@pytest.mark.parametrize(
    ("how", "batch"),
    [
        ((), 500),
        (("one-by-one",), 40),
        (("acknowledges",), 1),
        (("acknowledges", "one-by-one"), 40),
        (("late",), 40),
        (("forgets", "one-by-one"), 500),
    ],
)
def test_verdicts_are_those_of_one_at_a_time(how: tuple[str, ...], batch: int, alone: dict[str, str], tmp_path: Path) -> None:
    """Whatever the size of a batch, in whatever order and in however many messages its answers come."""
    assert alone == verdicts(asked(tmp_path / "v", *how, batch=batch))
    sizes = list(map(int, (tmp_path / "v" / "sizes").read_text().split()))
    assert max(sizes) <= batch
    assert batch == 1 or max(sizes) > 20


@contextmanager
def over(channel: str, folder: Path, *how: str) -> Iterator[str]:
    """The editor behind a channel, in its folder: what the vendor file says of it."""
    folder.mkdir()
    (folder / "editor.py").write_text(EDITOR)
    command = [sys.executable, "editor.py", *how]
    if channel == "http":

        def answer(body: bytes, _: str) -> bytes:
            return subprocess.run(command, input=body, stdout=subprocess.PIPE, cwd=folder, check=True).stdout

        with answering(answer) as url:
            yield f'kind = "http"\nurl = "{url}"\ntimeout_s = 60\nworkers = 2\n'
    elif channel == "folder":
        (folder / "product.py").write_text(PRODUCT)
        for name in ("in", "out"):
            (folder / "exchange" / name).mkdir(parents=True)
        adopt()  # as a run does: then what it does not know as its own it buries
        with started(lambda: subprocess.Popen([sys.executable, "product.py", *how], cwd=folder)) as product:
            try:
                yield 'kind = "folder"\nfolder = "exchange"\ntimeout_s = 6\nworkers = 2\n'
            finally:
                product.kill()
    else:
        yield ONESHOT


@pytest.mark.parametrize("channel", ["oneshot", "http", "folder"])
@pytest.mark.parametrize("how", [(), ("acknowledges", "one-by-one"), ("forgets",)], ids=["in one", "in several", "some missing"])
def test_batches_over_channels(channel: str, how: tuple[str, ...], alone: dict[str, str], tmp_path: Path) -> None:
    """Over every channel a batch may be answered in any order, in several messages or files, and with claims left out."""
    with over(channel, tmp_path / "v", *how) as adapter:
        assert alone == verdicts(asked(tmp_path / "v", *how, batch=500, adapter=adapter))
    sizes = list(map(int, (tmp_path / "v" / "sizes").read_text().split()))
    assert max(sizes) > 20
    assert ("forgets" in how) == (sizes.count(1) > 10)  # canaries are asked alone too


def test_a_crash_costs_its_own_claim(tmp_path: Path) -> None:
    """Where a batch brings the program down, its claims are asked alone: only those that do it alone are errors."""
    one_by_one = verdicts(asked(tmp_path / "alone", "crashes"))
    assert "error" in one_by_one.values()
    assert one_by_one == verdicts(asked(tmp_path / "batch", "crashes", batch=40))


def test_a_refused_batch_is_sent_again_claim_by_claim(tmp_path: Path) -> None:
    """A 999 that refuses an interchange is the answer to each claim that is refused alone, and to no other."""
    one_by_one = verdicts(asked(tmp_path / "alone", "refuses"))
    batch = asked(tmp_path / "batch", "refuses", batch=40)
    assert one_by_one == verdicts(batch)
    refused = [result for result in batch if result.disposition and not any(line.carc for line in result.disposition.lines)]
    assert {"deny"} <= {line.disposition for result in refused if result.disposition for line in result.disposition.lines}


def test_an_acknowledgment_alone_is_an_answer(tmp_path: Path) -> None:
    """Where no 835 follows a 999 in time, the 999 has accepted every line."""
    results = [
        result
        for result in asked(tmp_path / "v", "only-acknowledges", settings="settle_s = 0.2")
        if result.verdict != "not_applicable"
    ]
    assert {"allow"} == {line.disposition for result in results if result.disposition for line in result.disposition.lines}
    assert not [result for result in results if result.disposition is None]


@pytest.mark.parametrize("batch", [1, 40])
def test_two_remittances_are_two_answers(batch: int, tmp_path: Path) -> None:
    """The same claim paid twice is an invalid answer, as ever."""
    results = [result for result in asked(tmp_path / "v", "twice", batch=batch) if result.verdict != "not_applicable"]
    assert {"answered twice"} == {result.explanation for result in results}
