"""What a Python program can do with rtconform without the command line; docs/reference/python-api.md shows each with an example.

`rtconform/__init__.py` exports all of it by name, and brings each when it is first used.
"""

from collections.abc import Mapping

from rtconform.conformance.protocol import Coder, GivenAnswer, Json
from rtconform.conformance.records import Event, Manifest, Result
from rtconform.conformance.vendors.settings import Vendor
from rtconform.conformance.verdicts import Judgement, Verdict
from rtconform.generators.suites.registry import DEFAULT_SEED, SUITES, any_suite
from rtconform.jobs.given import case_of, claim_of, item_of
from rtconform.jobs.items import Item, Suite, open_suite
from rtconform.jobs.python_run import Run, run, vendor
from rtconform.reference.coder.coder import code as coding_of
from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.claim import Claim, Disposition
from rtconform.reference.documents.coding import Answer, Coding
from rtconform.reference.documents.treatment import Case
from rtconform.reference.editor.editor import adjudicate
from rtconform.reports.figures.summary import Summary

__all__ = [
    "Adjudication",
    "Answer",
    "Case",
    "Claim",
    "Coder",
    "Coding",
    "Disposition",
    "Event",
    "GivenAnswer",
    "Item",
    "Json",
    "Judgement",
    "Manifest",
    "Result",
    "Run",
    "Suite",
    "Summary",
    "Vendor",
    "Verdict",
    "code",
    "edit",
    "judge",
    "run",
    "suite",
    "suites",
    "vendor",
]


def suites() -> tuple[Suite, ...]:
    """Every suite that is shipped."""
    return tuple(Suite(any_suite(name)) for name in SUITES)


def suite(name: str, *, seed: int = DEFAULT_SEED, count: int | None = None) -> Suite:
    """The suite of that name, or in that file (`*.toml`, or `*.jsonl` with cases or claims).

    `count` is the number of cases, for suites of any length. Raises UserError where there is none of that name, or
    of that length.
    """
    return open_suite(name, seed, count)


def code(case: Case | Item | Mapping[str, Json] | str | bytes) -> Coding:
    """The reference's coding of a case: what is right, by which rules, and why.

    Raises DocumentError, with every fault and its place, for what is not a case.
    """
    return coding_of(case.case if isinstance(case, Item) else case_of(case))


def edit(claim: Claim | Item | Mapping[str, Json] | str | bytes) -> Adjudication:
    """What is right to do with each line of a claim, by which rules, and why.

    Raises DocumentError, with every fault and its place, for what is not a claim.
    """
    return adjudicate(claim.claim if isinstance(claim, Item) else claim_of(claim))


def judge(question: Case | Claim | Item | Mapping[str, Json] | str | bytes, answer: GivenAnswer) -> Judgement:
    """The verdict on an answer to a case, or on a disposition of a claim, with its explanation, as in a run.

    An answer that is not in the agreed form is `invalid`. Raises DocumentError for what is neither a case nor a claim.
    """
    if isinstance(question, Item):
        return question.judge(answer)
    return Item("", item_of(question)).judge(answer)
