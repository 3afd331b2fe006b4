"""Suite `respelled`: each case says the same as its twin in another way, and every correct coder answers it alike."""

import importlib.util
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rtconform.generators.randomness import draw_for
from rtconform.generators.suites.registry import suite_of_id
from rtconform.generators.suites.respelled.laws import document_of, laws
from rtconform.generators.suites.respelled.places import holders, objects
from rtconform.generators.suites.respelled.suite import RESPELLED
from rtconform.generators.suites.suite import SuiteCase, cases
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Case, duplicate_ids
from rtconform.reference.documents.wire import decode, encode

SEEDS = (1, 20260411)
ADDED = "beside"
"""The id of a session that a law puts beside those of the plain case."""

Lines = Counter[tuple[int, str, tuple[str, ...], int]]


def second_coder() -> Any:
    """The second implementation, written from the rules alone."""
    path = Path(__file__).parents[2] / "vendors" / "correct" / "coder.py"
    spec = importlib.util.spec_from_file_location("second_coder", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SECOND = second_coder()


def places(case: Case) -> dict[str, int]:
    """The sessions of the case by the order in which they start: a name that no law changes."""
    own = sorted((session for session in case.sessions if session.id != ADDED), key=lambda session: session.started_at)
    return {session.id: number for number, session in enumerate(own)}


def lines(case: Case, of: Any) -> Lines:
    """Lines by the session that they are for; a line for a session that a law added fails."""
    named = places(case)
    return Counter((named[line.session], line.code, line.modifiers, line.units) for line in of)


def answer_of_the_reference(case: Case) -> tuple[str, Lines, list[Any]]:
    """Outcome, lines and accepted alternatives."""
    coding = code(case)
    others = [(other.rule, other.outcome, sorted(lines(case, other.lines).items())) for other in coding.alternatives]
    return coding.outcome, lines(case, coding.lines), sorted(others)


def answer_of_the_second(case: Case, document: bytes) -> tuple[str, Lines]:
    """Outcome and lines that the second implementation reads out of the bytes."""
    answered = SECOND.code(json.loads(document))
    named = places(case)
    due = Counter((named[one["session"]], one["code"], tuple(one["modifiers"]), one["units"]) for one in answered["lines"])
    return answered["outcome"], due


def plain(entry: SuiteCase) -> SuiteCase:
    """The twin, asked of its own suite by its id."""
    assert entry.twin is not None
    suite = suite_of_id(entry.twin)
    twin = suite.case(*suite.index_of(entry.twin))
    assert isinstance(twin, SuiteCase)
    return twin


@pytest.mark.parametrize("seed", SEEDS)
def test_the_answer_is_that_of_the_plain_case(seed: int) -> None:
    """The reference and the second implementation answer each spelling as they answer its twin, alternatives too."""
    for entry in cases(RESPELLED, seed):
        twin = plain(entry)
        expected = answer_of_the_reference(twin.case)
        assert expected == answer_of_the_reference(entry.case), entry.title
        assert expected[:2] == answer_of_the_second(entry.case, entry.wire), entry.title
        assert expected[:2] == answer_of_the_second(twin.case, twin.wire), entry.title


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_sent_is_read_as_the_case(seed: int) -> None:
    """The bytes are one line, our own reader reads them as the case, and no two parts of it share an id."""
    for entry in cases(RESPELLED, seed):
        assert entry.sound
        assert b"\n" not in entry.wire
        assert entry.case == decode(entry.wire, Case)
        assert [] == list(duplicate_ids(entry.case))


def test_it_is_not_the_plain_way() -> None:
    """Every case differs from its twin: by its bytes alone, where its law is about bytes."""
    for entry, law in zip(cases(RESPELLED, 1), laws() * 8, strict=True):
        twin = plain(entry)
        as_twin = json.loads(encode(twin.case)) | {"id": entry.id}
        assert law.of_bytes == (entry.writing is not None)
        assert json.dumps(as_twin, ensure_ascii=False, separators=(",", ":")).encode() != entry.wire


def test_a_law_writes_a_case_under_other_ids_alike() -> None:
    """A certifying run asks under other ids: the spelling of the renamed case differs from that of the case in the id alone."""
    for entry in cases(RESPELLED, 1):
        if entry.writing is None:
            continue
        other = decode(encode(entry.case).replace(encode(entry.id), b'"another"', 1), Case)
        assert other == decode(entry.writing(other), Case)
        assert entry.wire == entry.writing(entry.case)


def test_most_cases_are_coded() -> None:
    """What is coded shows more than what is outside: a reader that stops at the spelling fails to code."""
    outcomes = Counter(code(entry.case).outcome for entry in cases(RESPELLED, 1))
    assert outcomes["coded"] > 0.75 * outcomes.total()


def test_laws_have_names_and_reasons_of_their_own() -> None:
    """A law is told by its name; each says what differs and why the answer stays."""
    assert len(laws()) == len({law.id for law in laws()}) >= 90
    assert all(law.says and law.because for law in laws())


def test_positions_that_chain_are_not_delivered_in_another_order() -> None:
    """Where positions lie in a chain of less than 1 mm the order decides (ISO-CONTIGUOUS): the law leaves such a case alone."""
    redeliver = next(law for law in laws() if law.id == "delivery-reordered")
    base = next(entry.case for entry in cases(RESPELLED, 1) if len(entry.case.plans) == 1 and len(entry.case.plans[0].beams) > 1)
    document = document_of(base)
    beams = [beam["id"] for beam in document["plans"][0]["beams"]][:3]
    document["plans"][0]["beams"] = [{**document["plans"][0]["beams"][0], "id": f"B{n}", "isocenter": f"I{n}"} for n in range(3)]
    document["isocenters"] = [{"id": f"I{n}", "position_mm": [0.8 * n, 0.0, 0.0]} for n in range(3)]
    document["sessions"][0]["beams_delivered"] = ["B0", "B1", "B2"]
    chained = decode(json.dumps(document).encode(), Case)
    assert beams
    assert chained == redeliver.changed(chained, draw_for("test", "1", 1, 1))


def test_paths_lead_to_every_place() -> None:
    """`[]` is every item of a list; what is null or absent holds nothing."""
    document = {"plans": [{"planning": {"targets": ["a"]}}, {"planning": None}, {}]}
    assert [({"targets": ["a"]}, "targets")] == list(holders(document, "plans[].planning.targets"))
    assert document["plans"] == list(objects(document, "plans[]"))
    assert [document] == list(objects(document, "$"))
