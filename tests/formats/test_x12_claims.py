"""Claims written as 837 and read again; every message of every suite that an 837 can express, held by two validators of others."""

import io
import logging
import os
from collections.abc import Iterator
from typing import Any, cast

import pytest
import pyx12.params
import pyx12.x12n_document
from msgspec.structs import replace
from x12sdk.io import X12ModelReader

from rtconform.conformance.editor.role import EDITOR
from rtconform.conformance.runs.expressible import inexpressible, lost_fields
from rtconform.formats.messages import Inexpressible
from rtconform.formats.settings import FormatSettings
from rtconform.formats.x12.claim_reader import read_claims
from rtconform.formats.x12.claim_writer import MOST_IN_BATCH, write_claims
from rtconform.formats.x12.segments import segments_of
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.reference.documents.claim import Claim

SUITES = ("edits-claim", "edits-documented", "edits-national")


def claims(name: str) -> Iterator[Claim]:
    """The claims of a suite under ids that an 837 can carry."""
    suite = any_suite(name)
    for index in range(suite.size(None)):
        item = suite.case(index, 1)
        assert isinstance(item, SuiteClaim)
        yield replace(item.claim, id=f"C{index:010}")


def expressible(name: str) -> list[tuple[Claim, bytes]]:
    """The claims of a suite that an 837 can say, each with its message."""
    found = []
    for claim in claims(name):
        try:
            found.append((claim, write_claims([claim], session_notes=True)))
        except Inexpressible:
            continue
    return found


@pytest.mark.parametrize("suite", SUITES)
def test_what_an_837_carries_comes_back(suite: str) -> None:
    """Of a claim that is written and read again, nothing is lost but what no 837 has: the record, a stay, a leading zero."""
    for claim, message in expressible(suite):
        (again,) = read_claims(segments_of(message))
        assert () == again.notes
        assert again.claim is not None
        assert set() == set(lost_fields(claim, again.claim)) - {"treatment", "stay", "type_of_bill"}


def test_a_batch_carries_its_claims_in_order() -> None:
    """One interchange holds up to 500 claims, each read as it was."""
    batch = [claim for claim, _ in expressible("edits-claim") if claim.kind == "professional"][:MOST_IN_BATCH]
    read = [found.claim for found in read_claims(segments_of(write_claims(batch)))]
    alone = [next(read_claims(segments_of(write_claims([claim])))).claim for claim in batch]
    assert alone == read
    assert len(batch) > 300


def test_a_message_tells_nothing_of_the_suite() -> None:
    """No word in a message says that it is a test, or of which suite."""
    message = write_claims([next(claims("edits-claim"))]).decode().lower()
    assert [] == [word for word in ("rtconform", "edits", "suite", "synthetic", "conformance", "test") if word in message]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"place_of_service": None}, "without a place of service"),
        ({"payer": "ACME*HEALTH"}, "holds characters that X12 uses itself"),
        ({"id": "X" * 21}, "has 21 characters: X12 takes 1 to 20"),
    ],
)
def test_what_can_not_be_said_is_told(change: dict[str, object], said: str) -> None:
    """A claim that no valid 837 can carry is refused with the reason."""
    claim = next(claim for claim in claims("edits-claim") if claim.kind == "professional" and claim.place_of_service)
    with pytest.raises(Inexpressible, match=said):
        write_claims([replace(claim, **change)])


def test_what_decides_a_claim_must_get_through() -> None:
    """A claim whose record or stay decides it can't be asked in an 837; one that is decided without them can."""
    reasons = [inexpressible(FormatSettings("x12", "x12"), EDITOR, claim) for claim in claims("edits-documented")]
    lost = [reason for reason in reasons if reason and "does not carry what decides it" in reason]
    assert lost
    assert all("treatment" in reason or "stay" in reason or "lines.session" in reason for reason in lost)
    assert reasons.count(None) > len(reasons) / 2


class _Kept(logging.Handler):
    """The messages of a logger."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def pyx12_accepts(message: bytes) -> bool:
    """Whether pyx12 finds no fault."""
    kept = _Kept()
    kept.setLevel(logging.ERROR)
    logger = logging.getLogger("pyx12")
    logger.addHandler(kept)
    try:
        good = pyx12.x12n_document.x12n_document(pyx12.params.params(), io.StringIO(message.decode()), None, None)
    finally:
        logger.removeHandler(kept)
    return bool(good) and not kept.messages


def ids_by_x12sdk(message: bytes) -> list[str]:
    """The claims that x12sdk finds; it raises where it finds a fault."""
    with X12ModelReader(message.decode()) as reader:
        return [one.patient_control_number for model in reader.models() for one in cast("Any", model).claims()]


@pytest.mark.parametrize("kind", ["professional", "institutional"])
def test_others_accept_a_batch(kind: str) -> None:
    """pyx12 and x12sdk accept a batch of either form."""
    batch = [claim for claim, _ in expressible("edits-claim") if claim.kind == kind][:3]
    message = write_claims(batch, session_notes=True)
    assert pyx12_accepts(message)
    assert [claim.id for claim in batch] == ids_by_x12sdk(message)


def test_others_refuse_a_damaged_one() -> None:
    """The check of the validators can fail: a claim without its total is refused by both."""
    message = expressible("edits-claim")[0][1].replace(b"\nLX*1~", b"\nLX*7~", 1).replace(b"\nHI*", b"\nXX*", 1)
    assert not pyx12_accepts(message)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("suite", SUITES)
def test_others_accept_every_message(suite: str) -> None:
    """pyx12 and x12sdk, independent of each other, accept the messages of every suite that an 837 can express.

    Every fortieth of them is looked at; `make x12-messages` looks at all.
    """
    refused = []
    for claim, message in expressible(suite)[:: int(os.environ.get("RTCONFORM_X12_EVERY", "40"))]:
        # x12sdk knows no RD8 for a hospital's line; the guide and pyx12 do
        known = claim.kind == "institutional" and any(line.date_of_service_end for line in claim.lines)
        if not pyx12_accepts(message) or (not known and [claim.id] != ids_by_x12sdk(message)):
            refused.append(claim.id)
    assert [] == refused
