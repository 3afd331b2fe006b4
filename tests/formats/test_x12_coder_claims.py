"""837 claims with which coders answer, ours and a sample coder's, held by two validators of others (`make x12-messages` for all)."""

import os
import subprocess
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from rtconform.conformance.coder.role import CODER
from rtconform.formats.x12 import segments
from rtconform.formats.x12.coded_claim_writer import write_coded_claims
from rtconform.generators.suites.registry import SUITES, any_suite
from rtconform.reference.documents.coding import Answer, AnswerLine
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import encode
from tests.formats import test_x12_claims
from tests.formats.test_x12_claims import ids_by_x12sdk, pyx12_accepts
from tests.helpers import PATIENCE_S, VENDORS
from tests.helpers.node_packages import package

NODE_CODER = VENDORS / "x12_node_coder"
CASE_SUITES = ("published", "boundaries", "pairwise", "clinic", "documentation")
EVERY = 5 * int(os.environ.get("RTCONFORM_X12_EVERY", "16"))


def billed() -> Iterator[tuple[Case, Answer]]:
    """Cases of every suite in which something is billed, under ids that a claim can carry, each with its right answer."""
    number = 0
    for name in CASE_SUITES:
        suite = any_suite(name)
        for index in range(0, suite.size(None), max(1, EVERY // 5) if name == "published" else EVERY):
            case = suite.case(index, 1).question
            assert isinstance(case, Case)
            case = replace(case, id=f"C{(number := number + 1):010}")
            coding = CODER.expect(case).coding
            lines = tuple(AnswerLine(line.session, line.code, line.modifiers, line.units) for line in coding.lines)
            if coding.outcome == "coded" and lines:
                yield case, Answer(case.id, "coded", lines)


def refused(messages: Iterator[tuple[str, bytes]]) -> list[str]:
    """The ids of claims that pyx12 or x12sdk does not accept."""
    return [name for name, message in messages if not pyx12_accepts(message) or [name] != ids_by_x12sdk(message)]


def test_every_suite_of_claims_is_looked_at() -> None:
    """A suite of claims that is added is written as 837s for the validators too."""
    assert set(test_x12_claims.SUITES) == {name for name in SUITES if any_suite(name).asks == "claim"}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_others_accept_the_claims_that_we_write_for_a_coder() -> None:
    """pyx12 and x12sdk accept the claim that is the right answer to a case, so that what it decides is counted on sound claims."""
    written = [(case.id, write_coded_claims(answer, case)) for case, answer in billed()]
    assert len(written) > 40
    assert [] == refused(iter(written))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_others_accept_the_claims_of_a_sample_coder() -> None:
    """The sample coder in JavaScript answers with claims that any payer's front end would take."""
    package("node-x12", "node", home=NODE_CODER)
    cases = [case for case, _ in billed()][::4]
    asked = b"".join(encode(case) + b"\n" for case in cases)
    done = subprocess.run(
        ["node", str(NODE_CODER / "coder.mjs")], input=asked, stdout=subprocess.PIPE, timeout=PATIENCE_S, check=True
    )
    buffer, claims = bytearray(done.stdout), []
    while end := segments.cut(buffer, 0):
        claims.append(bytes(buffer[:end]).strip())
        del buffer[:end]
    assert len(cases) == len(claims)
    assert [] == refused((case.id, message) for case, message in zip(cases, claims, strict=True))
