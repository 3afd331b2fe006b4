"""What a format of the trade costs beside JSON, the vendor apart, and what an 837 file of a month needs (`make bench`).

Ratios are of one run on one machine, and printed. RTCONFORM_BENCH_CLAIMS sets how many claims (200, `make bench` 2,000; the requirement is about
10,000 in a run, and 100,000 in a file).
"""

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from rtconform.formats.x12.claim_writer import write_claims
from rtconform.generators.suites.registry import any_suite
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import encode

pytestmark = pytest.mark.slow

CLAIMS = int(os.environ.get("RTCONFORM_BENCH_CLAIMS", "200"))

JSON_EDITOR = """
import json, sys, time
for line in sys.stdin:
    claim = json.loads(line)
    lines = [{"number": one["number"], "disposition": "allow"} for one in claim["lines"]]
    print(json.dumps({"schema": "rtconform.disposition/1", "id": claim["id"], "lines": lines}), flush=True)
    open(f"cpu-{__import__('os').getpid()}", "w").write(str(time.process_time()))
"""
X12_EDITOR = r"""
import os, re, sys, time
HEAD = ("ISA*00*          *00*          *ZZ*P              *ZZ*S              *260101*0900*^*00501*000000001*0*T*:~"
        "GS*HP*A*B*20260101*0900*1*X*005010X221A1~ST*835*0001~")
text = ""
for line in sys.stdin:
    text += line
    if not line.startswith("IEA*"):
        continue
    body = []
    for part in text.split("~\nCLM*")[1:]:
        body.append(f"CLP*{part.partition('*')[0]}*1*100*100")
        for service, charge, number in re.findall(r"~\nSV(?:1|2\*\d+)\*([^*]*)\*([^*]*)\*.*?REF\*6R\*(\d+)", part, re.S):
            body += [f"SVC*{service}*{charge}*{charge}", f"REF*6R*{number}"]
    text = ""
    print(HEAD + "~".join([*body, f"SE*{len(body) + 2}*0001", "GE*1*1", "IEA*1*000000001~"]), flush=True)
    open(f"cpu-{os.getpid()}", "w").write(str(time.process_time()))
"""

FHIR_EDITOR = """
import json, os, sys, time
PAID = [{"category": {"coding": [{"code": "benefit"}]}, "amount": {"value": 100}}]
for line in sys.stdin:
    bundle = json.loads(line)
    claim = next(each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == "Claim")
    items = [{"itemSequence": one["sequence"], "adjudication": PAID} for one in claim["item"]]
    request = {"identifier": bundle["identifier"]}
    print(json.dumps({"resourceType": "ClaimResponse", "outcome": "complete", "request": request, "item": items}), flush=True)
    open(f"cpu-{os.getpid()}", "w").write(str(time.process_time()))
"""
JSON_CODER = """
import json, os, sys, time
RIGHT = json.load(open("right.json"))
for line in sys.stdin:
    case = json.loads(line)
    outcome, lines = RIGHT.get(case["patient"]["id"], ("needs_review", []))
    print(json.dumps({"schema": "rtconform.answer/1", "id": case["id"], "outcome": outcome, "lines": lines}), flush=True)
    open(f"cpu-{os.getpid()}", "w").write(str(time.process_time()))
"""
FHIR_CODER = """
import json, os, sys, time
RIGHT = json.load(open("right.json"))
ISSUES = {"needs_review": "business-rule", "out_of_scope": "not-supported"}
for line in sys.stdin:
    bundle = json.loads(line)
    outcome, lines = RIGHT.get(bundle["entry"][0]["resource"]["identifier"][0]["value"], ("needs_review", []))
    answer = {"resourceType": "Claim", "identifier": [bundle["identifier"]], "status": "active", "use": "claim"}
    if outcome in ISSUES:
        issue = {"severity": "error", "code": ISSUES[outcome]}
        answer = {"resourceType": "OperationOutcome", "id": bundle["identifier"]["value"], "issue": [issue]}
    elif lines:
        answer["item"] = [
            {
                "sequence": number,
                "productOrService": {"coding": [{"code": one["code"]}]},
                "modifier": [{"coding": [{"code": modifier}]} for modifier in one["modifiers"]],
                "quantity": {"value": one["units"]},
                "encounter": [{"identifier": {"value": one["session"]}}],
            }
            for number, one in enumerate(lines, 1)
        ]
    print(json.dumps(answer), flush=True)
    open(f"cpu-{os.getpid()}", "w").write(str(time.process_time()))
"""
FHIR = '[format]\nquestion = "fhir"\nanswer = "fhir"\n'


def cases(count: int) -> list[Case]:
    """So many cases of a clinic."""
    suite = any_suite("clinic")
    return [question for index in range(count) if isinstance(question := suite.case(index, 1).question, Case)]


def known_answers(asked: Iterable[Case], *, right: bool) -> dict[str, tuple[str, list[dict[str, object]]]]:
    """What a coder that takes no time answers to each case, by the id of its patient: what is right, or one code for every session."""
    found: dict[str, tuple[str, list[dict[str, object]]]] = {}
    for case in asked:
        coding = code(case)
        lines: list[dict[str, object]] = [
            {"session": one.session, "code": one.code, "modifiers": list(one.modifiers), "units": one.units}
            for one in coding.lines
        ]
        same: list[dict[str, object]] = [
            {"session": one.id, "code": "77407", "modifiers": [], "units": 1} for one in case.sessions if one.beams_delivered
        ]
        found[case.patient.id] = (coding.outcome, lines) if right else ("coded", same)
    return found


def claims(count: int) -> list[Claim]:
    """So many claims that an 837 can say, under ids of their own."""
    suite = any_suite("edits-national")
    found = [question for index in range(suite.size(None)) if isinstance(question := suite.case(index, 1).question, Claim)]
    return [replace(found[index % len(found)], id=f"C{index}") for index in range(count)]


def cost(folder: Path, program: str, form: str, role: str = "editor", *, right: bool = False) -> float:
    """The seconds of processor that a run takes, the vendor's own apart."""
    folder.mkdir()
    (folder / "vendor.py").write_text(program)
    asked: Sequence[Case | Claim] = claims(CLAIMS) if role == "editor" else cases(CLAIMS)
    (folder / "suite.jsonl").write_bytes(b"".join(encode(question) + b"\n" for question in asked))
    (folder / "right.json").write_text(json.dumps(known_answers((one for one in asked if isinstance(one, Case)), right=right)))
    (folder / "vendor.toml").write_text(
        f'[vendor]\nname = "V"\nversion = "1"\nrole = "{role}"\n{form}'
        f'[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "vendor.py"]\nworkers = 1\ntimeout_s = 60\n'
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "rtconform", "run", "vendor.toml", "--suite", "suite.jsonl", "--out", "run"]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    vendor = sum(float(path.read_text()) for path in folder.glob("cpu-*"))
    assert (folder / "run" / "results.jsonl").read_text().count("\n") == CLAIMS
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime - vendor


def test_a_run_over_x12_beside_one_over_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stream run over 837 and 835 costs at most about twice what it costs over JSON; in batches less."""
    by_json = cost(tmp_path / "json", JSON_EDITOR, "")
    x12 = '[format]\nquestion = "x12"\nanswer = "x12"\n'
    by_x12 = cost(tmp_path / "x12", X12_EDITOR, x12)
    in_batches = cost(tmp_path / "batches", X12_EDITOR, f"{x12}batch = 500\n")
    with capsys.disabled():
        print(
            f"\n{CLAIMS} claims: JSON {by_json:.1f} s; X12 {by_x12 / by_json:.2f} x; in batches of 500 {in_batches / by_json:.2f} x"
        )


@pytest.mark.parametrize(
    ("role", "right"),
    [("coder", True), ("coder", False), ("editor", False)],
    ids=["a coder that is right", "a coder", "an editor"],
)
def test_a_run_over_fhir_beside_one_over_json(
    role: str, right: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    """A stream run over FHIR costs at most about twice what it costs over JSON."""
    by_json = cost(tmp_path / "json", JSON_CODER if role == "coder" else JSON_EDITOR, "", role, right=right)
    by_fhir = cost(tmp_path / "fhir", FHIR_CODER if role == "coder" else FHIR_EDITOR, FHIR, role, right=right)
    verdicts = [
        sorted(re.findall(r'"id":"([^"]+)".*?"verdict":"([a-z_]+)"', (tmp_path / name / "run" / "results.jsonl").read_text()))
        for name in ("json", "fhir")
    ]
    assert verdicts[0] == verdicts[1]
    assert CLAIMS == len(verdicts[0])
    with capsys.disabled():
        print(f"\n{CLAIMS} questions, {request.node.callspec.id}: JSON {by_json:.1f} s; FHIR {by_fhir / by_json:.2f} x")


def test_what_a_month_of_claims_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`rtconform edit` reads a file of any length in the same memory: less than 200 MB for 100,000 claims."""
    found = [claim for claim in claims(2000) if claim.kind == "institutional"][:500]
    path = tmp_path / "month.837"
    with path.open("wb") as stream:
        for block in range(-(-CLAIMS // len(found))):
            stream.write(write_claims([replace(claim, id=f"M{block}-{number}") for number, claim in enumerate(found)]))
    peak = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", peak, sys.executable, "-m", "rtconform", "edit", str(path)]
    kilobytes = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    with capsys.disabled():
        print(f"\n{CLAIMS} claims, {path.stat().st_size / 1e6:.0f} MB: {kilobytes / 1000:.0f} MB of memory")
    assert kilobytes < 200_000
