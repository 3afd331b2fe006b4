"""Causes: what is wrong with the coder behind a result that does not stand, so that a thousand failing cases become a few faults.

A cause is a rule that was broken and the kind of difference that broke it: two failing cases with one cause are most likely
mended by one change. A case may fail for several causes; it passes again when all of them are mended. Pure: a result says
all that is needed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

from msgspec.structs import replace

from rtconform.conformance.coder.judge import MALFORMED
from rtconform.conformance.coder.mistakes import KINDS, MISTAKES
from rtconform.conformance.coder.normal_form import NormalForm, Service, expected_form, normal_form
from rtconform.conformance.editor.causes import edit_causes
from rtconform.conformance.records import Result
from rtconform.conformance.verdicts import VERDICTS, Verdict
from rtconform.reference.coder.rules import RULES
from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE, PORT_IMAGE_CODE, status
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.coding import Answer, Coding, Line
from rtconform.reference.documents.treatment import Case

Kind = Literal[
    "level_too_high", "level_too_low", "missing_line", "extra_line", "modifier", "units", "deleted_code", "unknown_code",
    "coded", "out_of_scope", "needs_review", "declined", "invalid", "crash", "timeout", "unanswered", "several",
    "false_denial", "miss", "held",
]  # fmt: skip
"""The kinds of difference; `several` only of a result that has several causes."""

_OF_VERDICT: dict[Verdict, Kind] = {
    "invalid": "invalid",
    "error": "crash",
    "timeout": "timeout",
    "unanswered": "unanswered",
}
_GUIDING = (GUIDANCE_CODE, PORT_IMAGE_CODE)
_ABOUT_GUIDANCE = frozenset({"CLAIM-TECHNICAL", *(rule.id for rule in RULES.values() if rule.section == "Guidance")})


@dataclass(frozen=True)
class Cause:
    """Why results do not stand. `id` is stable from run to run: the rules broken and the kind, "AMM-SETUP/level-too-high".

    `sentence` says it of the coder, as a developer would: "Takes surface guidance … for active motion management."
    """

    id: str
    rules: tuple[str, ...]
    kind: Kind
    sentence: str


def cause_of(result: Result) -> Cause:
    """The cause of a result, all of them in one where there are several. Raises ValueError for a result that stands."""
    causes = causes_of(result)
    if not causes:
        raise ValueError(f"{result.id} is {result.verdict}: there is no cause to look for")
    if len(causes) == 1:
        return causes[0]
    rules = tuple(dict.fromkeys(rule for cause in causes for rule in cause.rules))
    return Cause("+".join(cause.id for cause in causes), rules, "several", " ".join(cause.sentence for cause in causes))


def causes_of(result: Result) -> tuple[Cause, ...]:
    """Each cause of a result, in a stable order; empty where the result stands (pass, accepted, not_applicable)."""
    if VERDICTS[result.verdict].conformant:
        return ()
    if kind := _OF_VERDICT.get(result.verdict):
        return (_cause("", kind),)
    answer, expected = result.coded, result.coding
    if expected is None:
        return tuple(Cause(*cause) for cause in edit_causes(result))
    if result.verdict == "declined" or answer is None:
        return (_cause(_deciding(result), "declined"),)
    if result.rules == (MALFORMED,):
        return (_cause(MALFORMED, "coded" if answer.outcome == "coded" else "out_of_scope"),)
    if answer.outcome != expected.outcome or answer.outcome != "coded":
        return tuple(_cause(rule, answer.outcome) for rule in sorted(result.rules[:1])) or (_cause("", answer.outcome),)
    pairs = dict.fromkeys(_attributed(result.rules, _differences(result, expected, answer)))
    return tuple(_cause(rule, kind) for rule, kind in sorted(pairs)) or (_cause(next(iter(result.rules), ""), "extra_line"),)


def size_of(asked: Case | Claim) -> tuple[int, ...]:
    """A sort key for the smallest case: plans, beams delivered, isocenters, sessions, guidance, then whatever else there is.

    For the smallest claim: lines, units, whether it brings its record.
    """
    return _size_of_claim(asked) if isinstance(asked, Claim) else _size_of_case(asked)


def _size_of_claim(claim: Claim) -> tuple[int, ...]:
    return (len(claim.lines), sum(line.units for line in claim.lines), int(claim.treatment is not None), 0, 0, 0, 0, 0)


def _size_of_case(case: Case) -> tuple[int, ...]:
    delivered = {beam for session in case.sessions for beam in session.beams_delivered}
    guided = sum(len(session.guidance) for session in case.sessions)
    managed = sum(session.motion is not None and session.motion.method != "none" for session in case.sessions)
    ports = sum(session.port_images for session in case.sessions)
    beams = sum(len(plan.beams) for plan in case.plans)
    return (len(case.plans), len(delivered), len(case.isocenters), len(case.sessions), guided, managed, ports, beams)


@lru_cache(maxsize=1024)
def _cause(rule: str, kind: Kind) -> Cause:
    slug = kind.replace("_", "-")
    rules = (rule,) if rule else ()
    sentence = MISTAKES.get((rule, kind)) or KINDS[kind]
    return Cause(f"{rule}/{slug}" if rule else slug, rules, kind, sentence)


def _deciding(result: Result) -> str:
    """The rule that decided what was due: the first line's, else the first at work."""
    coding = result.expected
    return next((line.rules[0] for line in coding.lines if line.rules), next(iter(coding.rules), ""))


Difference = tuple[bool, Kind]
"""Whether it is about guidance (else about delivery), and of which kind."""


def _differences(result: Result, expected: Coding, answer: Answer) -> tuple[Difference, ...]:
    """How the answer differs from the accepted lines nearest to it; from the primary ones where it is made of accepted lines."""
    billed = _billed(answer, result.case)
    sessions = tuple(dict.fromkeys((*(line.session for line in expected.lines), *billed)))
    for coding in (expected, replace(expected, alternatives=())) if expected.alternatives else (expected,):
        found: list[Difference] = []
        for session in sessions:
            done = billed.get(session, Counter())
            due = _nearest(coding, session, done)
            found += _of_session(done - due, due - done, due, result)
        if found:
            break
    return tuple(dict.fromkeys(found))


def _nearest(coding: Coding, session: str, billed: Counter[Service]) -> Counter[Service]:
    """What is due for the session: of the primary and the accepted lines those that differ least from what was billed."""
    primary = [line for line in coding.lines if line.session == session]
    ways = [primary, *(a.lines for a in coding.alternatives if a.session == session)]
    if len(ways) == 1:
        return _services(primary)
    nearest = Counter[Service]()
    for about_guidance in (False, True):
        forms = [_services(line for line in lines if (line.code in _GUIDING) == about_guidance) for lines in ways]
        seen = Counter[Service](
            {service: units for service, units in billed.items() if (service[0] in _GUIDING) == about_guidance}
        )
        nearest += min(forms, key=partial(_apart, seen))
    return nearest


def _apart(one: Counter[Service], other: Counter[Service]) -> int:
    return ((one - other) + (other - one)).total()


def _services(lines: Iterable[Line]) -> Counter[Service]:
    return Counter({(line.code, tuple(sorted(line.modifiers))): line.units for line in lines})


def _billed(answer: Answer, case: Case | None) -> NormalForm:
    if case is not None:
        return normal_form(answer.lines, case)
    return expected_form(line for line in answer.lines if line.payment == "separate")


def _of_session(
    extra: Counter[Service], missing: Counter[Service], due: Counter[Service], result: Result
) -> Iterator[Difference]:
    unpaired = [service for service in missing if service[0] not in _GUIDING]
    guidance_due = [service for service in missing if service[0] in _GUIDING]
    for code, modifiers in sorted(extra):
        if code in _GUIDING:
            pair = guidance_due.pop() if guidance_due else None
            yield True, "modifier" if pair else "units" if (code, modifiers) in due else "extra_line"
        elif code in DELIVERY_CODES:
            pair = unpaired.pop() if unpaired else None
            yield False, _delivery_kind(code, modifiers, pair, due)
        else:
            pair = unpaired.pop() if unpaired else None
            day = result.case.billing.date_of_service if result.case else None
            deleted = status(code, day) == "deleted" if day else "SCOPE-DELETED" in result.rules
            yield False, "deleted_code" if deleted else "unknown_code"
    if unpaired:
        yield False, "missing_line"
    if guidance_due:
        yield True, "missing_line"


def _delivery_kind(code: str, modifiers: tuple[str, ...], pair: Service | None, due: Counter[Service]) -> Kind:
    if modifiers and (pair is None or pair[0] == code):
        return "modifier" if pair or any(service[0] == code for service in due) else "extra_line"
    if pair is None:
        return "units" if (code, modifiers) in due else "extra_line"
    return "level_too_high" if code > pair[0] else "level_too_low"


def _attributed(rules: tuple[str, ...], differences: tuple[Difference, ...]) -> Iterator[tuple[str, Kind]]:
    """Each difference with the rule that it broke: guidance with the rules on guidance, the others with the others."""
    for about_guidance in (False, True):
        kinds = [kind for guidance, kind in differences if guidance == about_guidance]
        broken = [rule for rule in rules if (rule in _ABOUT_GUIDANCE) == about_guidance] or list(rules[:1]) or [""]
        yield from _paired(broken, kinds)


def _paired(rules: list[str], kinds: Iterable[Kind]) -> Iterator[tuple[str, Kind]]:
    """Rules and kinds in order; where there are more of one, its rest goes with the last of the other."""
    kinds = list(kinds)
    for position in range(max(len(rules), len(kinds)) if kinds else 0):
        yield rules[min(position, len(rules) - 1)], kinds[min(position, len(kinds) - 1)]
