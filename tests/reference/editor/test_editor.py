"""Laws of the reference editor: it is the coder seen from the payer's side, whatever the record, the setting and the payer."""

import datetime as dt
import json
from typing import Any, Literal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder.coder import Reading, expect
from rtconform.reference.coder.rules import RULES
from rtconform.reference.codes import catalogue, status
from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient, Disposition
from rtconform.reference.documents.coding import Line
from rtconform.reference.documents.treatment import Case, Guidance, Motion, PhysicianReview
from rtconform.reference.documents.wire import encode, schema
from rtconform.reference.editor.categories import CATEGORIES
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.payers import profiles
from rtconform.reference.editor.reason_codes import used_codes
from rtconform.reference.editor.rules import EDITOR_RULES
from tests.helpers import odd_records
from tests.helpers.billed_claims import claim_of
from tests.helpers.one_beam import case

PAYERS = ("medicare", "medicare_advantage", "medicaid", "commercial", "unitedhealthcare", "a payer that nobody knows")
PATIENT = ClaimPatient("SYN-1", dt.date(1953, 4, 2), "male")


def billed(*arguments: Any, documented: bool) -> Claim:
    """A claim of lines that can be billed."""
    made = claim_of(*arguments, documented=documented)
    assert made is not None
    return made


def bills(reading: Reading) -> Any:
    """Every way to bill a reading: for each session an option for delivery and one for guidance."""
    ways: list[tuple[Any, ...]] = [()]
    for session in reading.sessions:
        ways = [
            (*way, *delivery.lines, *guidance.lines)
            for way in ways
            for delivery in session.delivery
            for guidance in session.guidance
        ]
    return ways


def claim(*lines: tuple[str, ...], pos: str | None = "22", tob: str | None = None, **fields: Any) -> Claim:
    """A claim of lines written `("77387-26", "S1", "2")`: service, session, units; facility where there is a type of bill."""
    written = []
    for number, (service, *more) in enumerate(lines, 1):
        code, *modifiers = service.split("-")
        session = more[0] if more and more[0] else None
        units = int(more[1]) if len(more) > 1 else 1
        day = dt.date.fromisoformat(more[2]) if len(more) > 2 else dt.date(2026, 4, 9)
        revenue = "0333" if tob else None
        written.append(ClaimLine(number, code, day, tuple(modifiers), units, ("C61",), session, revenue))
    kind: Literal["institutional", "professional"] = "institutional" if tob else "professional"
    return Claim("test:1", kind, PATIENT, tuple(written), place_of_service=None if tob else pos, type_of_bill=tob, **fields)


def said(adjudication: Adjudication) -> list[tuple[str, str | None]]:
    return [(line.disposition, line.category) for line in adjudication.lines]


@given(odd_records.cases(), st.sampled_from(PAYERS), st.booleans())
def test_whatever_the_coder_codes_the_editor_allows(case: Case, payer: str, named: bool) -> None:
    """A claim of the coder's lines is allowed, with the record and alone, for every setting and payer; an accepted
    alternative too, and where the record has to go to a person, to allow is accepted.
    """
    case = replace(case, billing=replace(case.billing, payer=payer))
    readings = expect(case).readings
    for number, reading in enumerate(readings):
        for lines in bills(reading) if reading.outcome == "coded" else ():
            bare = any(line.code == "77387" and not line.modifiers for line in lines)
            if bare and payer == "unitedhealthcare":
                continue  # the payer's own rule, not the coder's
            for documented in (True, False):
                asked = claim_of(case, lines, documented=documented, name_sessions=named)
                for line in adjudicate(asked).lines if asked else ():
                    assert "allow" in (line.disposition, *line.accepted), (line, lines)
                    if number == 0:
                        assert line.disposition == "allow", (line, lines)


@given(odd_records.cases(), st.sampled_from(("77402", "77407", "77412")))
def test_a_level_that_no_reading_bills_is_stopped(case: Case, code: str) -> None:
    """With the record, a delivery code that no reading of the coder bills for the session is stopped, up- and downcoded alike."""
    billed = [line for reading in expect(case).readings for line in (line for way in bills(reading) for line in way)]
    for session in case.sessions:
        if any((line.session, line.code) == (session.id, code) for line in billed) or case.billing.claim == "professional":
            continue
        asked = claim_of(case, [Line(session.id, code)], documented=True)
        if asked and case.billing.date_of_service.year >= 2026:
            found = adjudicate(asked).lines[0]
            assert "allow" not in (found.disposition, *found.accepted)


@pytest.mark.parametrize("code", sorted(code for code in catalogue() if status(code, dt.date(2026, 1, 1)) == "deleted"))
def test_deleted_codes_are_denied_in_2026(code: str) -> None:
    """Every code deleted by 2026 is denied with CARC 181, on every form."""
    for asked in (claim((code, "S1", "1", "2026-01-01")), claim((code, "S1", "1", "2026-01-01"), tob="131")):
        line = adjudicate(asked).lines[0]
        assert ("deny", "code_deleted", "181") == (line.disposition, line.category, line.carc)


def test_codes_that_begin_in_2026_are_denied_before() -> None:
    """Surface and orthovoltage codes are denied in 2025 and outside the rules after."""
    for code in ("77436", "77437", "77438", "77439"):
        assert [("deny", "code_not_yet_in_effect")] == said(adjudicate(claim((code, "", "1", "2025-12-31"), pos="11")))
        line = adjudicate(claim((code, "", "1", "2026-01-01"), pos="11")).lines[0]
        assert ("allow", ("deny", "bundle", "review")) == (line.disposition, line.accepted)


@pytest.mark.parametrize("code", ["77402", "77407", "77412", "77387", "77385", "G6015", "77417"])
def test_days_before_2026_are_outside_the_rules(code: str) -> None:
    """A line of 2025 with a code that was valid then: any disposition is tolerated."""
    line = adjudicate(claim((code, "S1", "1", "2025-12-31"), pos="11")).lines[0]
    assert {"allow", "deny", "bundle", "review"} == {line.disposition, *line.accepted}


STORIES = {
    "guidance beside level 3 in a hospital, denied as inclusive": (
        claim(("77387-26", "S1")), [("allow", None)]),
    "the same off campus": (claim(("77387-26", "S1"), pos="19"), [("allow", None)]),
    "delivery and guidance in a freestanding centre": (
        claim(("77412", "S1"), ("77387-26", "S1"), pos="11"), [("allow", None)] * 2),
    "guidance without modifier in a freestanding centre": (
        claim(("77407", "S1"), ("77387", "S1"), pos="11"), [("allow", None)] * 2),
    "the same at UnitedHealthcare in April": (
        claim(("77407", "S1"), ("77387", "S1"), pos="11", payer="unitedhealthcare"), [("allow", None), ("deny", "required_modifier")]),
    "and in February": (
        claim(("77387", "S1", "1", "2026-02-28"), pos="11", payer="unitedhealthcare"), [("allow", None)]),
    "guidance without modifier by the physician in a hospital": (claim(("77387", "S1")), [("deny", "required_modifier")]),
    "technical guidance in a freestanding centre": (
        claim(("77387-TC", "S1"), pos="11"), [("bundle", "packaged_service")]),
    "the hospital's guidance": (
        claim(("77412", "S1"), ("77387", "S1"), ("77387-TC", "S1"), tob="131"),
        [("allow", None), ("bundle", "packaged_service"), ("bundle", "packaged_service")]),
    "port images": (claim(("77417", "S1"), pos="11"), [("bundle", "packaged_service")]),
    "the physician's port images": (claim(("77417-26", "S1")), [("deny", "component_modifier")]),
    "level 3 twice for two isocenters": (
        claim(("77412", "S1"), ("77412-59", "S1"), tob="131"), [("allow", None), ("deny", "delivery_repeated")]),
    "two fractions a day, 76": (claim(("77407", ""), ("77407-76", ""), tob="131"), [("allow", None)] * 2),
    "two fractions a day, 59": (claim(("77407", "S1"), ("77407-59", "S2"), tob="131"), [("allow", None)] * 2),
    "two fractions a day, XE, different levels": (claim(("77407", "S1"), ("77412-XE", "S2"), pos="11"), [("allow", None)] * 2),
    "two fractions a day, two units": (claim(("77407", "", "2"), pos="11"), [("allow", None)]),
    "two fractions a day, guidance of both": (claim(("77387-26", "S1"), ("77387-26-76", "S2")), [("allow", None)] * 2),
    "units for isocenters": (claim(("77412", "S1", "3"), tob="131"), [("deny", "units_exceed_sessions")]),
    "the same line twice, and no session": (claim(("77402", ""), ("77402", ""), pos="11"), [("allow", None)] * 2),
    "the same line twice for a session": (
        claim(("77402", "S1"), ("77402", "S1"), pos="11"), [("allow", None), ("deny", "delivery_repeated")]),
    "guidance by two methods": (claim(("77387-26", "S1"), ("77387-26", "S1")), [("allow", None), ("deny", "guidance_repeated")]),
    "level 2 with 26": (claim(("77407-26", "S1"), pos="11"), [("deny", "component_modifier")]),
    "level 2 with TC": (claim(("77407-TC", "S1"), pos="11"), [("deny", "component_modifier")]),
    "delivery by the physician in a hospital": (claim(("77407", "S1")), [("deny", "delivery_on_professional_claim")]),
    "the physician's guidance on the hospital's claim": (
        claim(("77387-26", "S1"), tob="131"), [("deny", "guidance_on_facility_claim")]),
    "an inpatient bill": (claim(("77407", "S1"), tob="111"), [("deny", "type_of_bill")]),
    "at home": (claim(("77407", "S1"), pos="12"), [("deny", "place_of_service")]),
    "no place": (claim(("77407", "S1"), pos=None), [("deny", "place_of_service")]),
    "a service that is not ours": (claim(("77427", "")), [("allow", None)]),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_stories_from_the_field(story: str) -> None:
    """Denials and payments that billers report get the disposition that the guidance says."""
    asked, expected = STORIES[story]
    assert expected == said(adjudicate(asked))


@pytest.mark.parametrize(
    ("asked", "accepted", "rules"),
    [
        (claim(("77387", "S1"), pos="11"), ("deny", "bundle", "review"), ("IGRT-GLOBAL",)),
        (claim(("77387-26", "S1"), pos="11"), (), ("IGRT-PROF", "IGRT-TECH")),
        (claim(("77387-26", "S1"), pos="21"), (), ("IGRT-PROF", "IGRT-TECH")),
        (claim(("77387-26", "S1"), pos="31"), (), ("IGRT-PROF", "IGRT-TECH")),
        (claim(("77387-26", "S1"), pos="32"), (), ("IGRT-PROF", "IGRT-TECH")),
        (claim(("77387-26", "S1"), pos="24"), ("deny", "bundle", "review"), ("IGRT-PROF", "IGRT-TECH", "PLACE-PROFESSIONAL")),
        (claim(("77407", "S1"), pos="24"), ("deny", "bundle", "review"), ("ONCE", "PLACE-ASC")),
        (claim(("77387-26", "S1"), pos="22"), (), ("IGRT-PROF", "IGRT-TECH")),
        (claim(("77412", "S1"), pos="11"), (), ("ONCE",)),
        (claim(("77412", "", "2"), pos="11"), (), ("ONCE", "SESSIONS")),
    ],
)
def test_what_is_allowed_alone_says_by_which_rules(asked: Claim, accepted: tuple[str, ...], rules: tuple[str, ...]) -> None:
    """Without a record a line is allowed by the rules of its service; where sources differ, to stop it is accepted."""
    line = adjudicate(asked).lines[0]
    assert ("allow", accepted, rules) == (line.disposition, line.accepted, line.rules)


def test_a_session_that_the_record_lacks_was_not_delivered() -> None:
    """A line that names a session of which the record knows nothing is stopped, as is one in which no beam was delivered."""
    for session in ("S2", "S9"):
        line = adjudicate(billed(case(), [Line(session, "77407")], documented=True)).lines[0]
        assert ("session_not_delivered", f"no beam was delivered in session {session}") == (line.category, line.reason)


def test_two_units_for_two_sessions_of_the_record_are_right() -> None:
    """By the record two units bill two sessions, also where the line names the first: nothing is left to doubt."""
    complete: dict[str, Any] = {
        "volumetric_imaging": "ct",
        "targets": ("PTV_5000",),
        "organs_at_risk": ("Lung_L",),
        "dvh_evaluated": True,
    }
    asked = case(motion=Motion("none"), **complete)
    later = replace(asked.sessions[1], beams_delivered=("P1B1",))
    asked = replace(asked, sessions=(asked.sessions[0], later))
    line = adjudicate(billed(asked, [Line("S1", "77407", (), 2)], documented=True)).lines[0]
    assert ("allow", (), True) == (line.disposition, line.accepted, "SESSIONS" in line.rules)


def test_a_wrong_revenue_code_stops_delivery() -> None:
    """A hospital's delivery line under another revenue code, or none, is stopped."""
    asked = claim(("77407", "S1"), tob="131")
    for revenue, expected in (("0636", "revenue_code"), (None, "revenue_code"), ("333", None)):
        line = replace(asked.lines[0], revenue_code=revenue)
        assert [expected] == [found.category for found in adjudicate(replace(asked, lines=(line,))).lines]


def test_which_of_two_equal_lines_is_one_too_many_is_open() -> None:
    """Of two lines for one session exactly one is to be allowed; of two different levels, one at most."""
    same = adjudicate(claim(("77412", "S1"), ("77412", "S1"), tob="131")).choices
    assert [((1, 2), 1, 1)] == [(choice.lines, choice.at_least, choice.at_most) for choice in same]
    other = adjudicate(claim(("77407", "S1"), ("77412", "S1"), tob="131")).choices
    assert [((1, 2), 0, 1)] == [(choice.lines, choice.at_least, choice.at_most) for choice in other]


def test_every_category_names_rules_and_reason_codes_that_there_are() -> None:
    """The table of categories cites rules of the book and CARCs of the list alone, and every CARC is used."""
    assert set() == {rule for row in CATEGORIES.values() for rule in row.rules} - {*RULES, *EDITOR_RULES}
    assert set(used_codes()) == {carc for row in CATEGORIES.values() for carc in row.carcs}


@given(odd_records.cases(), st.sampled_from(PAYERS))
def test_adjudications_meet_their_published_schemas(case: Case, payer: str) -> None:
    """Claim and adjudication are valid by their published schemas; each line has a reason, and an appeal or a category."""
    reading = expect(case).readings[0]
    asked = claim_of(replace(case, billing=replace(case.billing, payer=payer)), reading.lines, documented=True)
    if asked is None:
        return
    found = adjudicate(asked)
    for document, kind in ((asked, Claim), (found, Adjudication)):
        jsonschema.Draft202012Validator(schema(kind, "x")).validate(json.loads(encode(document)))
    answer = Disposition(found.id)
    jsonschema.Draft202012Validator(schema(Disposition, "x")).validate(json.loads(encode(answer)))
    for line in found.lines:
        assert line.reason
        assert line.disposition == "allow" or (line.category and line.carc in line.carcs)
        if line.appeal:
            assert line.appeal.sentence
            assert line.appeal.source


def test_the_known_profiles_are_shipped() -> None:
    """Medicare is the default, beside UnitedHealthcare and a generic commercial payer; each period names its source."""
    assert ["medicare", "commercial", "independence_blue_cross", "regence", "unitedhealthcare"] == list(profiles())
    assert all(period.source for profile in profiles().values() for _, period in profile.periods)


def test_a_doubt_about_the_level_does_not_hold_the_guidance() -> None:
    """Where the record of motion management is empty, the physician's line is allowed: only the level depends on that."""
    undocumented = (
        entry.case for entry in cases(suite("documentation"), 1) if entry.rule == "DOC-AMM" and "nothing" in entry.title
    )
    found = next(each for each in undocumented if each.billing.claim == "professional" and expect(each).readings[0].lines)
    lines = expect(found).readings[0].lines
    assert ["77387"] == [line.code for line in lines]
    assert ["allow"] == [line.disposition for line in adjudicate(billed(found, lines, documented=True)).lines]


def test_sources_that_differ_about_the_guidance_stay_that_beside_a_doubt_about_the_level() -> None:
    """Surface guidance alone, in a record with evidence of 3D in part: only the level is unclear."""
    asked = case(motion=Motion("none"), volumetric_imaging="ct")
    approved = dt.datetime(2026, 3, 9, 9, 40)
    session = replace(
        asked.sessions[0], guidance=(Guidance("surface", "target_localization"),), physician_review=PhysicianReview(approved)
    )
    asked = replace(asked, billing=replace(asked.billing, setting="freestanding", claim="global"), sessions=(session,))
    lines = (Line("S1", "77407"), Line("S1", "77387", ("26",)))
    assert "needs_review" == expect(asked).coding.outcome
    delivery, guidance = adjudicate(billed(asked, lines, documented=True)).lines
    assert ("review", "record_unclear") == (delivery.disposition, delivery.category)
    assert ("allow", None) == (guidance.disposition, guidance.category)
    assert {"deny", "bundle", "review"} == set(guidance.accepted)
