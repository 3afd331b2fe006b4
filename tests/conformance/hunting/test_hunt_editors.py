"""The hunt for claim editors: planted faults are found, named, and shown by a claim from which nothing more can be taken."""

import asyncio
import json
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from rtconform.cli.main import cli
from rtconform.conformance.editor import role as editors
from rtconform.conformance.editor.faults import CATALOGUE, EDITOR_FAULTS
from rtconform.conformance.editor.faulty import FaultyEditor
from rtconform.conformance.editor.size import size_of_claim as size_of
from rtconform.conformance.editor.smaller import smaller_claims
from rtconform.conformance.hunted import Hunted
from rtconform.conformance.hunting.hunt import hunt, smallest
from rtconform.conformance.known_faults import fitting
from rtconform.conformance.vendors.file import load_vendor
from rtconform.generators.hypothesis.claim_edges import claim_edges
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteClaim, cases
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.errors import DocumentError
from tests.helpers import VENDORS

SAMPLE = VENDORS / "sample_editor" / "vendor.toml"
EFFORT = 40

Shape = tuple[int, int, bool]
"""Lines, units, and whether the claim brings its record."""

EDITOR = """
import json
from rtconform.conformance.editor.faults import EDITOR_FAULTS
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.wire import decode, encode

def edit(claim):
    return encode(EDITOR_FAULTS[{fault!r}].edit(decode(json.dumps(claim).encode(), Claim))).decode()
"""


def faulty(fault: str, folder: Path) -> Path:
    """A vendor file for the editor of that fault, called in this process."""
    module = f"faulty_{fault.replace('-', '_')}"
    (folder / f"{module}.py").write_text(EDITOR.format(fault=fault))
    path = folder / "vendor.toml"
    path.write_text(
        f'[vendor]\nname = "V"\nversion = "1"\nrole = "editor"\n[adapter]\nkind = "python"\ncallable = "{module}:edit"\n'
    )
    return path


@cache
def sample() -> Hunted:
    """A hunt for the sample editor."""
    return hunt(load_vendor(SAMPLE), effort=EFFORT)


def shapes(found: Hunted) -> dict[str, Shape]:
    """The size of each smallest claim by its cause."""
    claims = {each.cause.id: each.question for each in found.found}
    return {
        cause: (len(claim.lines), sum(line.units for line in claim.lines), claim.treatment is not None)
        for cause, claim in claims.items()
        if isinstance(claim, Claim)
    }


@pytest.mark.slow
def test_the_sample_editors_faults_are_found() -> None:
    """Three false denials and two misses, exactly these, each by one line, with the record only where it is needed."""
    assert {
        "false-denial/place-not-covered-carc-5": (1, 1, False),
        "false-denial/one-site-one-isocenter-carc-150": (1, 1, True),
        "false-denial/duplicate-service-carc-18": (1, 2, False),
        "missed/deleted-g6015": (1, 1, False),
        "missed/upcoded-surface": (1, 1, True),
    } == shapes(sample())
    assert "nothing_new" == sample().ended
    assert all(each.stable for each in sample().found)


def test_they_have_names() -> None:
    """By the catalogue of editors where one fits all that was asked, else by what was put into the claim."""
    names = {each.cause.id: each.fault.id for each in sample().found if each.fault}
    assert {
        "false-denial/place-not-covered-carc-5": "stops-26-in-hospitals",
        "missed/deleted-g6015": "deleted-g6015",
        "missed/upcoded-surface": "upcoded-surface",
    } == names


def test_the_smallest_record_shows_the_fault_and_nothing_else() -> None:
    """Two isocenters with a beam each for one of them; a surface camera and no other guidance."""
    records = {each.cause.id: each.question.treatment for each in sample().found if isinstance(each.question, Claim)}
    isocenters = records["false-denial/one-site-one-isocenter-carc-150"]
    assert isocenters is not None
    assert (1, 2, 2, 1) == (
        len(isocenters.plans),
        len(isocenters.isocenters),
        len(isocenters.plans[0].beams),
        len(isocenters.sessions),
    )
    surface = records["missed/upcoded-surface"]
    assert surface is not None
    assert [["surface"]] == [[act.method for act in session.guidance] for session in surface.sessions]


KNOWN = {
    "overlooks-code-deleted": (1, 1, False),
    "overlooks-packaged-service": (1, 1, False),
    "overlooks-delivery-repeated": (2, 2, False),
    "overlooks-guidance-not-approved": (1, 1, True),
    "overlooks-session-not-delivered": (1, 1, True),
    "stops-breath-hold": (1, 1, True),
    "stops-26-off-campus": (1, 1, False),
    "stops-second-session": (2, 2, False),
    "stops-repeat-modifiers": (1, 1, False),
}
"""Faulty editors of the catalogue, and the size of the smallest claim that shows each."""


@pytest.mark.slow
@pytest.mark.parametrize("fault", KNOWN)
def test_a_faulty_editor_is_one_fault_by_its_name(fault: str, tmp_path: Path) -> None:
    """However many causes it shows as, they are found as one fault, by name, each with as small a claim as can be."""
    found = hunt(load_vendor(faulty(fault, tmp_path)), effort=EFFORT)
    assert [fault] == [group[0].fault.id if group[0].fault else group[0].cause.id for group in found.faults]
    assert KNOWN[fault] == min(shapes(found).values())


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    """A correct editor is asked through the whole effort."""
    found = hunt(load_vendor(SAMPLE.parent.parent / "correct_editor" / "vendor.toml"), effort=EFFORT)
    assert ((), "nothing_new") == (found.found, found.ended)


@pytest.mark.slow
def test_what_is_found_is_a_suite_that_can_be_run(tmp_path: Path) -> None:
    """Exit 1, claims written byte for byte, and a run on them shows each fault again; the words are those of claims."""
    vendor = faulty("stops-units", tmp_path)
    out = tmp_path / "found.jsonl"
    printed = CliRunner().invoke(cli, ["hunt", str(vendor), "--effort", "20", "--out", str(out)])
    assert 1 == printed.exit_code, printed.output
    assert "1 fault in 2 kinds; " in printed.output
    assert "claims asked; the last 20 claims drawn showed nothing new" in printed.output
    replayed = any_suite(str(out))
    assert ("hunt", "claim") == (replayed.name, replayed.asks)
    assert out.read_bytes().splitlines() == [replayed.case(index, 1).wire for index in range(replayed.size(None))]
    summary = asyncio.run(run_to_folder(plan_run(vendor, [str(out)], seed=1), tmp_path / "run", resume=False))
    assert 1 == summary.exit_code
    results = [json.loads(line) for line in (tmp_path / "run" / "results.jsonl").read_text().splitlines()]
    assert {"fail"} == {result["verdict"] for result in results}


def test_a_case_among_claims_is_told_by_its_line(tmp_path: Path) -> None:
    """The first line says what a file holds: another kind below it is a fault of that line."""
    out = tmp_path / "mixed.jsonl"
    out.write_bytes(b"\n".join(any_suite(name).case(0, 1).wire for name in ("edits-claim", "published")))
    with pytest.raises(DocumentError, match=r"mixed\.jsonl:2: "):
        any_suite(str(out))


@settings(max_examples=40)
@given(claim_edges())
def test_taken_apart_a_claim_keeps_what_is_shown(asked: SuiteClaim) -> None:
    """As many lines are stopped as there were, and with anything less there would be fewer."""

    def stopped(claim: Claim) -> int:
        return sum(line.disposition != "allow" for line in adjudicate(claim).lines)

    def shows(claim: Case | Claim) -> bool:
        return isinstance(claim, Claim) and stopped(claim) >= stopped(asked.claim)

    least = smallest(editors.EDITOR, asked.claim, shows=shows)
    assert shows(least)
    assert isinstance(least, Claim)
    assert size_of(least) <= size_of(asked.claim)
    assert not any(map(shows, smaller_claims(least)))
    assert [*range(1, len(least.lines) + 1)] == [line.number for line in least.lines]


def wrongly_stops(fault: FaultyEditor, claim: Claim) -> bool:
    """Whether that editor denies a line that is to be allowed."""
    lines = zip(adjudicate(claim).lines, fault.edit(claim).lines, strict=True)
    return any((due.disposition, came.disposition) == ("allow", "deny") for due, came in lines)


def test_the_narrower_of_two_faults_comes_first() -> None:
    """An editor that stops 77387-26 off campus would be explained by three faults: first by the one that says least."""
    off_campus = EDITOR_FAULTS["stops-26-off-campus"]
    claims = (entry.claim for entry in cases(any_suite("edits-claim"), 1) if isinstance(entry, SuiteClaim))
    shown = next(claim for claim in claims if claim.place_of_service == "19" and wrongly_stops(off_campus, claim))
    found = fitting([(shown, off_campus.edit(shown))], CATALOGUE)
    assert ["stops-26-off-campus", "stops-26-in-hospitals", "stops-26"] == [fault.id for fault in found][:3]
