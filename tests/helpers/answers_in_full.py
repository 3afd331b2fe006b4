"""The reference's whole answers, with rules, reasons and alternatives, as they were last read by a person.

    python tests/helpers/answers_in_full.py     writes tests/reference/answers/ again: read the difference before you commit it

Whether an answer is right is shown elsewhere (authors' expectations, the second implementation, the editor's laws). These files
make a change of any answer, rule or word visible, and hold what no other test looks at: the reasons.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from rtconform.generators.suites.registry import any_suite, suite
from rtconform.generators.suites.suite import SuiteCase, SuiteClaim, cases
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.coding import Line
from rtconform.reference.documents.wire import encode
from rtconform.reference.editor.editor import adjudicate
from tests.helpers.billed_claims import claim_of

Entry = TypeVar("Entry")

FOLDER = Path(__file__).parents[1] / "reference" / "answers"


def _some(name: str, step: int, kind: type[Entry]) -> list[Entry]:
    return [entry for number, entry in enumerate(cases(any_suite(name), 1)) if number % step == 0 and isinstance(entry, kind)]


HANDMADE = [entry.case for name in ("published", "boundaries") for entry in cases(suite(name), 0)]
DOUBTFUL = [entry.case for entry in _some("documentation", 48, SuiteCase)]
CASES = [*HANDMADE, *DOUBTFUL]
"""Every hand-made case, and some of each kind of record whose documentation is in doubt."""

LEVEL_2_AND_GUIDANCE = [
    claim_of(case, [line for s in case.sessions for line in (Line(s.id, "77407"), Line(s.id, "77387", ("26",)))], documented=True)
    for case in (*HANDMADE[::3], *DOUBTFUL)
]
CLAIMS = [
    *(entry.claim for name in ("edits-claim", "edits-documented") for entry in _some(name, 7, SuiteClaim)),
    *(claim for claim in LEVEL_2_AND_GUIDANCE if claim),
]
"""Claims of both suites of claims, from their whole length, and for records of every kind a claim that is seldom right."""


def codings() -> Iterator[bytes]:
    """What the coder makes of each case."""
    return (encode(code(case)) for case in CASES)


def adjudications() -> Iterator[bytes]:
    """What the editor makes of each claim."""
    return (encode(adjudicate(claim)) for claim in CLAIMS)


FILES = {"codings.jsonl": codings, "adjudications.jsonl": adjudications}

if __name__ == "__main__":
    for name, answers in FILES.items():
        (FOLDER / name).write_bytes(b"".join(answer + b"\n" for answer in answers()))
