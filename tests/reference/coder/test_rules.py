"""The rule book: complete, registered and in step with its document."""

import re

import pytest

from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder.coder import code
from rtconform.reference.coder.facts import UNMODULATED
from rtconform.reference.coder.rules import DELIVERY, RULES, SECTIONS, Refinement, refinements_of
from rtconform.reference.codes import catalogue
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import schema
from tests.helpers import ROOT
from tools.pages.documents import DOCUMENTS

DOCS = ROOT / "docs"
BOUNDARIES = {item.id: item for item in cases(suite("boundaries"), seed=1)}

READING = (
    "SCOPE-DATE SCOPE-TECHNIQUE SCOPE-DELETED SCOPE-BEAM L3-TSE L3-MIXED L1-ELECTRON L3-ISOCENTERS L3-MOTION L3-MOTION-2D "
    "L2-SINGLE L1-2D ONCE SESSIONS NO-SPLIT ISO-DELIVERED ISO-SHIFT ISO-CONTIGUOUS ISO-CORRECTION AMM-BEAM AMM-SETUP "
    "AMM-PASSIVE AMM-HOLD AMM-OBSERVED AMM-SESSION IGRT-TECH IGRT-PROF IGRT-REVIEW IGRT-PURPOSE IGRT-METHODS IGRT-AMM "
    "IGRT-SURFACE IGRT-INTRA IGRT-ONCE IGRT-GLOBAL PORT DOC-3D DOC-PARTIAL DOC-IMRT DOC-AMM DOC-CONFLICT DOC-UNKNOWN"
).split()
"""The rules of our reading of the source, by id."""

NAMED_HERE = (
    "TECHNIQUE-FAMILY TECHNIQUE-MIXED CLAIM-FACILITY CLAIM-PROFESSIONAL CLAIM-TECHNICAL CLAIM-GLOBAL DOC-MALFORMED".split()
)
"""Sentences of the reading that have no id there (docs/decisions/0002)."""

REFINING = "SCOPE-DELIVERED SCOPE-PROTON AMM-NONE IGRT-NEXT IGRT-SKIN DOC-BITES DOC-MODULATION".split()
"""How a record is read where the reading is silent."""

DELETED_2026 = {"77014", "77385", "77386", "77401", *(f"G{number}" for number in range(6001, 6018))}
DELETED_2015 = {"77403", "77404", "77406", "77408", "77409", "77411", "77413", "77414", "77416", "77418"}


def test_every_rule_of_the_reading_is_there() -> None:
    """The book has the rules of the reading, each with section, text, standing and source."""
    assert sorted([*READING, *NAMED_HERE, *REFINING]) == sorted(RULES)
    for rule in RULES.values():
        assert rule.section in SECTIONS
        assert rule.says
        assert rule.heading
        assert rule.standing in ("stated", "derived", "ambiguous")
        assert rule.source.startswith("ACROinsights 2026 No. 1, ")


@pytest.mark.parametrize("rule_id", REFINING)
def test_a_refinement_refines_rules_and_is_shown(rule_id: str) -> None:
    """It names rules of the book, and two cases that are twins and billed differently."""
    rule = RULES[rule_id]
    assert isinstance(rule, Refinement)
    assert set(rule.refines) < set(RULES)
    shown, twin = (BOUNDARIES[f"boundaries:{slug}"] for slug in rule.shown_by)
    assert shown.twin == twin.id
    assert code(shown.case).lines != code(twin.case).lines


def test_a_rule_names_the_rules_that_refine_it() -> None:
    """Each refinement is found from every rule that it refines, and from no other."""
    for rule_id in RULES:
        found = [row.id for row in refinements_of(rule_id)]
        refining = [rule for name in REFINING if isinstance(rule := RULES[name], Refinement)]
        assert len(REFINING) == len(refining)
        assert [rule.id for rule in refining if rule_id in rule.refines] == found


def test_words_of_modulation_are_the_same_everywhere() -> None:
    """The words that don't modulate are those of the rule's text and of the published schema."""
    words = [word for word in UNMODULATED if word]
    described = schema(Case, "case")["$defs"]["Beam"]["properties"]["modulation"]["description"]
    assert f"one of {', '.join(words[:-1])} and {words[-1]}:" in RULES["DOC-MODULATION"].says.replace("\n", " ")
    assert words == re.findall(r"(\w+) \(", described.partition("Any other word")[0].partition("):")[2])


def test_ambiguous_levels_have_two_codes() -> None:
    """A delivery rule has an accepted second code exactly where it is ambiguous."""
    assert [rule.id for rule in DELIVERY if rule.standing == "ambiguous"] == [rule.id for rule in DELIVERY if rule.accepted]


def test_the_catalogue_has_the_deleted_codes() -> None:
    """The codes deleted in 2015 and 2026 are those that the rule names."""
    by_year: dict[int, set[str]] = {}
    for known in catalogue().values():
        if known.deleted_from:
            by_year.setdefault(known.deleted_from.year, set()).add(known.code)
    assert {2015: DELETED_2015, 2026: DELETED_2026} == by_year


SLOW_TO_MAKE = {"reference/formats.md"}
"""It writes every case and claim in every format."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW_TO_MAKE)) for name in DOCUMENTS])
def test_made_documents_are_in_step(name: str) -> None:
    """A document made from the code is what the code makes."""
    assert DOCUMENTS[name]() == (DOCS / name).read_text(encoding="utf-8")
