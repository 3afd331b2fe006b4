"""The judge: compares an answer with the reference's expectation and says what is wrong with it, by which rule.

Pure: the same case, expectation and answer give the same judgement, in a run and when a certificate is verified.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product

from rtconform.conformance.coder.diagnosis import Blame, diagnose
from rtconform.conformance.coder.normal_form import NormalForm, expected_form, normal_form
from rtconform.conformance.coder.record_in_words import record_in_words
from rtconform.conformance.verdicts import Judgement, Verdict
from rtconform.reference.coder.coder import Expectation, Reading, SessionCoding
from rtconform.reference.coder.explain import delivery_facts, guidance_facts
from rtconform.reference.codes import notation
from rtconform.reference.documents.coding import Answer, Line
from rtconform.reference.documents.treatment import Case

MALFORMED = "DOC-MALFORMED"
"""The rule that suite `invalid` is about."""


def judge(case: Case, expectation: Expectation, answer: Answer) -> Judgement:
    """What to make of `answer`."""
    if answer.outcome == "coded":
        return _judge_coded(case, expectation, answer)
    if any(line.payment == "separate" for line in answer.lines):
        codes = ", ".join(sorted({line.code for line in answer.lines}))
        return Judgement("fail", expectation.coding.rules, f"{answer.outcome} and codes at once ({codes}): give one or the other")
    return _judge_uncoded(expectation, answer)


def judge_malformed(answer: Answer | None, *, refused: bool) -> tuple[Verdict, str] | None:
    """The verdict on an answer to a document that is not a sound case: only needs_review and a clear error are right.

    None: neither an answer nor an error came; what happened instead decides.
    """
    if answer is None:
        return ("pass", "refused with a clear error, as it should be") if refused else None
    if answer.outcome == "needs_review" and not answer.lines:
        return "pass", "sent back to a person, as it should be"
    billed = f"{answer.outcome} ({lines_in_words(answer.lines)})" if answer.lines else answer.outcome
    return "fail", f"{billed} for a record that can't be read: needs_review, or a clear error ({MALFORMED})"


def facts_in_words(case: Case, expectation: Expectation) -> tuple[str, ...]:
    """The treatment's deciding facts: a sentence for the case, one for each session, and what its record says in full."""
    billing = case.billing
    place = billing.setting.replace("_", " ")
    head = f"{billing.claim} claim, {place}, {billing.date_of_service}, {billing.payer}"
    whole = (*expectation.facts.conflicts, *expectation.facts.unknown, *expectation.facts.outside)
    sessions = (
        f"{s.session}: " + "; ".join(part for part in (delivery_facts(s), guidance_facts(s)) if part)
        for s in expectation.sessions
    )
    return (head, *whole, *sessions, *record_in_words(case))


def lines_in_words(lines: Iterable[Line]) -> str:
    """`77407 + 77387-26`, by session where there are several; "no line" for none."""
    return form_in_words(expected_form(lines))


def form_in_words(form: NormalForm) -> str:
    """A normal form for a person."""
    if not any(form.values()):
        return "no line"
    parts = {
        session: " + ".join(
            f"{units} × {notation(*service)}" if units > 1 else notation(*service) for service, units in sorted(services.items())
        )
        for session, services in form.items()
    }
    return next(iter(parts.values())) if len(parts) == 1 else "; ".join(f"{session}: {text}" for session, text in parts.items())


def _judge_coded(case: Case, expectation: Expectation, answer: Answer) -> Judgement:
    primary = expectation.readings[0]
    if primary.outcome == "coded" and _word_for_word(answer, primary):
        return Judgement("pass", expectation.coding.rules, "as the rules require")
    form = normal_form(answer.lines, case)
    for reading in expectation.readings:
        if reading.outcome != "coded":
            continue
        flips = _match(reading, form)
        if flips is None:
            continue
        ambiguities = tuple(dict.fromkeys((*((reading.rule,) if reading.rule else ()), *flips)))
        if not ambiguities:
            return Judgement("pass", expectation.coding.rules, "as the rules require")
        return Judgement("accepted", ambiguities, f"accepted: guidance is ambiguous here ({', '.join(ambiguities)})")
    if primary.outcome != "coded":
        expected = f"{primary.outcome} expected: {'; '.join(expectation.coding.reasons)}"
        return Judgement("fail", _deciding(expectation), f"{form_in_words(form)} billed, {expected}")
    blames = list(diagnose(case, expectation, _nearest(primary, form), form))
    return Judgement("fail", _rules_of(blames), _sentences(blames))


def _judge_uncoded(expectation: Expectation, answer: Answer) -> Judgement:
    primary = expectation.readings[0]
    if answer.outcome == primary.outcome:
        return Judgement("pass", expectation.coding.rules, "as the rules require")
    allowing = next((reading.rule for reading in expectation.readings if reading.outcome == answer.outcome), None)
    if allowing:
        return Judgement("accepted", (allowing,), f"accepted: {answer.outcome} is allowed here ({allowing})")
    due = lines_in_words(primary.lines) if primary.outcome == "coded" else primary.outcome
    reasons = "; ".join(expectation.coding.reasons)
    if answer.outcome == "needs_review" and primary.outcome == "coded":
        return Judgement("declined", expectation.coding.rules, f"needs_review where {due} was due: {reasons}")
    return Judgement("fail", _deciding(expectation), f"{answer.outcome} where {due} was due: {reasons}")


def _deciding(expectation: Expectation) -> tuple[str, ...]:
    """The rules to name where a whole answer is wrong: the documentation rules that bite, else the first line's rule."""
    coding = expectation.coding
    record = tuple(rule for rule in coding.rules if rule.startswith("DOC-"))
    if record or coding.outcome != "coded":
        return record or coding.rules
    return tuple(dict.fromkeys(line.rules[0] for line in coding.lines)) or coding.rules[:1]


def _word_for_word(answer: Answer, primary: Reading) -> bool:
    """Whether an answer is the primary one as the reference writes it: most are, and need no normal form."""
    answered = [(line.session, line.code, line.modifiers, line.units, line.payment) for line in answer.lines]
    return answered == [(line.session, line.code, line.modifiers, line.units, "separate") for line in primary.lines]


def _match(reading: Reading, form: NormalForm) -> tuple[str, ...] | None:
    """The ambiguities read the other way under which `reading` bills just `form`; None: it never does."""
    if not form.keys() <= {session.session for session in reading.sessions}:
        return None
    flips: list[str] = []
    for session in reading.sessions:
        found = next((f for f, units in _ways(session) if units == form.get(session.session, Counter())), None)
        if found is None:
            return None
        flips += found
    return tuple(flips)


def _nearest(reading: Reading, form: NormalForm) -> NormalForm:
    """The way to bill `reading` that differs least from `form`: an accepted alternative beside a real fault is not blamed."""
    nearest: NormalForm = {}
    for session in reading.sessions:
        billed = form.get(session.session, Counter())
        ways = (units for _, units in _ways(session))
        nearest[session.session] = min(ways, key=lambda due: ((due - billed) + (billed - due)).total())
    return nearest


def _ways(session: SessionCoding) -> Iterator[tuple[tuple[str, ...], Counter[tuple[str, tuple[str, ...]]]]]:
    for delivery, guidance in product(session.delivery, session.guidance):
        form = expected_form(delivery.lines + guidance.lines)
        yield delivery.flips + guidance.flips, form.get(session.session, Counter())


def _rules_of(blames: Iterable[Blame]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(blame.rule for blame in blames))


def _sentences(blames: Iterable[Blame]) -> str:
    return "; ".join(dict.fromkeys(f"{blame.sentence} ({blame.rule})" for blame in blames))
