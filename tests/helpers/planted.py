"""Vendors with faults that are planted in them, as runs: what a report may say of them can be held against what they are."""

from collections.abc import Callable, Iterator

from rtconform.conformance.adapters import Reply
from rtconform.conformance.coder.faults.faulty import correct
from rtconform.conformance.coder.judge import judge
from rtconform.conformance.coder.normal_form import normal_form
from rtconform.conformance.coder.role import CODER
from rtconform.conformance.known_faults import recognise
from rtconform.conformance.records import KnownFaults, Recognised, Result
from rtconform.conformance.runs.runner import result_of
from rtconform.conformance.strength.killing import asked_as
from rtconform.conformance.strength.mutants.reader import Reader
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import SuiteCase, cases
from rtconform.reference.coder.remembered import expect
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case

Coder = Callable[[Case], Answer]


def both(one: Coder, other: Coder) -> Coder:
    """A coder with both faults: where the first shows, it answers with that one, elsewhere with the other."""

    def code(case: Case) -> Answer:
        first = one(case)
        return other(case) if said(case, first) == said(case, correct(case)) else first

    return code


def said(case: Case, answer: Answer) -> tuple[object, ...]:
    """What an answer bills, without regard to form."""
    return answer.outcome, {session: services for session, services in normal_form(answer.lines, case).items() if services}


def results_of(coder: Coder, items: dict[str, SuiteCase]) -> list[Result]:
    """The results of a run of this coder."""
    return [result_of(name.partition(":")[0], item, _reply(coder, item)) for name, item in items.items()]


def results_of_reader(reader: Reader, items: dict[str, SuiteCase]) -> list[Result]:
    """The results of a run of a right coder behind this reader."""
    return [
        result_of(name.partition(":")[0], item, Reply("answered", reader.answer(asked_as(item).sent)))
        for name, item in items.items()
    ]


def _reply(coder: Coder, item: SuiteCase) -> Reply:
    """What the coder makes of a document: it sends back what is no case. Some mutants crash on records that contradict themselves."""
    try:
        return Reply("answered", coder(item.case) if item.sound else Answer(item.id, "needs_review"))
    except LookupError as error:
        return Reply("error", detail=f"crashed: {error!r}")


def asked(*suites: str) -> dict[str, SuiteCase]:
    """The cases of suites by id."""
    return {item.id: item for name in suites for item in cases(suite(name), 1)}


def recognised(results: list[Result], items: dict[str, SuiteCase]) -> KnownFaults:
    """What is recognised at the end of such a run."""
    return recognise(CODER, lambda: iter(results), lambda case_id: items[case_id].case if items[case_id].sound else None)


def wrong_hints(
    results: list[Result], found: KnownFaults, items: dict[str, SuiteCase], faults: dict[str, Coder]
) -> Iterator[str]:
    """The hints that are not proved by the answers; looked at again by the judge, answer by answer, and not part by part.

    Where a cause shows alone, the answer is the one of the fault that is named; where an answer stands, that of the fault does.
    Where nothing was answered, no fault is named; and where review was asked for, none that gives codes there. Of documents that
    are no cases known faults say nothing.
    """
    for hint in found.recognised:
        for fault in hint.faults:
            if any(
                _contradicts(result, hint, faults[fault.id], items[result.id].case)
                for result in results
                if items[result.id].sound
            ):
                yield f"{fault.id} is named for {hint.cause}"


def _contradicts(result: Result, hint: Recognised, fault: Coder, case: Case) -> bool:
    causes = {cause.id: cause.kind for cause in result.causes}
    if causes.get(hint.cause) in ("crash", "timeout", "invalid", "unanswered"):
        return True
    given = fault(case)
    if causes.get(hint.cause) == "declined" and given.outcome != "needs_review":
        return True
    if VERDICTS[result.verdict].conformant:
        return not VERDICTS[judge(case, expect(case), given).verdict].conformant
    alone = [cause.id for cause in result.causes] == [hint.cause]
    return alone and result.coded is not None and said(case, given) != said(case, result.coded)
