"""Causes of what an editor got wrong: one for each edit that is lacking or too many."""

from rtconform.conformance.adapters import Reply
from rtconform.conformance.records import Result
from rtconform.conformance.runs.runner import result_of
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteClaim, cases
from rtconform.reference.documents.claim import Disposition, DispositionLine
from rtconform.reference.editor.editor import adjudicate


def answered(item: SuiteClaim, **said: str) -> Result:
    """The result where every line is disposed of in the same way."""
    lines = tuple(DispositionLine(line.number, **said) for line in item.claim.lines)  # type: ignore[arg-type]
    return result_of("edits-claim", item, Reply("answered", Disposition(item.claim.id, lines)))


def ids(result: Result) -> list[str]:
    return [cause.id for cause in result.causes]


def claims() -> list[SuiteClaim]:
    return [item for item in cases(any_suite("edits-claim"), 1) if isinstance(item, SuiteClaim)]


def test_a_miss_is_named_by_the_fault() -> None:
    """Whatever fault is put into a claim alone, paying the claim is caused by that fault and nothing else."""
    alone = [item for item in claims() if len(item.faults) == 1]
    assert [[f"missed/{item.faults[0]}"] for item in alone] == [ids(answered(item, disposition="allow")) for item in alone]


def test_of_two_faults_each_is_named() -> None:
    """Paying a claim with two faults is caused by no other than these two."""
    pairs = [item for item in claims() if len(item.faults) == 2]
    assert all(set(ids(answered(item, disposition="allow"))) <= {f"missed/{fault}" for fault in item.faults} for item in pairs)


def test_a_false_denial_goes_by_the_editors_own_reason() -> None:
    """Its category and CARC name the edit; a CARC alone goes with the service; without a reason the rule stands for it."""
    institutional = (item for item in claims() if not item.faults and item.claim.kind == "institutional")
    right = next(item for item in institutional if [1] == [line.units for line in item.claim.lines])
    assert ["false-denial/site-edit-carc-97"] == ids(answered(right, disposition="deny", category="site_edit", carc="97"))
    assert ["false-denial/delivery-carc-97"] == ids(answered(right, disposition="deny", carc="97"))
    assert ["ONCE/false-denial-delivery"] == ids(answered(right, disposition="deny"))
    assert ["ONCE/held-delivery"] == ids(answered(right, disposition="review"))


def test_a_claim_that_stands_has_no_cause() -> None:
    """The reference's own dispositions have no cause to look for."""
    item = claims()[0]
    due = adjudicate(item.claim)
    lines = tuple(DispositionLine(line.number, line.disposition) for line in due.lines)
    good = result_of("edits-claim", item, Reply("answered", Disposition(item.claim.id, lines)))
    assert () == good.causes
