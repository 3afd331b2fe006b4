"""Messages that want to harm, in X12 and CSV: each costs its own question, whatever comes before and after it."""

import asyncio
import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.jobs.run import plan_run, run_to_folder

pytestmark = [pytest.mark.slow, pytest.mark.hostile]

CASES = 60

CODER = r"""
import json, sys
HOSTILE = sys.argv[1] == "hostile"
def interchange(body, code="824", separators="*:~"):
    e, c, s = separators
    text = (f"ISA*00*{'':10}*00*{'':10}*ZZ*{'CODER':15}*ZZ*{'BILLING':15}*260101*0900*^*00501*000000001*0*T*C~"
            f"GS*AG*A*B*20260101*0900*1*X*005010X186A1~ST*{code}*0001~{body}SE*{body.count('~') + 2}*0001~GE*1*1~IEA*1*000000001~")
    return text.replace("*", e).replace("C" + "~", c + "~", 1).replace("~", s).encode("latin-1")
def review(name):
    return f"OTI*TR*TN*{name}~"
for line in sys.stdin:
    name = json.loads(line)["id"]
    kind = sum(map(ord, name)) % 12 if HOSTILE else 11
    claim = f"CLM*{name}*100***22:B:1~LX*1~SV1*HC:77412*100*UN*1~"
    out = {
        0: interchange(review(name) + "NTE*ADD*" + "X" * 1_000_000 + "~"),
        1: interchange(claim + "HL*1**20*1~" * 60_000, "837"),
        2: interchange(review(name)).replace(b"SE*3", b"SE*99999999999999999999"),
        3: interchange(review(name) + "NTE*\x00\x1b[2J\xff\xfe~"),
        4: review(name).encode(),
        5: interchange(review(name)).split(b"GE*")[0],
        6: interchange(review(name))[:60] + b"\n",
        7: interchange("LX*1~" * 20_000 + claim, "837"),
        8: interchange(claim + "SV1*HC:" + ":" * 50_000 + "*1e999*UN*-1~", "837"),
        9: interchange(review(name), separators="|>!"),
        10: b"\xef\xbb\xbf" + interchange(review(name)),
        11: interchange(review(name)),
    }[kind]
    sys.stdout.buffer.write(out + b"\n")
    sys.stdout.buffer.flush()
"""
FINE = {9, 10, 11}
"""The messages that are answers as good as any."""

BILLS = {1, 7, 8}
"""Those that may be read as charges."""


def run(folder: Path, how: str) -> dict[str, Result]:
    """The results of a short run of such a coder, by id."""
    folder.mkdir()
    (folder / "coder.py").write_text(CODER)
    path = folder / "vendor.toml"
    path.write_text(
        '[vendor]\nname = "H"\nversion = "1"\n[format]\nanswer = "x12"\n[adapter]\nkind = "cli"\ntimeout_s = 5\nworkers = 1\n'
        f"command = {json.dumps([sys.executable, 'coder.py', how])}\n"
    )
    planned = plan_run(path, ("pairwise",), seed=1)
    chosen = tuple(replace(part, size=CASES) for part in planned.chosen)
    asyncio.run(run_to_folder(replace(planned, chosen=chosen), folder / "run", resume=False))
    return {result.id: result for result in RunFolder(folder / "run").results()}


def kinds_in(folder: Path) -> dict[str, int]:
    """Which message answered each question: the name that it went out under decides it."""
    with (folder / "run" / "names.csv").open(newline="") as stream:
        return {row["id"]: sum(map(ord, row["asked_as"])) % 12 for row in csv.DictReader(stream)}


def test_hostile_messages_cost_their_own_questions_only(tmp_path: Path) -> None:
    """Segments of a megabyte, deep loops, wrong counts, binary, messages without their head or end: the others' verdicts stand.

    Other separators and a byte order mark are no harm at all.
    """
    plain, hostile = run(tmp_path / "plain", "plain"), run(tmp_path / "hostile", "hostile")
    kinds = kinds_in(tmp_path / "hostile")
    assert set(range(12)) == set(kinds.values())
    fine = {case_id for case_id, kind in kinds.items() if kind in FINE}
    assert {case_id: plain[case_id].verdict for case_id in fine} == {case_id: hostile[case_id].verdict for case_id in fine}
    others = [hostile[case_id] for case_id, kind in kinds.items() if kind not in FINE | BILLS]
    assert {"invalid", "timeout"} >= {result.verdict for result in others}
    assert not [result.explanation for result in hostile.values() if not result.explanation.isprintable()]
