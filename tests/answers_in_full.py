"""The reference's whole answers, with rules, reasons and alternatives, as they were last read by a person.

    python tests/answers_in_full.py     writes tests/reference/answers/ anew: read the difference before you commit it

Whether an answer is right is shown elsewhere (authors' expectations, the second implementation, the editor's laws). These files
make a change of any answer, rule or word visible, and hold what no other test looks at: the reasons.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

from rtconform.generators.suite import SuiteCase, SuiteClaim, cases
from rtconform.generators.suites import any_suite
from rtconform.reference.claim import Claim
from rtconform.reference.coder import code
from rtconform.reference.editor import adjudicate
from rtconform.reference.treatment import Case
from rtconform.reference.wire import encode

Entry = TypeVar("Entry")

FOLDER = Path(__file__).parent / "reference" / "answers"


@cache
def asked_cases() -> tuple[Case, ...]:
    """Every hand-made case, and some of each kind of record whose documentation is in doubt."""
    handmade = [entry.case for name in ("published", "boundaries") for entry in cases(any_suite(name), 0)]
    doubtful = [entry.case for entry in _some("documentation", 48, SuiteCase)]
    return (*handmade, *doubtful)


@cache
def asked_claims() -> tuple[Claim, ...]:
    """Claims of both suites of claims, from their whole length."""
    return tuple(entry.claim for name in ("edits-claim", "edits-documented") for entry in _some(name, 7, SuiteClaim))


def codings() -> Iterator[bytes]:
    """What the coder makes of each case."""
    return (encode(code(case)) for case in asked_cases())


def adjudications() -> Iterator[bytes]:
    """What the editor makes of each claim."""
    return (encode(adjudicate(claim)) for claim in asked_claims())


def _some(name: str, step: int, kind: type[Entry]) -> list[Entry]:
    return [entry for number, entry in enumerate(cases(any_suite(name), 1)) if number % step == 0 and isinstance(entry, kind)]


FILES = {"codings.jsonl": codings, "adjudications.jsonl": adjudications}

if __name__ == "__main__":
    for name, answers in FILES.items():
        (FOLDER / name).write_bytes(b"".join(answer + b"\n" for answer in answers()))
