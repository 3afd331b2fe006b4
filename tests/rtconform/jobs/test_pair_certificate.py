"""A coder that reads DICOM objects and HL7 v2 messages by libraries of others, written from the documentation: held, and certified.

Its verdicts on `published` are on record (tests/data/recorded); what takes minutes is asked by `make dicom-pair` alone.
"""

import os
from pathlib import Path

import pytest

from rtconform.conformance.certificates.bundle import read_bundle
from tests.helpers.command import rtconform
from tests.helpers.dicom_nodes import asked, by_json, pair_engine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

whole = pytest.mark.skipif("RTCONFORM_PAIR_EVERY" not in os.environ, reason="the pair needs minutes: make dicom-pair")
FIRST_OUT_OF_ORDER = 10
"""How many cases of `boundaries` hold the first whose plans come in another order, and of which the answer changes if they are swapped."""


@whole
def test_the_pair_is_held_to_the_verdicts_of_a_coder_of_json(tmp_path: Path) -> None:
    """Every case that has objects gets the verdict that a coder of JSON gets: nothing that decides is lost in objects and messages."""
    with pair_engine(tmp_path / "engine") as vendor:
        results, _ = asked(vendor, "boundaries")
    found = {name: result.verdict for name, result in results.items() if result.verdict != "not_applicable"}
    plain = by_json(tmp_path, "boundaries")
    assert {name: plain[name].verdict for name in found} == found
    beyond = {name: str(result.explanation) for name, result in results.items() if result.verdict == "not_applicable"}
    assert 2 == len(beyond)
    assert all("in DICOM RT it can't be said" in reason for reason in beyond.values())


def test_a_fault_of_joining_is_found(tmp_path: Path) -> None:
    """An engine that joins messages to objects by order and not by UID takes one plan's technique for another's: found, by any ids."""
    with pair_engine(tmp_path / "engine", "--fault", "order") as vendor:
        results, _ = asked(vendor, "boundaries", cases=FIRST_OUT_OF_ORDER)
    assert [name for name, result in results.items() if result.verdict in ("fail", "declined")]


@whole
@pytest.mark.parametrize(("fault", "outcome"), [((), "certified"), (("--fault", "planned"), "refused")])
def test_a_certificate_over_the_pair(fault: tuple[str, ...], outcome: str, tmp_path: Path) -> None:
    """For the hospital's claims the engine is certified; counting planned isocenters it is refused, by the rule that it breaks."""
    with pair_engine(tmp_path / "engine", *fault) as vendor:
        said = vendor.read_text().replace("[format]", '[vendor.supports]\nclaims = ["facility"]\n\n[format]')
        vendor.write_text(said)
        done = rtconform("certify", vendor, "--unsigned", "--out", "b.zip", cwd=tmp_path)
    assert (0 if outcome == "certified" else 1, "") == (done.returncode, done.stderr), done.stdout
    certificate = read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip").statement.predicate
    assert outcome == certificate.outcome
    assert ("ISO-DELIVERED" in done.stdout) or outcome == "certified"
