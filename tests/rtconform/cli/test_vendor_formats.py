"""`vendor init --format` writes files that work as pasted; `vendor check` shows messages as sent and read, and what is wrong."""

import json
import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rtconform.cli.main import cli
from rtconform.conformance.protocol import RoleName
from rtconform.conformance.vendors.file import load_vendor, scaffold
from rtconform.reference.errors import UserError
from tests.helpers import VENDORS

SPEAKS: list[tuple[str, RoleName]] = [
    ("csv", "coder"),
    ("fhir", "coder"),
    ("fhir", "editor"),
    ("hl7v2", "coder"),
    ("x12", "coder"),
    ("x12", "editor"),
]
WAYS = [("cli", "stream"), ("cli", "oneshot"), ("http", "stream"), ("folder", "stream"), ("python", "stream")]


@pytest.mark.parametrize(("speaks", "role"), SPEAKS)
@pytest.mark.parametrize(("kind", "mode"), WAYS)
def test_what_init_writes_can_be_loaded(kind: str, mode: str, speaks: str, role: RoleName, tmp_path: Path) -> None:
    """The file to begin with is right as it stands, and with every option of the format that it only shows."""
    path = tmp_path / "vendor.toml"
    text = scaffold(kind, mode, role, speaks)
    path.write_text(text, encoding="utf-8")
    assert (kind, speaks) == ((vendor := load_vendor(path)).settings.kind, vendor.format.answer)
    path.write_text(re.sub(r'^# (?=(empty|payment|"RT-\w+") =)', "", text, flags=re.M), encoding="utf-8")
    assert load_vendor(path).answers.empty == ("invalid" if role == "editor" else "coded")


def test_an_unknown_format_has_no_file() -> None:
    """A format that a role does not speak is said with those that it does."""
    with pytest.raises(UserError, match="an editor is not asked and does not answer in csv; formats for an editor: x12, fhir"):
        scaffold("cli", "stream", "editor", "csv")


def check(folder: Path, speaks: str, role: RoleName, *command: str, timeout_s: int = 20) -> Result:
    """`vendor check` of a pasted file whose command is this program."""
    text = CliRunner().invoke(cli, ["vendor", "init", "--format", speaks, "--role", role]).stdout
    text = re.sub(r"^command = \[[^]]*\]", lambda _: f"command = {json.dumps([sys.executable, *command])}", text, flags=re.M)
    path = folder / "vendor.toml"
    path.write_text(text.replace("timeout_s = 10", f"timeout_s = {timeout_s}"), encoding="utf-8")
    return CliRunner().invoke(cli, ["vendor", "check", str(path)])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("speaks", "role", "home", "sent", "came", "read"),
    [
        ("csv", "coder", "csv_coder", '{"schema":"rtconform.case/1"', "Account;Visit;DOS;CPT", "S1: 77387-26 × 1"),
        ("hl7v2", "coder", "hl7_coder", '{"schema":"rtconform.case/1"', "FT1|1|||20260310", "S1: 77387-26 × 1"),
        ("x12", "editor", "x12_editor", "SV2*0333*HC:77412*900*UN*1~", "SVC*HC:77412*900*900**1~", "line 1: allow"),
        ("fhir", "editor", "fhir_editor", '{"resourceType":"Bundle"', '{"resourceType":"ClaimResponse"', "line 1: allow"),
    ],
)
def test_a_pasted_file_works(speaks: str, role: RoleName, home: str, sent: str, came: str, read: str, tmp_path: Path) -> None:
    """With a program behind it, the file to begin with is enough; check shows what was sent, what came and what was read."""
    program = VENDORS / home / ("editor.py" if role == "editor" else "coder.py")
    done = check(tmp_path, speaks, role, str(program))
    assert 0 == done.exit_code, done.output
    assert 3 == len(re.findall(r"^ok ", done.stdout, re.M))
    places = [done.stdout.index(part) for part in ("sent:", sent, "came:", came, "read:")]
    assert sorted(places) == places
    assert read in done.stdout


EACH = "import json, sys\nfor line in sys.stdin:\n    name = json.loads(line)['id']\n    "
MSH = "MSH|^~\\\\&|V|C|S|C|20260309||{}|1|P|2.5.1\\r"
DFT = MSH.format("DFT^P03^DFT_P03") + "PV1|1|O|||||||||||||||||' + name + '\\r"
ENDED = "import sys\nfor line in sys.stdin:\n    if line.startswith('IEA*'): "
ISA = "ISA*00*          *00*          *ZZ*P              *ZZ*S              *260101*0900*^*00501*000000001*0*T*:~"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("speaks", "role", "program", "said"),
    [
        ("x12", "editor", f"{ENDED}print('hello', flush=True)", "no ISA: the message begins with 'hello'"),
        ("x12", "coder", f"{EACH}print('hello', flush=True)", "no ISA: the message begins with 'hello'"),
        ("hl7v2", "coder", f"{EACH}print('hello', flush=True)", "no MSH: what came begins with 'hello'"),
        (
            "hl7v2",
            "coder",
            f"{EACH}print('{DFT}FT1|1|||20260310||CG\\r\\n', flush=True)",
            "has no code: FT1-25 and FT1-7 are empty",
        ),
        (
            "hl7v2",
            "coder",
            f"{EACH}print('{MSH.format('ACK')}MSA|AE|' + name + '|no such patient\\r\\n', flush=True)",
            "note: acknowledged AE, read as needs_review: no such patient",
        ),
        (
            "hl7v2",
            "coder",
            f"{EACH}print('{DFT}FT1|1|||||CG|77412', flush=True)",
            "the answer came without its end: an HL7 v2 message ends with a blank line, or is framed as MLLP frames it",
        ),
        (
            "csv",
            "coder",
            f"{EACH}print('Account,Code\\n' + name + ',77412\\n', flush=True)",
            "no columns 'Visit', 'DOS', 'CPT'",
        ),
        (
            "csv",
            "coder",
            f"{EACH}print('Account;CPT\\n' + name + ';77412\\n', flush=True)",
            "the first row holds 'Account', 'CPT'",
        ),
    ],
)
def test_check_says_what_is_wrong(speaks: str, role: RoleName, program: str, said: str, tmp_path: Path) -> None:
    """What came is shown, and what is wrong with it is said in words: no head, no code, no end, an acknowledgment that refuses."""
    path = tmp_path / "program.py"
    path.write_text(program)
    done = check(tmp_path, speaks, role, str(path), timeout_s=2)
    assert said in done.stdout
    assert "Traceback" not in done.output


REJECTING = f"""
import re, sys
text = ""
for line in sys.stdin:
    text += line
    if line.startswith("IEA*"):
        control = re.search(r"GS\\*HC\\*[^*]*\\*[^*]*\\*[^*]*\\*[^*]*\\*([0-9]+)", text)[1]
        print("{ISA}GS*FA*P*S*20260101*0900*1*X*005010X231A1~ST*999*0001*005010X231A1~AK1*HC*" + control + "*005010X223A2~"
              "AK2*837*0001~IK3*SV2*21**8~IK4*2:1*C003*7~IK5*R~AK9*R*1*1*0~SE*8*0001~GE*1*1~IEA*1*000000001~", flush=True)
        text = ""
"""


@pytest.mark.slow
def test_check_says_what_an_acknowledgment_rejects(tmp_path: Path) -> None:
    """A 999 that rejects is read as a denial of every line; that it is no edit, and what it finds fault with, is said."""
    path = tmp_path / "program.py"
    path.write_text(REJECTING)
    done = check(tmp_path, "x12", "editor", str(path))
    assert "line 1: deny" in done.stdout
    assert "note: a 999 finds fault with segment SV2, number 21 of its transaction (IK304 8)" in done.stdout
    assert "note: a 999 rejects what was sent (AK901 R): every line is read as denied" in done.stdout
