"""`rtconform edit` on a user's own files: 837 as clearing houses send them, a folder of them, and what is wrong with some."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from rtconform.cli.main import cli
from rtconform.formats.fhir.claims.claim_writer import bundle_of_claim, write_claim
from rtconform.formats.fhir.claims.disposition_writer import write_disposition
from rtconform.formats.x12.answers import read_disposition
from rtconform.formats.x12.claim_writer import write_claims
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.reference.documents.claim import Claim, Disposition, DispositionLine
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.errors import UserError

Run = Callable[..., Result]

HEAD = (
    "ISA*00*          *00*          *ZZ*CLEARING       *ZZ*PAYER          *260310*0900*^*00501*000000007*0*P*>~\n"
    "GS*HC*CLEARING*PAYER*20260310*0900*7*X*005010X222A1~\n"
)
BEGIN = "ST*837*{0}*005010X222A1~\nBHT*0019*00*{0}*20260310*0900*CH~\nHL*1**20*1~\nNM1*85*2*GROUP*****XX*1000000038~\n"
SUBSCRIBER = (
    "HL*2*1*22*0~\nSBR*P*18*******MB~\nNM1*IL*1*DOE*JO****MI*1EG4~\nDMG*D8*19500101*F~\nNM1*PR*2*NORIDIAN*****PI*01112~\n"
)
CLAIM = "CLM*{0}*100***22>B>1*Y*A*Y*Y~\nHI*ABK>C61~\n"
END = "SE*20*{0}~\n"


def line(number: int, service: str, charge: str = "100", units: str = "1", day: str = "20260309") -> str:
    """A line of a professional claim."""
    return f"LX*{number}~\nSV1*{service}*{charge}*UN*{units}***1~\nDTP*472*D8*{day}~\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `rtconform edit` on a text as a file."""

    def edited(text: str | bytes, *options: str) -> Result:
        path = tmp_path / "claims.837"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return CliRunner().invoke(cli, ["edit", str(path), *options])

    return edited


def claims(count: int) -> list[Claim]:
    """Professional claims of a suite that an 837 carries whole."""
    suite = any_suite("edits-claim")
    items = (suite.case(index, 1) for index in range(suite.size(None)))
    found = (replace(item.claim, id=f"C{index}") for index, item in enumerate(items) if isinstance(item, SuiteClaim))
    return [one for one in found if one.kind == "professional" and one.place_of_service and one.stay is None][:count]


def test_other_families_lines_are_passed_on(run: Run) -> None:
    """Real claims bill more than this family: such lines are allowed or passed on with a note, the others are edited."""
    text = HEAD + BEGIN.format("0001") + SUBSCRIBER + CLAIM.format("A1")
    text += line(1, "HC>77412") + line(2, "HC>99213") + line(3, "ER>ABC", "12.50") + line(4, "HC>77387>26") + END.format("0001")
    found = run(text)
    assert 0 == found.exit_code
    lines = json.loads(found.stdout)["lines"]
    assert [(1, "deny"), (2, "allow"), (4, "allow")] == [(one["number"], one["disposition"]) for one in lines]
    assert "line 3: 'ER:ABC' is not a CPT or HCPCS code: passed on" in found.stderr


def test_a_claim_of_another_family_is_passed_on(run: Run) -> None:
    """A claim without any CPT or HCPCS code is passed on with a note; nothing is wrong with the file."""
    text = HEAD + BEGIN.format("0001") + SUBSCRIBER + CLAIM.format("A1") + line(1, "ER>ABC") + CLAIM.format("A2")
    found = run(text + line(1, "HC>77412") + END.format("0001"), "--format", "table")
    assert 0 == found.exit_code
    rows = [row.split() for row in found.stdout.splitlines()[2:]]
    assert [["A1", "1", "ER:ABC", "passed", "on"], ["A2", "1", "77412"]] == [rows[0][:5], rows[1][:3]]


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ("\n \r\n", str),
        ("\ufeff", str),
        ("\ufeff\n", str),
        ("", lambda text: text.replace("HC>77412>59", "HC:77412:59").replace("22>B>1", "22:B:1").replace("ABK>", "ABK:")),
        ("", lambda text: text.replace("~\n", "\n")),
        ("", lambda text: text.replace("~\n", "~\r\n")),
        ("", lambda text: text.replace("~\n", "~")),
        ("", lambda text: text.replace("*", "|")),
        ("", lambda text: text.replace("X222A1", "X222A2")),
        ("", lambda text: text.replace("X222A1", "X222")),
    ],
    ids=[
        "blank lines",
        "BOM",
        "both",
        "another separator",
        "line ends",
        "CRLF",
        "one line",
        "bars",
        "A2",
        "no A",
    ],
)
def test_a_file_as_it_comes(before: str, change: Callable[[str], str], run: Run) -> None:
    """Whatever stands before ISA, however segments end and components are separated, the claim is the same."""
    text = HEAD + BEGIN.format("0001") + SUBSCRIBER + CLAIM.format("1") + line(1, "HC>77412>59") + END.format("0001")
    plain, found = run(text), run(before + change(text))
    assert (0, "") == (found.exit_code, found.stderr)
    due, came = json.loads(plain.stdout), json.loads(found.stdout)
    assert [(one["disposition"], one["category"]) for one in due["lines"]] == [
        (one["disposition"], one["category"]) for one in came["lines"]
    ]


MANY_LOOPS = (
    "NM1*87*2~\nN3*9 LOCKBOX~\nN4*SPRINGFIELD*IL*62701~\n"
    + SUBSCRIBER
    + "REF*G2*X1~\nCLM*{0}*300***22>B>1*Y*A*Y*Y*P*AA>>>IL~\nDTP*431*D8*20260101~\nPWK*OZ*BM***AC*DM1~\nCN1*02*10~\nAMT*F5*1~\n"
    "REF*F8*OLD~\nK3*STATE DATA~\nNTE*ADD*SEEN TWICE~\nCRC*E1*Y*L1~\nHI*ABK>C61*ABF>Z510~\nHCP*00*1~\n"
    "NM1*82*1*WHO*A****XX*1000000046~\nPRV*PE*PXC*363LA2200X~\nNM1*77*2*HOSPITAL*****XX*1000000012~\nN3*3 MAIN~\nN4*X*IL*62701~\n"
    "SBR*S*18*******CI~\nCAS*CO*45*1~\nAMT*D*1~\nOI***Y***Y~\nNM1*IL*1*OTHER*A****MI*ZZ9~\nDMG*D8*19010101*M~\nNM1*PR*2*OTHER PAYER*****PI*9~\n"
    "DTP*573*D8*20260201~\nREF*T4*Y~\nLX*1~\nSV1*HC>77412>>>>>A LABEL*100*UN*1.0*22**1>2**Y~\nPWK*CT*AB~\nDTP*472*RD8*20260309-20260309~\n"
    "MEA*TR*R1*1~\nREF*6R*1~\nAMT*T*1~\nK3*X~\nNTE*ADD*NOT A SESSION~\nHCP*00*1~\nLIN**N4*01234567891~\nCTP****2*UN~\n"
    "NM1*82*1*ELSE*B****XX*1000000061~\nPRV*PE*PXC*2085R0001X~\nSVD*9*1*HC>77412**1~\nCAS*CO*45*1~\nDTP*573*D8*20260301~\nFRM*1A*Y~\n"
)


def test_many_loops_change_nothing(run: Run) -> None:
    """Loops of other payers, pay-to addresses, attachments, notes and file information are passed over; what is theirs stays theirs."""
    text = HEAD + BEGIN.format("0001") + MANY_LOOPS.format("A1") + END.format("0001")
    bare = HEAD + BEGIN.format("0001") + SUBSCRIBER + CLAIM.format("A1") + line(1, "HC>77412") + END.format("0001")
    found = run(text)
    assert (0, "") == (found.exit_code, found.stderr)
    assert json.loads(run(bare).stdout)["profile"] == json.loads(found.stdout)["profile"]
    assert [(1, "deny")] == [(one["number"], one["disposition"]) for one in json.loads(found.stdout)["lines"]]


def test_several_interchanges_with_their_own_separators(run: Run) -> None:
    """Each ISA says how its interchange is written; the claims of all are read."""
    one = (
        HEAD
        + BEGIN.format("0001")
        + SUBSCRIBER
        + CLAIM.format("A1")
        + line(1, "HC>77412")
        + END.format("0001")
        + "GE*1*7~\nIEA*1*000000007~\n"
    )
    other = one.replace("A1", "A2", 9).replace(">", ":").replace("*", "|").replace("~\n", "'")
    assert ["A1", "A2", "A1"] == [json.loads(row)["id"] for row in run(one + other + one).stdout.splitlines()]


def test_a_damaged_claim_segment_costs_its_own_claim(run: Run) -> None:
    """Lines after a CLM that can't be read are nobody's, not those of the claim before."""
    bad = CLAIM.format("A2").replace("A2*100", "A2*\udcff\udcfe")
    text = HEAD + BEGIN.format("0001") + SUBSCRIBER + CLAIM.format("A1") + line(1, "HC>77387>26") + bad + line(1, "HC>77412")
    found = run((text + CLAIM.format("A3") + line(1, "HC>77387>26") + END.format("0001")).encode(errors="surrogateescape"))
    assert ["A1", "A3"] == [json.loads(row)["id"] for row in found.stdout.splitlines()]
    assert [1, 1] == [len(json.loads(row)["lines"]) for row in found.stdout.splitlines()]
    assert "claim 'A2': segment 17 (CLM): holds bytes that are not text" in str(found.exception)


def test_utf_16_is_told(run: Run) -> None:
    """A file that some editor saved as UTF-16 is refused with what to do."""
    assert "save it as UTF-8" in str(run(HEAD.encode("utf-16")).exception)


@pytest.mark.parametrize("guide", ["004010X098A1", "005010X224A2"])
def test_another_version_is_told(guide: str, run: Run) -> None:
    """Claims of version 4010 and of dentists are not read, and the message says which they are."""
    text = HEAD + BEGIN.format("0001") + SUBSCRIBER + CLAIM.format("A1") + line(1, "HC>77412") + END.format("0001")
    found = run(text.replace("005010X222A1", guide))
    assert f"guide {guide!r} is neither 837P (005010X222) nor 837I (005010X223)" in str(found.exception)


def test_a_damaged_segment_is_told_and_the_rest_goes_on(run: Run) -> None:
    """What is damaged is told by its position; it costs its own line, or its own claim, and nothing else."""
    text = HEAD + BEGIN.format("0001") + SUBSCRIBER + CLAIM.format("A1") + line(1, "HC>77412", units="x")
    text += line(2, "HC>77387>26", day="20261399") + CLAIM.format("A2") + line(1, "HC>77387>26") + END.format("0001")
    text += (
        "ST*270*0002~\nSE*2*0002~\n"
        + BEGIN.format("0003")
        + SUBSCRIBER
        + CLAIM.format("A3")
        + line(1, "HC>77412")
        + END.format("3")
    )
    found = run(text)
    assert isinstance(found.exception, UserError)
    told = found.stderr + str(found.exception)
    assert ["A2", "A3"] == [json.loads(row)["id"] for row in found.stdout.splitlines()]
    assert "segment 14 (LX), line 1: 77412: 'x' is not a whole number of units from 1 to 999" in told
    assert "segment 19 (DTP): '20261399' is not a date of service (CCYYMMDD)" in told
    assert "transaction 270 is not an 837: passed over" in told


def test_a_table_says_line_by_line_what_is_right(run: Run) -> None:
    """--format table has a row for each line, those passed on among them."""
    text = (
        HEAD
        + BEGIN.format("0001")
        + SUBSCRIBER
        + CLAIM.format("A1")
        + line(1, "HC>77412")
        + line(2, "N4>123")
        + END.format("0001")
    )
    rows = run(text, "--format", "table").stdout.splitlines()
    assert 4 == len(rows)
    assert ["A1", "1", "77412", "deny", "delivery_on_professional_claim", "5"] == rows[2].split()[:6]
    assert ["A1", "2", "N4:123", "passed", "on"] == rows[3].split()[:5]


def test_as_835_says_what_json_says(tmp_path: Path) -> None:
    """--as 835 is the remittance of a payer that decides as the reference does: read again, it says the same."""
    batch = claims(60)
    path = tmp_path / "claims.837"
    path.write_bytes(write_claims(batch))
    found = CliRunner().invoke(cli, ["edit", str(path), "--as", "835"])
    assert 0 == found.exit_code
    for claim in batch:
        whole = found.stdout_bytes
        alone = b"".join(part + b"IEA" + end for part, end in interchanges(whole) if b"*" + claim.id.encode() + b"*" in part)
        said = [one.disposition != "allow" for one in read_disposition(alone, claim).lines]
        assert [one.disposition != "allow" for one in adjudicate(claim).lines] == said


def interchanges(whole: bytes) -> list[tuple[bytes, bytes]]:
    """Each interchange of a file, cut at its IEA."""
    found = []
    for part in whole.split(b"ISA*")[1:]:
        begin, _, end = part.partition(b"IEA")
        found.append((b"ISA*" + begin, end))
    return found


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    """The files of a folder are read in the order of their names, 837 and JSON Lines alike."""
    batch = claims(6)
    (tmp_path / "b.837").write_bytes(write_claims(batch[:3]))
    (tmp_path / "a.x12").write_bytes(write_claims(batch[3:]).replace(b"\n", b""))
    (tmp_path / "readme.txt").write_text("nothing of ours")
    found = CliRunner().invoke(cli, ["edit", str(tmp_path)])
    assert [one.id for one in (*batch[3:], *batch[:3])] == [json.loads(row)["id"] for row in found.stdout.splitlines()]


def test_claims_in_fhir_are_edited_like_others(tmp_path: Path) -> None:
    """A Bundle a line, one Bundle of several Claims over many lines, on standard input and in a folder: each claim is edited."""
    batch = claims(4)
    due = [[line.disposition for line in adjudicate(claim).lines] for claim in batch]
    lines = b"".join(write_claim(claim) for claim in batch)
    entries = [entry for claim in batch for entry in bundle_of_claim(claim)["entry"]]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "claims.json").write_text(json.dumps({"resourceType": "Bundle", "entry": entries}, indent=1))
    (folder / "other.json").write_text("[1]")
    for found in (CliRunner().invoke(cli, ["edit"], input=lines), CliRunner().invoke(cli, ["edit", str(folder)])):
        assert 0 == found.exit_code, found.exception
        rows = [json.loads(row) for row in found.stdout.splitlines()]
        assert ([claim.id for claim in batch], due) == (
            [row["id"] for row in rows],
            [[line["disposition"] for line in row["lines"]] for row in rows],
        )


def test_what_a_payer_answered_in_fhir_is_laid_beside(tmp_path: Path) -> None:
    """--decided takes ClaimResponses: a line that is wrongly denied is a false denial."""
    claim = next(claim for claim in claims(20) if all(line.disposition == "allow" for line in adjudicate(claim).lines))
    (tmp_path / "claims.ndjson").write_bytes(write_claim(claim))
    denied = Disposition(claim.id, tuple(DispositionLine(line.number, "deny", None, "18") for line in claim.lines))
    (tmp_path / "said.ndjson").write_bytes(write_disposition(denied, claim))
    found = CliRunner().invoke(cli, ["edit", str(tmp_path / "claims.ndjson"), "--decided", str(tmp_path / "said.ndjson")])
    assert {("false_denial", "CARC 18")} == {(one["kind"], one["edit"]) for one in map(json.loads, found.stdout.splitlines())}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"resourceType":"Patient"}', "no Claim is among its resources (Patient); give resources of type Claim"),
        ('{"resourceType":"ClaimResponse"}', "--decided FILE"),
        ('{"resourceType":"Claim"}\n7\n', ":2: not a FHIR resource in JSON"),
    ],
)
def test_a_file_of_fhir_without_claims_is_refused_in_words(text: str, said: str, run: Run) -> None:
    """What is in it, and what to give."""
    assert said in str(run(text).exception)


def test_standard_input_may_be_an_837() -> None:
    """Without a file, what comes on standard input is recognised."""
    batch = claims(2)
    found = CliRunner().invoke(cli, ["edit"], input=write_claims(batch))
    assert [one.id for one in batch] == [json.loads(row)["id"] for row in found.stdout.splitlines()]


@pytest.mark.parametrize("text", ["ISA*", HEAD, "ISA*00*~~~~", HEAD + "ST*835*0001~\nSE*2*0001~\n"])
def test_a_file_without_claims_is_refused_in_words(text: str, run: Run) -> None:
    """A file of X12 in which no claim is says so."""
    found = run(text)
    assert isinstance(found.exception, UserError)
    assert "no claim is in it" in str(found.exception)


def test_a_suite_as_837_says_what_it_says_as_json() -> None:
    """`generate --as 837` writes each claim that an 837 carries, and names the others."""
    found = CliRunner().invoke(cli, ["generate", "edits-claim", "--as", "837"])
    edited = CliRunner().invoke(cli, ["edit"], input=found.stdout_bytes)
    left_out = [row for row in found.stderr.splitlines() if ": not written: " in row]
    assert 0 == edited.exit_code
    assert any_suite("edits-claim").size(None) == len(edited.stdout.splitlines()) + len(left_out)
    assert left_out


def test_cases_are_not_claims() -> None:
    """A suite of cases can't be written as 837, and says so."""
    found = CliRunner().invoke(cli, ["generate", "boundaries", "--as", "837"])
    assert "is a case: only claims are written as 837" in str(found.exception)


@pytest.mark.parametrize("code", ["835", "277", "999"])
def test_what_says_what_becomes_of_claims_is_no_file_of_claims(code: str, run: Run) -> None:
    """An answer in place of claims is refused, and it is said which commands take it."""
    found = run(HEAD + f"ST*{code}*1~\nSE*2*1~\nGE*1*7~\nIEA*1*000000007~\n")
    assert isinstance(found.exception, UserError)
    assert f"transaction {code} is not an 837: passed over" in str(found.exception)
    assert "rtconform edit CLAIMS --decided FILE, or rtconform convert FILE --claims CLAIMS" in str(found.exception)
