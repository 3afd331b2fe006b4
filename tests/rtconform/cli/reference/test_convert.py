"""`rtconform convert`: what goes into another format and comes back decides the same, and what is lost is said."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from rtconform.cli.main import cli
from rtconform.formats.names import name_of
from rtconform.generators.suites.registry import any_suite
from rtconform.jobs.conversions import NAMES
from rtconform.reference.documents.claim import Claim, Disposition, DispositionLine
from rtconform.reference.documents.wire import decode, encode
from rtconform.reference.editor.editor import adjudicate
from tests.formats.test_x12_claims import pyx12_accepts
from tests.helpers.command import rtconform

CLAIMS = 60


def convert(*arguments: object) -> Result:
    """The command."""
    return CliRunner().invoke(cli, ["convert", *map(str, arguments)])


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Claim]]:
    """A file of claims, and the claims."""
    suite = any_suite("edits-claim")
    found = [question for index in range(CLAIMS) if isinstance(question := suite.case(index, 1).question, Claim)]
    path = tmp_path_factory.mktemp("convert") / "claims.jsonl"
    path.write_bytes(b"".join(encode(claim) + b"\n" for claim in found))
    return path, found


def test_claims_go_to_837_and_come_back(claims: tuple[Path, list[Claim]], tmp_path: Path) -> None:
    """Each claim that an 837 can say comes back deciding the same; the others are named, and the exit code says so."""
    path, asked = claims
    there = convert(path, "--to", "x12", "--out", tmp_path / "claims.837", "--losses", tmp_path / "losses.txt")
    told = (tmp_path / "losses.txt").read_text().splitlines()
    refused = {line.partition(": not written: ")[0] for line in told if ": not written: " in line}
    back = convert(tmp_path / "claims.837", "--to", "json", "--out", tmp_path / "back.jsonl")
    assert (0, 1 if refused else 0) == (back.exit_code, int(there.exception is not None and bool(str(there.exception))))
    came = {one["id"]: one for one in map(json.loads, (tmp_path / "back.jsonl").read_text().splitlines())}
    assert {name_of(claim.id, NAMES) for claim in asked if claim.id not in refused} == set(came)
    lost = {line.partition(": lost: ")[0] for line in told if ": lost: stay" in line}
    for claim in asked:
        if claim.id not in refused | lost:
            again = json.loads(CliRunner().invoke(cli, ["edit"], input=json.dumps(came[name_of(claim.id, NAMES)])).stdout)
            due = [line.disposition for line in adjudicate(claim).lines]
            assert due == [line["disposition"] for line in again["lines"]], claim.id


def test_dispositions_go_to_835_and_come_back(claims: tuple[Path, list[Claim]], tmp_path: Path) -> None:
    """What is done with each line, and the reason code, comes back from an 835; categories are told as lost."""
    path, asked = claims
    made = {}
    for claim in asked:
        lines = [DispositionLine(one.number, one.disposition, one.category, one.carc) for one in adjudicate(claim).lines]
        made[claim.id] = Disposition(claim.id, tuple(lines))
    (tmp_path / "said.jsonl").write_bytes(b"".join(encode(one) + b"\n" for one in made.values()))
    there = convert(tmp_path / "said.jsonl", "--to", "x12", "--claims", path, "--out", tmp_path / "said.835")
    assert 0 == there.exit_code, there.exception
    assert "lines.category: not in an 835" in there.stderr
    back = convert(tmp_path / "said.835", "--to", "json", "--claims", path)
    assert 0 == back.exit_code, back.exception
    came = {
        one["id"]: [(line["number"], line["disposition"]) for line in one["lines"]]
        for one in map(json.loads, back.stdout.splitlines())
    }
    assert {name: [(line.number, line.disposition) for line in one.lines] for name, one in made.items()} == came


def test_claims_go_to_fhir_and_come_back(claims: tuple[Path, list[Claim]], tmp_path: Path) -> None:
    """Each claim comes back equal under the name that it went out under, and from FHIR into an 837 as from JSON."""
    path, asked = claims
    there = convert(path, "--to", "fhir", "--out", tmp_path / "claims.ndjson")
    assert 0 == there.exit_code, there.exception
    back = convert(tmp_path / "claims.ndjson", "--to", "json")
    assert [replace(claim, id=name_of(claim.id, NAMES)) for claim in asked] == [
        decode(line.encode(), Claim) for line in back.stdout.splitlines()
    ]
    by_json, by_fhir = (convert(one, "--to", "x12") for one in (path, tmp_path / "claims.ndjson"))
    assert by_json.stdout == by_fhir.stdout != ""


def test_dispositions_go_to_fhir_and_come_back(claims: tuple[Path, list[Claim]], tmp_path: Path) -> None:
    """What is done with each line and the reason code come back from ClaimResponses, in a file a line or in a Bundle."""
    path, asked = claims
    lines = {
        claim.id: [DispositionLine(one.number, one.disposition, None, one.carc) for one in adjudicate(claim).lines]
        for claim in asked
    }
    made = [Disposition(name, tuple(found)) for name, found in lines.items()]
    (tmp_path / "said.jsonl").write_bytes(b"".join(encode(one) + b"\n" for one in made))
    there = convert(tmp_path / "said.jsonl", "--to", "fhir", "--claims", path, "--out", tmp_path / "said.ndjson")
    assert 0 == there.exit_code, there.exception
    responses = [json.loads(line) for line in (tmp_path / "said.ndjson").read_text().splitlines()]
    bundle = {"resourceType": "Bundle", "entry": [{"resource": one} for one in responses]}
    (tmp_path / "said.json").write_text(json.dumps(bundle, indent=1))
    for name in ("said.ndjson", "said.json"):
        back = convert(tmp_path / name, "--to", "json", "--claims", path)
        assert made == [decode(line.encode(), Disposition) for line in back.stdout.splitlines()]
    done = convert(tmp_path / "said.ndjson", "--to", "x12", "--claims", path)
    assert "FHIR can only be converted to json" in str(done.exception)


def test_a_response_of_which_no_claim_is_there_is_named(claims: tuple[Path, list[Claim]], tmp_path: Path) -> None:
    """It is not written, and the exit code says so."""
    (tmp_path / "said.ndjson").write_text('{"resourceType":"ClaimResponse","outcome":"complete","identifier":[{"value":"X1"}]}\n')
    done = convert(tmp_path / "said.ndjson", "--to", "json", "--claims", claims[0])
    assert "X1: not written: its claim is not among those of --claims" in done.stderr
    assert "could not be written as json" in str(done.exception)


def _envelope(code: str, guide: str, *body: str) -> bytes:
    return (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYER':15}*ZZ*{'SUBMITTER':15}*260101*0900*^*00501*000000001*0*T*:~"
        f"GS*FA*A*B*20260101*0900*1*X*{guide}~ST*{code}*0001~{''.join(f'{line}~' for line in body)}"
        f"SE*{len(body) + 2}*0001~GE*1*1~IEA*1*000000001~"
    ).encode()


def test_dispositions_go_to_277ca_and_come_back(claims: tuple[Path, list[Claim]], tmp_path: Path) -> None:
    """A 277CA says which lines are sent back: a bundle comes back as a denial, reason codes are told as lost, none is held.

    pyx12 accepts each of them.
    """
    path, asked = claims
    made = {}
    for claim in asked:
        lines = [DispositionLine(one.number, one.disposition, None, one.carc) for one in adjudicate(claim).lines]
        made[claim.id] = Disposition(claim.id, tuple(lines))
    lines = [DispositionLine(line.number, "review") for line in asked[0].lines]
    made[asked[0].id] = Disposition(asked[0].id, tuple(lines))
    held = {case_id for case_id, one in made.items() if any(line.disposition == "review" for line in one.lines)}
    (tmp_path / "d.jsonl").write_bytes(b"".join(encode(one) + b"\n" for one in made.values()))
    there = convert(tmp_path / "d.jsonl", "--to", "277ca", "--claims", path, "--out", tmp_path / "d.277")
    assert "lines.carc: not in a 277CA" in there.stderr
    assert held == set(re.findall(r"^(\S+): not written: a 277CA takes a claim in or sends it back", there.stderr, re.MULTILINE))
    back = convert(tmp_path / "d.277", "--to", "json", "--claims", path)
    came = {one["id"]: [line["disposition"] for line in one["lines"]] for one in map(json.loads, back.stdout.splitlines())}
    sent = {"allow": "allow", "deny": "deny", "bundle": "deny"}
    due = {one.id: [sent[line.disposition] for line in one.lines] for one in made.values() if one.id not in held}
    assert due == came
    messages = re.findall(rb"ISA\*.*?IEA\*[^~]*~", (tmp_path / "d.277").read_bytes(), re.DOTALL)
    assert len(due) == len(messages)
    assert [] == [message for message in messages[::6] if not pyx12_accepts(message)]


def test_an_835_is_no_disposition_for_a_277ca(claims: tuple[Path, list[Claim]], tmp_path: Path) -> None:
    """X12 goes into another X12 message by way of JSON, and the error says so."""
    (tmp_path / "a.835").write_text(
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260101*0900*^*00501*1*0*T*:~ST*835*1~"
    )
    done = convert(tmp_path / "a.835", "--to", "277ca", "--claims", claims[0])
    assert 2 == done.exit_code or done.exception is not None
    assert "X12 can only be converted to json; convert it to json first" in done.stderr + str(done.exception)


@pytest.mark.parametrize("own", ["AB-12", "a.b_c", "own:1", "x" * 21])
def test_a_claim_is_called_the_same_in_its_837_and_its_835(own: str, claims: tuple[Path, list[Claim]], tmp_path: Path) -> None:
    """What the 837 calls the claim, the 835 does: they can be laid beside each other."""
    claim = replace(claims[1][0], id=own)
    (tmp_path / "claims.jsonl").write_bytes(encode(claim) + b"\n")
    lines = tuple(DispositionLine(line.number, "allow") for line in claim.lines)
    (tmp_path / "said.jsonl").write_bytes(encode(Disposition(own, lines)) + b"\n")
    asked = convert(tmp_path / "claims.jsonl", "--to", "x12").stdout
    said = convert(tmp_path / "said.jsonl", "--to", "x12", "--claims", tmp_path / "claims.jsonl").stdout
    assert re.findall(r"CLM\*([^*]+)\*", asked) == re.findall(r"CLP\*([^*]+)\*", said) != []


def test_a_999_speaks_of_the_claim_whose_group_it_names(claims: tuple[Path, list[Claim]], tmp_path: Path) -> None:
    """The group that a claim went out in is its claim; another group's is named as such, and the exit code says so."""
    claim = claims[1][0]
    (tmp_path / "claims.jsonl").write_bytes(encode(claim) + b"\n")
    (group,) = re.findall(r"GS(?:\*[^*]*){5}\*([^*]+)", convert(tmp_path / "claims.jsonl", "--to", "x12").stdout)
    for number, said in ((group, '"disposition":"deny"'), ("987654321", "group 987654321: not written")):
        (tmp_path / "ack.999").write_bytes(_envelope("999", "005010X231A1", f"AK1*HC*{number}", "IK5*R", "AK9*R*1*1*0"))
        done = convert(tmp_path / "ack.999", "--to", "json", "--claims", tmp_path / "claims.jsonl")
        assert said in done.stdout + done.stderr


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\n"])
def test_what_stands_before_the_first_segment_is_passed_over(
    before: bytes, claims: tuple[Path, list[Claim]], tmp_path: Path
) -> None:
    """A byte order mark and blank lines before an 835 change nothing."""
    claim = replace(claims[1][0], id="own1")
    (tmp_path / "claims.jsonl").write_bytes(encode(claim) + b"\n")
    lines = tuple(DispositionLine(line.number, "allow") for line in claim.lines)
    (tmp_path / "said.jsonl").write_bytes(encode(Disposition(claim.id, lines)) + b"\n")
    plain = convert(tmp_path / "said.jsonl", "--to", "x12", "--claims", tmp_path / "claims.jsonl").stdout.encode()
    found = []
    for name, content in (("plain.835", plain), ("marked.835", before + plain)):
        (tmp_path / name).write_bytes(content)
        done = convert(tmp_path / name, "--to", "json", "--claims", tmp_path / "claims.jsonl")
        decided = CliRunner().invoke(cli, ["edit", str(tmp_path / "claims.jsonl"), "--decided", str(tmp_path / name)])
        found.append((done.exit_code, done.stdout, decided.exit_code, decided.stdout))
    assert (0, 0) == (found[0][0], found[0][2])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        ("hello", ("--to", "x12"), "neither X12 nor FHIR nor JSON Lines of rtconform"),
        ('{"schema":"rtconform.result/1"}', ("--to", "x12"), "documents 'rtconform.result/1' can't be converted"),
        ('{"schema":"rtconform.claim/1"}', ("--to", "json"), "already holds json"),
        ('{"schema":"rtconform.disposition/1"}', ("--to", "x12"), "give the claims too, with --claims FILE"),
        ('{"resourceType":"Patient"}', ("--to", "json"), "no Claim or ClaimResponse among its resources"),
        ('{"resourceType":"ClaimResponse"}', ("--to", "json"), "give the claims too, with --claims FILE"),
        ('{"resourceType":"Claim"}', ("--to", "fhir"), "already holds fhir"),
        (
            "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260101*0900*^*00501*1*0*T*:~ST*270*1~",
            ("--to", "json"),
            "X12 transaction '270'",
        ),
    ],
)
def test_what_is_refused(content: str, arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """What can't be converted is refused in words, and nothing is written."""
    (tmp_path / "given").write_text(content)
    found = convert(tmp_path / "given", *arguments, "--out", tmp_path / "out")
    assert said in str(found.exception)
    assert not (tmp_path / "out").exists()


def test_nothing_is_overwritten(claims: tuple[Path, list[Claim]], tmp_path: Path) -> None:
    """A file that is there already stays."""
    (tmp_path / "out").write_text("mine")
    assert "exists already" in str(convert(claims[0], "--to", "x12", "--out", tmp_path / "out").exception)
    assert "mine" == (tmp_path / "out").read_text()


def test_what_no_claim_has_is_said_of_the_file(tmp_path: Path) -> None:
    """A note on a transaction that holds no claim of ours begins with the file's name, not with the empty name of a claim."""
    old = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *040310*0900*U*00401*000000007*0*P*:~\n"
    old += "GS*HC*A*B*20040310*0900*7*X*004010X098A1~\nST*837*1*004010X098A1~\nCLM*A*1~\nSE*3*1~\nGE*1*7~\nIEA*1*000000007~\n"
    path = tmp_path / "old.837"
    path.write_text(old)
    done = rtconform("convert", path, "--to", "json")
    assert 2 == done.returncode
    assert f"{path}: not written: segment 3 (ST): guide '004010X098A1' is neither 837P" in done.stderr
