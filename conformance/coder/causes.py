"""Causes of what a coder got wrong: a rule that was broken, and the kind of difference that broke it.

Pure: a result says all that is needed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial

from msgspec.structs import replace

from rtconform.conformance.cause import KINDS, Cause, Kind, without_answer
from rtconform.conformance.coder.judge import MALFORMED
from rtconform.conformance.coder.mistakes import MISTAKES
from rtconform.conformance.coder.normal_form import NormalForm, Service, expected_form, normal_form
from rtconform.conformance.records import Result
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reference.coder.rules import RULES
from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE, PORT_IMAGE_CODE, status
from rtconform.reference.documents.coding import Answer, Coding, Line
from rtconform.reference.documents.treatment import Case

_GUIDING = (GUIDANCE_CODE, PORT_IMAGE_CODE)
_ABOUT_GUIDANCE = frozenset({"CLAIM-TECHNICAL", *(rule.id for rule in RULES.values() if rule.section == "Guidance")})


def causes_of(result: Result) -> tuple[Cause, ...]:
    """Each cause of a result, in a stable order; empty where the result stands (pass, accepted, not_applicable)."""
    if VERDICTS[result.verdict].conformant:
        return ()
    if cause := without_answer(result.verdict, result.explanation):
        return (cause,)
    answer, expected = result.coded, result.coding
    assert expected is not None  # noqa: S101 - a case was asked
    if result.verdict == "declined" or answer is None:
        return (_declined(_deciding(result), expected),)
    if result.rules == (MALFORMED,):
        return (_of_flaw(_cause(MALFORMED, "coded" if answer.outcome == "coded" else "out_of_scope"), result),)
    if answer.outcome != expected.outcome or answer.outcome != "coded":
        return tuple(_cause(rule, answer.outcome) for rule in sorted(result.rules[:1])) or (_cause("", answer.outcome),)
    pairs = dict.fromkeys(_attributed(result.rules, _differences(result, expected, answer)))
    return tuple(_cause(rule, kind) for rule, kind in sorted(pairs)) or (_cause(next(iter(result.rules), ""), "extra_line"),)


def is_about_guidance(cause: Cause) -> bool:
    """Whether the cause shows in the lines for guidance; else it shows in those for delivery."""
    return bool(cause.rules) and cause.rules[0] in _ABOUT_GUIDANCE


@lru_cache(maxsize=1024)
def _cause(rule: str, kind: Kind) -> Cause:
    slug = kind.replace("_", "-")
    rules = (rule,) if rule else ()
    sentence = MISTAKES.get((rule, kind)) or KINDS[kind]
    return Cause(f"{rule}/{slug}" if rule else slug, rules, kind, sentence)


def _declined(rule: str, expected: Coding) -> Cause:
    """Review was asked for although it is certain what is due, by this rule: codes, or no line at all."""
    cause = _cause(rule, "declined")
    if not expected.lines:
        return replace(cause, sentence="Asks for review although the record can be coded: no line was due.")
    if rule not in RULES:
        return cause
    return replace(cause, sentence=f"Asks for review although the record can be coded: {RULES[rule].says}")


def _of_flaw(cause: Cause, result: Result) -> Cause:
    """The cause by what is wrong with the document that was asked."""
    flaw = next(iter(result.facts), "")
    if not flaw:
        return cause
    said = "Gives codes" if cause.kind == "coded" else "Calls it out of scope"
    slug = _NO_SLUG.sub("-", flaw.lower()).strip("-")[:60]
    return replace(cause, id=f"{cause.id}/{slug}", sentence=f"{said} where the document has a flaw: {flaw}.")


_NO_SLUG = re.compile(r"[^a-z0-9]+")


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
    primary: dict[str, list[Line]] = {session: [] for session in sessions}
    for line in expected.lines:
        primary[line.session].append(line)
    for coding in (expected, replace(expected, alternatives=())) if expected.alternatives else (expected,):
        found: list[Difference] = []
        accepted = defaultdict[str | None, list[Sequence[Line]]](list)
        for alternative in coding.alternatives:
            accepted[alternative.session].append(alternative.lines)
        for session in sessions:
            done = billed.get(session, Counter())
            due = _nearest([primary[session], *accepted[session]], done)
            found += _of_session(done - due, due - done, due, result)
        if found:
            break
    return tuple(dict.fromkeys(found))


def _nearest(ways: Sequence[Sequence[Line]], billed: Counter[Service]) -> Counter[Service]:
    """What is due for a session: of its primary and its accepted lines (`ways`) those that differ least from what was billed."""
    if len(ways) == 1:
        return _services(ways[0])
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
