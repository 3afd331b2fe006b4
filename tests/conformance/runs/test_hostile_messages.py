"""Messages that want to harm, in every format of answers: each costs its own question, whatever comes before and after it.

Each coder here answers all questions alike, but for messages that harm: every kind of them stands once before every kind that is
fine, since a reader that does not find the end of one loses the one after it.
"""

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

CODER = r"""
import json, sys
from pathlib import Path
from messages import fine, harmful
told = Path("told.jsonl")  # a program that is started again goes on, and answers a question that comes again as before
kinds = dict(map(json.loads, told.read_text().splitlines())) if told.exists() else {}
for line in sys.stdin:
    name = json.loads(line)["id"]
    good, bad = fine(name), harmful(name)
    turn, second = divmod(len(kinds), 2)
    which, before = divmod(turn, len(bad))
    kind = f"good {which % len(good)}" if second or sys.argv[1] == "plain" else f"bad {before}"
    if kinds.setdefault(name, kind) is kind:
        with told.open("a") as stream:
            stream.write(json.dumps([name, kind]) + "\n")
    kind = kinds[name]
    how, index = kind.split()
    sys.stdout.buffer.write((good if how == "good" else bad)[int(index)])
    sys.stdout.buffer.flush()
"""

X12 = r"""
def interchange(body, code="824", separators="*:~"):
    e, c, s = separators
    text = (f"ISA*00*{'':10}*00*{'':10}*ZZ*{'CODER':15}*ZZ*{'BILLING':15}*260101*0900*^*00501*000000001*0*T*C~"
            f"GS*AG*A*B*20260101*0900*1*X*005010X186A1~ST*{code}*0001~{body}SE*{body.count('~') + 2}*0001~GE*1*1~IEA*1*000000001~")
    return text.replace("*", e).replace("C" + "~", c + "~", 1).replace("~", s).encode("latin-1")
def review(name):
    return f"OTI*TR*TN*{name}~"
def fine(name):
    plain = interchange(review(name))
    return [plain + b"\n", b"\xef\xbb\xbf" + plain + b"\n", interchange(review(name), separators="|>!") + b"\n", b" \r\n" + plain]
def harmful(name):
    claim = f"CLM*{name}*100***22:B:1~LX*1~SV1*HC:77412*100*UN*1~"
    return [one + b"\n" for one in (
        interchange(review(name) + "NTE*ADD*" + "X" * 1_000_000 + "~"),
        interchange(claim + "HL*1**20*1~" * 60_000, "837"),
        interchange(review(name)).replace(b"SE*3", b"SE*99999999999999999999"),
        interchange(review(name) + "NTE*\x00\x1b[2J\xff\xfe~"),
        review(name).encode(),
        interchange(review(name)).split(b"GE*")[0],
        interchange(review(name))[:60],
        interchange("LX*1~" * 20_000 + claim, "837"),
        interchange(claim + "SV1*HC:" + ":" * 50_000 + "*1e999*UN*-1~", "837"),
    )]
"""

CSV = r"""
HEAD = "Account;Visit;DOS;CPT;Mod 1;Mod 2;Qty;Status\n"
def row(name, visit="S1", code="77412", units="1"):
    return f"{name};{visit};;{code};;;{units};Posted\n"
def fine(name):
    text = HEAD + row(name)
    return [one.encode() for one in (text + "\n", "\ufeff" + text + "\n", text.replace("\n", "\r\n") + "\r\n")]
def harmful(name):
    return [one.encode("utf-8", "surrogatepass") for one in (
        HEAD + row(name, code="7" * 1_000_000) + "\n",
        HEAD + row(name) * 20_000 + "\n",
        HEAD + row(name, visit='"S1') + "\n",
        HEAD + row(name, visit='"S1\n\nnever closed') + "\n",
        HEAD + row(name, code="\x00\x1b[2J") + "\n",
        HEAD + row(name, units="9e999") + "\n",
        HEAD + row(name),
        HEAD.replace("CPT", "\ud800") + row(name) + "\n",
    )]
"""

HL7 = r"""
MSH = "MSH|^~\\&|V|C|S|C|20260309||DFT^P03^DFT_P03|1|P|2.5.1\r"
def parts(name):
    return "PV1|1|O" + "|" * 17 + name + "\r", "FT1|1|||||CG|77412|||1" + "|" * 15 + "77412\r"
def fine(name):
    pv1, ft1 = parts(name)
    return [framed(MSH + pv1 + ft1), b"\r\n" + framed(MSH + pv1 + ft1)]
def harmful(name):
    pv1, ft1 = parts(name)
    return [
        framed(MSH + pv1 + "FT1|" + "X" * 1_000_000 + "\r"),
        framed(MSH + pv1 + ft1 * 9000),
        framed(MSH + pv1 + ft1.replace("77412", "\x00\x1b[2J")),
        framed("BHS|^~\\&\r" + MSH + pv1 + ft1 + "BTS|99999999999999999999\r"),
        framed(MSH + pv1 + ft1.replace("|1|", "|9e999|", 1)),
        framed("MSH" + name * 10 + "\r" + pv1),
        b"\xff\xfe no message at all\n",
        framed(MSH + pv1 + ft1)[:-2],
        framed(MSH + pv1)[:70] + b"\r",
    ]
"""

FRAMES = r"""
def framed(text):
    return b"\x0b" + text.encode("latin-1") + b"\x1c\r"
"""

BLOCKS = r"""
def framed(text):
    return text.encode("latin-1") + b"\r\n"
"""

CSV_TABLES = """[answers]
columns = {id = "Account", session = "Visit", date = "DOS", code = "CPT", modifiers = ["Mod 1", "Mod 2"], units = "Qty", outcome = "Status"}
outcomes = {Posted = "coded"}
"""

MESSAGES = {
    "x12": (X12, "", 9 * 4),
    "csv": (CSV, CSV_TABLES, 8 * 3),
    "hl7v2 in frames": (HL7 + FRAMES, "", 9 * 2),
    "hl7v2 in blocks": (HL7 + BLOCKS, "", 9 * 2),
}
"""By format: the messages of answers, the vendor file's tables, and how many ways there are for one to follow another."""


def run(folder: Path, name: str, how: str) -> dict[str, Result]:
    """The results of a short run of such a coder, by the name under which each question was sent."""
    messages, tables, ways = MESSAGES[name]
    folder.mkdir()
    (folder / "coder.py").write_text(CODER)
    (folder / "messages.py").write_text(messages)
    path = folder / "vendor.toml"
    path.write_text(
        f'[vendor]\nname = "H"\nversion = "1"\n[format]\nanswer = "{name.split(maxsplit=1)[0]}"\n{tables}'
        '[adapter]\nkind = "cli"\ntimeout_s = 5\nworkers = 1\n'
        f"command = {json.dumps([sys.executable, 'coder.py', how])}\n"
    )
    planned = plan_run(path, ("pairwise",), seed=1)
    chosen = tuple(replace(part, size=2 * ways) for part in planned.chosen)
    asyncio.run(run_to_folder(replace(planned, chosen=chosen), folder / "run", resume=False))
    return {result.id: result for result in RunFolder(folder / "run").results()}


def kinds_in(folder: Path) -> dict[str, str]:
    """The message with which each question was answered."""
    names = folder / "run" / "names.csv"  # there where questions go out under names of their own
    rows = csv.DictReader(names.read_text().splitlines()) if names.exists() else []
    asked_as = {row["asked_as"]: row["id"] for row in rows}
    told: list[tuple[str, str]] = list(map(json.loads, (folder / "told.jsonl").read_text().splitlines()))
    return {asked_as.get(name, name): kind for name, kind in told}


@pytest.mark.parametrize("name", MESSAGES)
def test_hostile_messages_cost_their_own_questions_only(name: str, tmp_path: Path) -> None:
    """Messages of a megabyte, deep loops, wrong counts, binary, no head, no end: the verdicts on all other questions stand.

    Other separators, frames and a byte order mark are no harm at all.
    """
    plain, hostile = run(tmp_path / "plain", name, "plain"), run(tmp_path / "hostile", name, "hostile")
    kinds = kinds_in(tmp_path / "hostile")
    fine = [case_id for case_id in hostile if kinds[case_id].startswith("good")]
    assert len(fine) >= len(hostile) // 2 - 2
    changed = [case_id for case_id in fine if plain[case_id].verdict != hostile[case_id].verdict]
    assert [] == [(case_id, kinds[case_id], hostile[case_id].explanation) for case_id in changed]
    assert {"invalid"} < {result.verdict for result in hostile.values()}
    assert not [result.explanation for result in hostile.values() if not result.explanation.isprintable()]
