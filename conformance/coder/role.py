"""The coder's row: all in which a run, a certificate or a hunt of a coder differs from one of an editor."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from rtconform.conformance.coder.causes import causes_of
from rtconform.conformance.coder.judge import facts_in_words, judge, judge_malformed, lines_in_words
from rtconform.conformance.coder.normal_form import expected_form, normal_form
from rtconform.conformance.coder.size import size_of_case
from rtconform.conformance.coder.traits import traits_of
from rtconform.conformance.coder.wire import WIRE
from rtconform.conformance.protocol import Supports
from rtconform.conformance.records import Result
from rtconform.conformance.role import Catalogue, Facets, Hunting, RoleOf, Signature, techniques_in
from rtconform.conformance.smaller import smaller_cases
from rtconform.generators.suites.suite import SuiteCase
from rtconform.reference.coder.coder import Expectation, code
from rtconform.reference.coder.facts import case_facts, delivered_plans
from rtconform.reference.coder.remembered import expect
from rtconform.reference.coder.rules import RULES
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case, duplicate_ids

UNKNOWN_TECHNIQUE = "phased_resonance"
NO_SUCH_BEAM = "B-NONE"

TO_CHECK = (
    "published:scenario-1-hospital-facility",
    "published:scenario-2-hospital-professional",
    "published:scenario-5-hospital-facility",
)
"""The cases that show whether a coder answers at all."""


def _to_check() -> Sequence[Case]:
    from rtconform.generators.suites.registry import suite  # noqa: PLC0415 - imports every suite, and roles are imported everywhere

    published = suite("published")
    return [published.case(published.index_of(case_id)[0], 1).case for case_id in TO_CHECK]


def _unsupported(supports: Supports, case: Case) -> str | None:
    billing = case.billing
    if supports.settings is not None and billing.setting not in supports.settings:
        return f"the vendor declares no support for setting {billing.setting}"
    if supports.claims is not None and billing.claim not in supports.claims:
        return f"the vendor declares no support for {billing.claim} claims"
    if supports.techniques is not None:
        for plan in delivered_plans(case) or case.plans:
            if plan.technique not in supports.techniques:
                return f"the vendor declares no support for technique {plan.technique}"
    if not supports.documentation and (part := _documentation_that_matters(case)):
        return f"the vendor declares that it reads no documentation: {part}"
    return None


def _documentation_that_matters(case: Case) -> str:
    for session in case.sessions:
        if session.motion is not None and session.motion.documentation is not None:
            return f"session {session.id} has documentation of motion management"
    for plan in case_facts(case).plans:
        if plan.technique in ("3d", "imrt") and plan.full_evidence != "all":
            return f"plan {plan.id} has incomplete evidence of planning"
    return ""


def _facets(case: Case) -> Facets:
    billing = case.billing
    coded, outside = techniques_in(case, expect(case))
    return Facets(billing.setting, billing.claim, billing.payer, coded, outside, frozenset({billing.date_of_service}))


def _remarks(item: SuiteCase) -> Iterator[str]:
    """The shipped suites are held to it by a test: what they expect, the reference says."""
    from rtconform.generators.suites.written.expectation import expected_answers  # noqa: PLC0415 - only of suites of one's own

    if item.rule and item.rule not in RULES:
        yield f"{item.case.id}: no rule {item.rule!r}; `rtconform rules` lists them"
    if item.expect is None:
        return
    coding = code(item.case)
    expected = expected_answers(item.expect, tuple(session.id for session in item.case.sessions))[0]
    if (expected.outcome, expected_form(expected.lines)) != (coding.outcome, expected_form(coding.lines)):
        says = lines_in_words(coding.lines) if coding.outcome == "coded" else coding.outcome
        yield (
            f"{item.case.id}: its author expects {item.expect!r}, the reference says {says}, and that is judged by; "
            "`rtconform code --explain` says why"
        )


def _decided(expectation: Expectation) -> object:
    coding = expectation.coding
    return coding.outcome, [(line.session, line.code, line.modifiers, line.units) for line in coding.lines], coding.alternatives


def _signature(case: Case, answer: Answer) -> Signature:
    form = normal_form(answer.lines, case)
    return (answer.outcome, frozenset((session, frozenset(units.items())) for session, units in form.items()))


def _impossible(case: Case) -> tuple[tuple[str, Case], ...]:
    """An unknown technique, and a beam that no plan has."""
    unknown = tuple(replace(plan, technique=UNKNOWN_TECHNIQUE) for plan in case.plans)
    impossible = tuple(replace(session, beams_delivered=(NO_SUCH_BEAM,)) for session in case.sessions)
    return (
        (f"a plan of unknown technique {UNKNOWN_TECHNIQUE!r}", replace(case, id="canary:unknown-technique", plans=unknown)),
        ("a session that delivered a beam of no plan", replace(case, id="canary:impossible-session", sessions=impossible)),
    )


def _codes(answer: Answer) -> str:
    codes = ", ".join(sorted({line.code for line in answer.lines}))
    return f"coded as {codes}: needs_review is right" if answer.outcome == "coded" and codes else ""


def _asked(result: Result) -> SuiteCase:
    assert result.case is not None  # noqa: S101 - a result that does not stand keeps what was asked
    return SuiteCase(result.case)


def _hunting() -> Hunting[SuiteCase]:
    from rtconform.conformance.coder.hunting import HUNTING  # noqa: PLC0415 - Hypothesis takes half a second to import

    return HUNTING


def _catalogue() -> Catalogue[Case, Answer]:
    from rtconform.conformance.coder.faults.catalogue import CATALOGUE  # noqa: PLC0415 - only where faults are looked for

    return CATALOGUE


CODER: RoleOf[Case, SuiteCase, Expectation, Answer] = RoleOf(
    name="coder",
    noun="coder",
    described="a coder",
    searched="treatment",
    asks="case",
    begin_with=("published", "boundaries"),
    certifying=("boundaries", "certify"),
    rules=tuple(RULES),
    to_check=_to_check,
    wire=WIRE,
    unsupported=_unsupported,
    expect=expect,
    recorded=lambda expectation: expectation.coding,
    decided=_decided,
    judge=judge,
    judge_malformed=lambda answer, refused: judge_malformed(answer, refused=refused),
    causes=causes_of,
    facts=facts_in_words,
    about=lambda item: {"traits": traits_of(item.case)},
    kept=lambda case: {"case": case},
    facets=_facets,
    remarks=_remarks,
    signature=_signature,
    canaries=_impossible,
    swallowed=_codes,
    forgiven=0,
    finding="codes_anything",
    answered=lambda answer: f"{answer.outcome}: {lines_in_words(answer.lines)}" if answer.outcome == "coded" else answer.outcome,
    asking=lambda _, case: SuiteCase(case),
    asked=_asked,
    contradictions=duplicate_ids,
    size=size_of_case,
    smaller=smaller_cases,
    hunting=_hunting,
    catalogue=_catalogue,
)
"""What a vendor in role `coder` is asked, and what is made of its answers."""
