"""Verdicts and findings: what each means and whether a run with it can be conformant. One table for judge, report and docs."""

from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

Verdict = Literal["pass", "accepted", "fail", "declined", "invalid", "error", "timeout", "unanswered", "not_applicable"]
FindingKind = Literal[
    "codes_anything",
    "allows_anything",
    "unstable",
    "order_dependent",
    "id_dependent",
    "answered_again",
    "unanswered_again",
    "records_changed",
]


@dataclass(frozen=True)
class Meaning:
    """`conformant`: whether a run that has this verdict (or finding) can still be conformant."""

    means: str
    conformant: bool


class Judgement(Struct, frozen=True, gc=False):
    """What to make of an answer. `rules`: those broken by a fail, those that allow an accepted answer, else those that made the
    expected one.
    """

    verdict: Verdict
    rules: tuple[str, ...]
    explanation: str


VERDICTS: dict[Verdict, Meaning] = {
    "pass": Meaning("The answer is the one that the rules require.", conformant=True),
    "accepted": Meaning("The answer is an accepted alternative where published guidance is ambiguous.", conformant=True),
    "fail": Meaning("The answer breaks a rule.", conformant=False),
    "declined": Meaning(
        "The coder asked for review although it is certain what is due, or the editor held for review what it has to allow.",
        conformant=False,
    ),
    "invalid": Meaning("The reply is not an answer to this case in the agreed form.", conformant=False),
    "error": Meaning("The vendor's program crashed, or its service answered with an error.", conformant=False),
    "timeout": Meaning("No answer came in time.", conformant=False),
    "unanswered": Meaning("The run ended before this case had its answer.", conformant=False),
    "not_applicable": Meaning("The vendor declares that it does not support such cases: counted, never a pass.", conformant=True),
}
"""Every verdict with its meaning and effect, in the order in which reports list them."""

FINDINGS: dict[FindingKind, Meaning] = {
    "codes_anything": Meaning(
        "The coder gave codes for a record that no coder can code (an unknown technique, an impossible session).",
        conformant=False,
    ),
    "allows_anything": Meaning(
        "The editor allowed what nobody can pay (a code that is in no list, a service before the patient was born).",
        conformant=False,
    ),
    "unstable": Meaning("The vendor answered differently when it was asked the same case again.", conformant=False),
    "order_dependent": Meaning("The answer depends on which cases came before.", conformant=False),
    "id_dependent": Meaning("The answer depends on the case's id, which says nothing about the treatment.", conformant=False),
    "answered_again": Meaning("A second answer to a case came when the first had been judged.", conformant=False),
    "unanswered_again": Meaning(
        "The vendor crashed, was too late or gave no answer when it was asked the same case again.", conformant=False
    ),
    "records_changed": Meaning("Another program changed the run's records while the run was under way.", conformant=False),
}
"""What is found out about a vendor beside its verdicts, by asking again in another way."""

EXIT_CONFORMANT = 0
EXIT_NOT_CONFORMANT = 1
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3
EXIT_INTERRUPTED = 130
