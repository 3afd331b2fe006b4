"""Causes: why results are not right, so that a thousand failing cases become a few faults. One type for every role.

A cause is a rule that was broken and the kind of difference that broke it: one change most likely fixes all results that share
it. A case may fail for several causes; it passes again when all of them are fixed. A result gets its causes when it is
made (`Result.causes`), and nothing else computes them. What is specific to a role is in the role's folder.
"""

from typing import Literal

from msgspec import Struct

from rtconform.conformance.verdicts import VERDICTS, Verdict

Kind = Literal[
    "level_too_high", "level_too_low", "missing_line", "extra_line", "modifier", "units", "deleted_code", "unknown_code",
    "coded", "out_of_scope", "needs_review", "declined", "invalid", "crash", "timeout", "unanswered",
    "false_denial", "miss", "held", "unrecorded",
]  # fmt: skip
"""The kinds of difference; `unrecorded` only of a result that an older version wrote without its causes."""

KINDS: dict[Kind, str] = {
    "level_too_high": "Bills a higher level than the rules give.",
    "level_too_low": "Bills a lower level than the rules give.",
    "missing_line": "Leaves out a line that is due.",
    "extra_line": "Bills a line that is not due.",
    "modifier": "Bills the right code with wrong modifiers.",
    "units": "Bills the right code more than once.",
    "deleted_code": "Bills a deleted code.",
    "unknown_code": "Bills a code that is neither for delivery nor for guidance.",
    "coded": "Gives codes where none are due.",
    "out_of_scope": "Calls treatment out of scope that the rules cover.",
    "needs_review": "Sends back what it should have called out of scope.",
    "declined": "Asks for review although the record can be coded.",
    "invalid": "Answers in a form that is not agreed: no answer can be read.",
    "crash": "Crashes, or answers with a server error.",
    "timeout": "Does not answer in time.",
    "unanswered": "Was not asked: the run ended first.",
    "false_denial": "Stops a line of a claim that it has to allow.",
    "miss": "Allows a line of a claim that it has to stop.",
    "held": "Holds a line of a claim for review that it has to allow.",
    "unrecorded": "The version of rtconform that made this run did not record why the result does not stand.",
}
"""The sentence for a kind of difference where nothing more specific is known."""

_WITHOUT_ANSWER: dict[Verdict, Kind] = {"invalid": "invalid", "error": "crash", "timeout": "timeout", "unanswered": "unanswered"}


class Cause(Struct, frozen=True, gc=False):
    """Why a result does not stand. `id` is stable from run to run: the rules broken and the kind, "AMM-SETUP/level-too-high".

    `sentence` says what is done wrong, in the present tense, as a developer would write it into an issue. `lines`: the numbers of
    the claim's lines that show it, where a claim was asked.
    """

    id: str
    rules: tuple[str, ...]
    kind: Kind
    sentence: str
    lines: tuple[int, ...] = ()


def of_kind(kind: Kind) -> Cause:
    """The cause that no rule has a part in."""
    return Cause(kind.replace("_", "-"), (), kind, KINDS[kind])


_INVALID = (
    ("nothing came", "nothing", "Answers with nothing."),
    ("not JSON", "not-json", "Answers with something that is not JSON."),
    ("more than one JSON", "several", "Answers with more than one JSON document."),
    ("not XML", "not-xml", "Answers with something that is not XML."),
    (
        "response.",
        "expression",
        "Answers with something in which an expression of the vendor file finds no answer.",
    ),
    ("the answer has no id", "no-id", "Answers without an id."),
    ("the answer's id is", "id", "Answers with an id that is not text, or with another id than was asked."),
    ("answers ", "another", "Answers with the id of another case or claim."),
    ("the vendor says", "says-error", "Answers with an error in place of an answer."),
    ("a JSON ", "no-object", "Answers with JSON that is not an object."),
    ("no disposition", "lines", "Answers without a disposition for each line of the claim."),
    ("a disposition for", "lines", "Answers without a disposition for each line of the claim."),
    ("no rtconform", "schema", "Answers with an object that is not an answer in the agreed form."),
    ("not an rtconform", "schema", "Answers with an object that is not an answer in the agreed form."),
)
"""How an explanation of `invalid` opens, with the last part of the cause's id and its sentence."""


def without_answer(verdict: Verdict, explanation: str) -> Cause | None:
    """The cause of a result for which no answer could be read; None: there is an answer to look at, or nothing is wrong.

    Causes of `invalid` differ by what is wrong with what came.
    """
    kind = _WITHOUT_ANSWER.get(verdict)
    if kind == "invalid":
        for opens, slug, sentence in _INVALID:
            if explanation.startswith(opens):
                return Cause(f"invalid/{slug}", (), kind, sentence)
    return of_kind(kind) if kind else None


def unrecorded(verdict: Verdict, rules: tuple[str, ...], explanation: str) -> tuple[Cause, ...]:
    """The causes of a result that was written without any, as far as its verdict and rules say: none where it stands."""
    if VERDICTS[verdict].conformant:
        return ()
    if cause := without_answer(verdict, explanation):
        return (cause,)
    rule = next(iter(rules), "")
    return (Cause(f"{rule}/unrecorded".lstrip("/"), (rule,) if rule else (), "unrecorded", KINDS["unrecorded"]),)
