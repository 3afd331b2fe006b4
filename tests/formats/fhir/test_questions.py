"""Cases written as FHIR Bundles and read again: everything comes back, and nothing in them tells where a case comes from."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.formats.fhir.case_reader import reread_bundle
from rtconform.formats.fhir.case_writer import bundle_of, write_bundle
from rtconform.formats.fhir.refusal import refuse_inexpressible
from rtconform.formats.messages import Inexpressible, Unreadable
from rtconform.generators.hypothesis import strategies
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import (
    Beam,
    Case,
    Guidance,
    Isocenter,
    Motion,
    MotionDocumentation,
    PhysicianReview,
    Planning,
)
from tests.helpers.suite_cases import of_suite


def case_named(identifier: str) -> Case:
    """A case of a suite by its id."""
    return next(case for case in of_suite(identifier.partition(":")[0]) if case.id == identifier)


def decided(case: Case) -> object:
    """What the reference makes of the case, as far as a judge looks at it."""
    coding = code(case)
    return coding.outcome, [(line.session, line.code, line.modifiers, line.units) for line in coding.lines], coding.alternatives


@pytest.mark.slow
@settings(max_examples=150, phases=[Phase.generate, Phase.shrink])
@given(st.one_of(strategies.cases(), strategies.edges()))
def test_what_decides_comes_back(case: Case) -> None:
    """Whatever a treatment is: what is read of its Bundle decides like the case."""
    assert decided(case) == decided(reread_bundle(write_bundle(case)))


_WORDS = ["vmat", "photon", "a word", " spaced ", "ü漢", "x\ty", "line\nbreak", "a" * 90, '"quoted" \\', "breath_hold"]
_TEXTS, _OPEN = st.sampled_from(["", *_WORDS]), st.sampled_from(_WORDS)


@st.composite
def _odd(draw: st.DrawFn) -> Case:
    """A case of a suite with any text where a case takes any text."""
    case = draw(strategies.cases())
    words = {name: draw(_TEXTS) for name in ("technique", "label", "site", "intent")}
    planning = Planning(
        draw(st.one_of(st.none(), _OPEN)),
        tuple(draw(st.lists(_TEXTS, max_size=3))),
        tuple(draw(st.lists(_OPEN, max_size=3))),
        draw(st.booleans()),
        draw(st.booleans()),
    )
    record = MotionDocumentation(
        draw(st.booleans()), draw(st.one_of(st.none(), st.booleans(), _OPEN)), *(draw(st.booleans()) for _ in range(3))
    )
    motion = Motion(draw(_TEXTS), None, draw(st.booleans()), draw(st.booleans()), draw(st.one_of(st.none(), st.just(record))))
    acts = st.builds(
        Guidance,
        _TEXTS,
        st.sampled_from(["target_localization", "patient_setup"]),
        st.sampled_from(["pre_treatment", "intrafraction"]),
    )
    guidance = draw(st.lists(acts, max_size=3))
    beam = Beam(draw(_OPEN), draw(_TEXTS), draw(_OPEN), draw(_TEXTS), draw(_TEXTS), draw(_TEXTS), -360.0, 0.1, None, 1e-7)
    plan = replace(
        case.plans[0],
        **words,
        beams=(*case.plans[0].beams, beam),
        planning=planning,
        dose_gy=draw(st.one_of(st.none(), st.integers(0, 10**7).map(lambda number: number / 1000))),
    )
    session = replace(
        case.sessions[0],
        motion=draw(st.one_of(st.none(), st.just(motion))),
        guidance=tuple(guidance),
        beams_delivered=(*reversed(case.sessions[0].beams_delivered), "nowhere"),
        physician_review=draw(st.sampled_from([None, PhysicianReview()])),
    )
    isocenter = Isocenter(draw(_OPEN), (-0.1, 1e-3, 123456.789))
    return replace(
        case, plans=(plan, *case.plans[1:]), sessions=(session, *case.sessions[1:]), isocenters=(*case.isocenters, isocenter)
    )


@pytest.mark.slow
@settings(max_examples=150, phases=[Phase.generate, Phase.shrink])
@given(_odd())
def test_any_text_comes_back(case: Case) -> None:
    """Nothing at all is lost, whatever words stand where a case takes any text."""
    assert case == reread_bundle(write_bundle(case))


@pytest.mark.parametrize(
    ("suite", "step"), [("published", 4), ("boundaries", 12), ("pairwise", 12), ("documentation", 150), ("clinic", 60)]
)
def test_nothing_of_a_case_of_a_suite_is_lost(suite: str, step: int) -> None:
    """A case comes back equal."""
    seen = 0
    for case in of_suite(suite, step):
        seen += 1
        assert case == reread_bundle(write_bundle(case))
    assert seen > 10


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["published", "boundaries", "pairwise", "documentation", "clinic"])
def test_every_case_of_a_suite_comes_back(suite: str) -> None:
    """All of them: the table of docs/reference/formats.md says 100 %."""
    assert all(case == reread_bundle(write_bundle(case)) for case in of_suite(suite))


def test_the_name_that_a_case_goes_out_under_is_all_that_its_ids_come_of() -> None:
    """The same name makes the same Bundle, another name other ids everywhere; neither suite nor place is in it."""
    case = case_named("published:scenario-1-hospital-facility")
    sent = replace(case, id="0" * 20)
    assert write_bundle(sent) == write_bundle(sent)
    assert b"published" not in write_bundle(sent)
    ids = [{entry["fullUrl"] for entry in bundle_of(one)["entry"]} for one in (sent, replace(case, id="1" * 20))]
    assert set() == ids[0] & ids[1]


def references_in(element: Any) -> Iterator[str]:
    if isinstance(element, dict):
        if isinstance(element.get("reference"), str):
            yield element["reference"]
        for value in element.values():
            yield from references_in(value)
    elif isinstance(element, list):
        for value in element:
            yield from references_in(value)


def test_every_reference_points_into_the_bundle() -> None:
    """Each resource has an id of its own, and each reference an entry."""
    for case in of_suite("published", 6):
        bundle = json.loads(write_bundle(case))
        urls = [entry["fullUrl"] for entry in bundle["entry"]]
        assert len(urls) == len(set(urls))
        assert set() == set(references_in(bundle)) - set(urls)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": " \n "}, "a text that is blank"),
        ({"label": "a\x00b"}, "control characters"),
        ({"planning": Planning(organs_at_risk=("",))}, "an organ at risk without a name"),
        ({"diagnosis": "C61 "}, "a code with blanks around it"),
        ({"fractions": 2**40}, "more than 31 bits"),
        ({"dose_gy": 1e300}, "beyond a thousand million"),
    ],
)
def test_what_fhir_has_no_form_for_is_said(change: dict[str, Any], said: str) -> None:
    """Such a case is not asked, with the reason."""
    case = case_named("published:scenario-1-hospital-facility")
    with pytest.raises(Inexpressible, match=said):
        write_bundle(replace(case, plans=(replace(case.plans[0], **change), *case.plans[1:])))


@pytest.mark.parametrize(
    "change",
    [
        {"label": "\u2003"},
        {"label": "\u00a0"},
        {"label": "\x7f"},
        {"label": "\x1f"},
        {"site": "  "},
        {"diagnosis": "C61\u3000"},
        {"dose_gy": 1e9},
        {"dose_gy": 1.1e9},
        {"fractions": 2**31 - 1},
        {"fractions": 2**31},
        {"planning": Planning(organs_at_risk=("heart", ""))},
        {"planning": Planning(targets=("",))},
        {"label": "Größe 漢"},
    ],
)
def test_what_is_refused_without_writing_is_what_writing_refuses(change: dict[str, Any]) -> None:
    """Whether a case can be said is known without its Bundle, and never another thing than the Bundle says."""
    case = case_named("published:scenario-1-hospital-facility")
    changed = replace(case, plans=(replace(case.plans[0], **change), *case.plans[1:]))
    assert refused(bundle_of, changed) == refused(refuse_inexpressible, changed)


def refused(say: Callable[[Case], object], case: Case) -> str | None:
    """Why a case is refused."""
    try:
        say(case)
    except Inexpressible as why:
        return str(why)
    return None


@pytest.mark.slow
@settings(max_examples=150, phases=[Phase.generate, Phase.shrink])
@given(_odd(), st.text(max_size=4), st.text(max_size=4))
def test_any_text_is_refused_alike(case: Case, label: str, diagnosis: str) -> None:
    """The same for any text at all."""
    plan = replace(case.plans[0], label=label, diagnosis=diagnosis)
    changed = replace(case, plans=(plan, *case.plans[1:]))
    assert refused(bundle_of, changed) == refused(refuse_inexpressible, changed)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"hello", "not JSON: it begins with 'hello'"),
        (b"[]", "resourceType is missing"),
        (b'{"resourceType":"Bundle"}', "the Bundle makes no case"),
        (b"[" * 100_000, "not JSON"),
        (
            b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"ServiceRequest","meta":7,"code":[1]}},3,{"resource":4}]}',
            "no case",
        ),
    ],
)
def test_what_is_no_bundle_of_a_case_is_said(document: bytes, said: str) -> None:
    """Whatever comes, there is a sentence."""
    with pytest.raises(Unreadable, match=said):
        reread_bundle(document)
