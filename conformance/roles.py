"""What a run does for a vendor of each role: how a question is expected to be answered, judged, and asked again. One row a role.

The runner, the canary and the fairness checks know no other difference between a coder and an editor.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec.structs import replace

from rtconform.conformance.coder.judge import Judgement, facts_in_words, judge, lines_in_words
from rtconform.conformance.coder.normal_form import normal_form
from rtconform.conformance.coder.traits import traits_of
from rtconform.conformance.editor.judge import claim_in_words, dispositions_in_words, judge_disposition
from rtconform.conformance.protocol import RoleName
from rtconform.conformance.vendors.settings import Supports, unsupported, unsupported_claim
from rtconform.conformance.verdicts import FindingKind
from rtconform.generators.suites.suite import Asks, SuiteCase, SuiteClaim
from rtconform.reference.coder.coder import Expectation, expect
from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.claim import Claim, Disposition
from rtconform.reference.documents.coding import Answer, Coding
from rtconform.reference.documents.treatment import Case
from rtconform.reference.editor.editor import adjudicate

Q = TypeVar("Q", Case, Claim)
I = TypeVar("I", SuiteCase, SuiteClaim)  # noqa: E741 - the item of a suite
E = TypeVar("E")
A = TypeVar("A", Answer, Disposition)

Signature = tuple[object, ...]


@dataclass(frozen=True)
class RoleOf(Generic[Q, I, E, A]):
    """One role; all functions are pure.

    `noun` and `described` name it in messages; `asks`: the suites that fit it. `unsupported`: why a vendor does not support a
    question, None where it does. `expect` is the reference's reading, `recorded` what of it a result keeps; `judge` holds an
    answer against it, `facts` says a question in a few sentences. `about`: what a result says of the question itself; `kept`:
    what it keeps of one that did not pass. `signature`: what two answers to one question must share to be the same.
    `canaries`: what is impossible about questions made from this one, and they; `swallowed`: how an answer takes one for possible
    (empty: it does not); `forgiven`: so many may be swallowed before that is a `finding`. `answered`: an answer in a few words.
    """

    noun: str
    described: str
    asks: Asks
    unsupported: Callable[[Supports, Q], str | None]
    expect: Callable[[Q], E]
    recorded: Callable[[E], Coding | Adjudication]
    judge: Callable[[Q, E, A], Judgement]
    facts: Callable[[Q, E], tuple[str, ...]]
    about: Callable[[I], dict[str, Any]]
    kept: Callable[[Q], dict[str, Any]]
    signature: Callable[[Q, A], Signature]
    canaries: Callable[[Q], tuple[tuple[str, Q], ...]]
    swallowed: Callable[[A], str]
    forgiven: int
    finding: FindingKind
    answered: Callable[[A], str]


Role = RoleOf[Any, Any, Any, Any]
"""A role of which only its user knows what it is asked: that a suite fits a vendor's role is seen to before a run."""

UNKNOWN_TECHNIQUE = "phased_resonance"
NO_SUCH_BEAM = "B-NONE"
NO_SUCH_CODE = "0000Z"


def _coder_signature(case: Case, answer: Answer) -> Signature:
    form = normal_form(answer.lines, case)
    return (answer.outcome, frozenset((session, frozenset(units.items())) for session, units in form.items()))


def _impossible_cases(case: Case) -> tuple[tuple[str, Case], ...]:
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


def _editor_signature(claim: Claim, disposition: Disposition) -> Signature:
    del claim
    return tuple(sorted((line.number, line.disposition) for line in disposition.lines))


def _impossible_claims(claim: Claim) -> tuple[tuple[str, Claim], ...]:
    """A code that exists nowhere, and a service before the patient was born."""
    born = claim.patient.birth_date
    before = born.replace(year=max(born.year - 1, dt.MINYEAR), day=min(born.day, 28))  # one born on February 29 too
    unknown = tuple(replace(line, code=NO_SUCH_CODE) for line in claim.lines)
    unborn = tuple(replace(line, date_of_service=before) for line in claim.lines)
    return (
        (f"a claim for code {NO_SUCH_CODE}, which is in no list", replace(claim, id="canary:unknown-code", lines=unknown)),
        ("a claim for services before the patient was born", replace(claim, id="canary:unborn-patient", lines=unborn)),
    )


def _allows(disposition: Disposition) -> str:
    return "allowed: a stop is right" if any(line.disposition == "allow" for line in disposition.lines) else ""


CODER: RoleOf[Case, SuiteCase, Expectation, Answer] = RoleOf(
    noun="coder",
    described="a coder",
    asks="case",
    unsupported=unsupported,
    expect=expect,
    recorded=lambda expectation: expectation.coding,
    judge=judge,
    facts=facts_in_words,
    about=lambda item: {"traits": traits_of(item.case)},
    kept=lambda case: {"case": case},
    signature=_coder_signature,
    canaries=_impossible_cases,
    swallowed=_codes,
    forgiven=0,
    finding="codes_anything",
    answered=lambda answer: f"{answer.outcome}: {lines_in_words(answer.lines)}" if answer.outcome == "coded" else answer.outcome,
)

EDITOR: RoleOf[Claim, SuiteClaim, Adjudication, Disposition] = RoleOf(
    noun="editor",
    described="a claim editor",
    asks="claim",
    unsupported=unsupported_claim,
    expect=adjudicate,
    recorded=lambda adjudication: adjudication,
    judge=judge_disposition,
    facts=claim_in_words,
    about=lambda item: {"faults": item.faults, "allows": item.allows},
    kept=lambda claim: {"claim": claim},
    signature=_editor_signature,
    canaries=_impossible_claims,
    swallowed=_allows,
    # each of the two is often left to another stage of a payer's system: an editor that stops neither stops nothing
    forgiven=1,
    finding="allows_anything",
    answered=dispositions_in_words,
)

ROLES: dict[RoleName, Role] = {"coder": CODER, "editor": EDITOR}
"""Every role by the name that a vendor file gives it."""

_BY_ASKS: dict[Asks, Role] = {role.asks: role for role in ROLES.values()}


def role_asked(item: SuiteCase | SuiteClaim) -> Role:
    """The role of those who can be asked this."""
    return _BY_ASKS[item.asks]
