"""Claim editors with faults that are planted in them, as runs: what a report may say of them can be held against what they are."""

from collections.abc import Callable, Iterator, Mapping

from rtconform.conformance.adapters import Reply
from rtconform.conformance.editor.faulty import Editor
from rtconform.conformance.editor.judge import judge_disposition
from rtconform.conformance.editor.role import EDITOR
from rtconform.conformance.known_faults import recognise
from rtconform.conformance.records import KnownFaults, Recognised, Result
from rtconform.conformance.runs.runner import result_of
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteClaim, cases
from rtconform.reference.documents.claim import Claim, Disposition
from rtconform.reference.editor.editor import adjudicate


def asked(*suites: str) -> dict[str, SuiteClaim]:
    """The claims of suites by id."""
    return {item.id: item for name in suites for item in cases(any_suite(name), 1) if isinstance(item, SuiteClaim)}


def results_of(edit: Editor, items: Mapping[str, SuiteClaim]) -> list[Result]:
    """The results of a run of this editor."""
    return [result_of(name.partition(":")[0], item, Reply("answered", edit(item.claim))) for name, item in items.items()]


def recognised(results: list[Result], items: Mapping[str, SuiteClaim]) -> KnownFaults:
    """What is recognised at the end of such a run."""
    return recognise(EDITOR, lambda: iter(results), lambda claim_id: items[claim_id].claim)


def wrong_hints(
    results: list[Result],
    found: KnownFaults,
    items: Mapping[str, SuiteClaim],
    edits: Mapping[str, Callable[[Claim], Disposition]],
) -> Iterator[str]:
    """The hints that are not proved by the answers: where a cause shows alone the fault stops and allows the same lines, and where
    a disposition stands, that of the fault does. A name of the fault that was put into a claim is no hint at an editor.
    """
    for hint in found.recognised:
        for fault in hint.faults:
            edit = edits.get(fault.id)
            if edit and any(
                _contradicts(result, hint, edit(items[result.id].claim), items[result.id].claim) for result in results
            ):
                yield f"{fault.id} is named for {hint.cause}"


def _contradicts(result: Result, hint: Recognised, given: Disposition, claim: Claim) -> bool:
    if VERDICTS[result.verdict].conformant:
        return not VERDICTS[judge_disposition(claim, adjudicate(claim), given).verdict].conformant
    alone = [cause.id for cause in result.causes] == [hint.cause]
    return alone and isinstance(result.answer, Disposition) and _allowed(given) != _allowed(result.answer)


def _allowed(disposition: Disposition) -> set[int]:
    return {line.number for line in disposition.lines if line.disposition == "allow"}
