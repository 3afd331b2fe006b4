"""Suite `invalid`: every document is one that no coder may code, made from a case that every coder can."""

import json
from typing import Any

import pytest

from rtconform.generators.suites.invalid import INVALID
from rtconform.generators.suites.invalid_flaws import FLAWS
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Case, duplicate_ids
from rtconform.reference.documents.wire import decode, encode
from rtconform.reference.errors import DocumentError

ENTRIES = list(cases(INVALID, 1))


@pytest.mark.parametrize("place", range(len(FLAWS)), ids=[flaw.slug for flaw in FLAWS])
def test_nobody_could_code_it(place: Any) -> None:
    """Our own reader of one document a line, as a coder is sent them, refuses it, or the reference sends it back: every flaw, every treatment."""
    for entry in ENTRIES[place :: len(FLAWS)]:
        assert not entry.sound
        assert FLAWS[place].title == entry.title
        try:
            case = decode(entry.wire, Case, entry.case.id)
        except DocumentError:
            continue
        assert list(duplicate_ids(case)) or code(case).outcome == "needs_review"


def test_without_its_flaw_it_would_be_billed() -> None:
    """The case that a document was made from is sound, and there is something to bill for it."""
    for entry in ENTRIES:
        coding = code(entry.case)
        assert ("coded", True) == (coding.outcome, bool(coding.lines))


def test_every_document_is_one_line_and_differs_from_the_sound_one() -> None:
    """In a file of JSON Lines each document stands on a line of its own, also one that is not JSON."""
    for entry in ENTRIES:
        assert entry.wire != encode(entry.case)
        assert b"\n" not in entry.wire
        assert b"\r" not in entry.wire


def test_an_answer_can_name_its_case() -> None:
    """Where a document is JSON with an id at all, the id is that of the case."""
    named = []
    for entry in ENTRIES:
        try:
            document = json.loads(entry.wire)
        except ValueError:
            continue
        if isinstance(document, dict):
            named.append(document["id"] == entry.case.id)
    assert all(named)
    assert len(named) > 0.9 * len(ENTRIES)


def test_flaws_have_names_of_their_own() -> None:
    """A flaw is told by its name, and there are many."""
    assert len(FLAWS) == len({flaw.slug for flaw in FLAWS}) >= 70
