"""Whether a vendor that is asked in a format of the trade can know what decides a question.

No list says it: the question is written and read again, and where the reference makes something else of what comes back, no
reader of the message could have known better. Such a question is not asked: counted as not_applicable, never a pass.
"""

from typing import Any

from msgspec import Struct

from rtconform.conformance.protocol import Mask, Question
from rtconform.conformance.role import Role
from rtconform.formats.messages import Inexpressible, Unreadable
from rtconform.formats.names import LENGTH
from rtconform.formats.registry import ANSWERS, QUESTIONS
from rtconform.formats.settings import FormatSettings
from rtconform.generators.suites.suite import SuiteItem
from rtconform.reference.documents.coding import Answer, AnswerLine, Coding
from rtconform.reference.documents.treatment import Case

MOST_LOST = 6
"""How many lost fields a reason names."""


def beyond(formats: FormatSettings, role: Role, item: SuiteItem) -> str | None:
    """Why a case or claim of a suite can't be asked in the vendor's formats; None where it can."""
    if item.writing is not None and formats.question != "json":
        what = "how the case is written" if item.sound else "what is wrong with the document"
        return f"asked in another format than JSON, the vendor never sees {what}"
    if not item.sound:  # what is due is needs_review, which every format can say
        return None
    return inexpressible(formats, role, item.question)


def inexpressible(formats: FormatSettings, role: Role, question: Question) -> str | None:
    """Why the question can't be asked, or its answer not be given, in the vendor's formats; None where they can."""
    unaskable = _unaskable(formats, role, question)
    if unaskable or formats.sessions == "named":  # what names its session comes back whole: docs/reference/formats.md counts it
        return unaskable
    return unanswerable(formats, role, question)


def unanswerable(formats: FormatSettings, role: Role, question: Question) -> str | None:
    """Why no answer in the vendor's format can be the right one: charges that name no session may belong to another."""
    row = ANSWERS.get((formats.answer, role.asks))
    if row is None or row.again is None:
        return None
    case: Case = role.wire.masked(question, Mask("0" * LENGTH, question.patient.id))
    coding = role.recorded(role.expect(case))
    if not isinstance(coding, Coding):  # rows with `again` are for cases
        raise TypeError
    lines = tuple(AnswerLine(line.session, line.code, line.modifiers, line.units) for line in coding.lines)
    try:
        again = row.again(Answer(case.id, coding.outcome, lines), case, formats.sessions)
    except (Inexpressible, Unreadable) as why:
        return f"as {row.title} its answer can't be given: {why}"
    if again.outcome == coding.outcome and sorted(map(str, again.lines)) == sorted(map(str, lines)):
        return None
    return f"{row.title} that say only the {formats.sessions} of a service can't tell its {len(case.sessions)} sessions apart"


def _unaskable(formats: FormatSettings, role: Role, question: Question) -> str | None:
    row = QUESTIONS.get((formats.question, role.asks))
    if row is None:
        return None
    question = role.wire.masked(question, Mask("0" * LENGTH, question.patient.id))
    try:
        if row.refuse is not None:
            row.refuse(question)
            return None
        parts = row.write(question, formats.companion)
        again = row.reread(parts[0].content)
    except Inexpressible as why:
        return f"in {row.title} it can't be said: {why}"
    except Unreadable as why:
        return f"in {row.title} it can't be read back: {why.what}"
    if again == question or role.decided(role.expect(question)) == role.decided(role.expect(again)):
        return None
    lost = lost_fields(question, again)
    named = ", ".join(lost[:MOST_LOST]) + (" and more" if len(lost) > MOST_LOST else "")
    return f"{row.title} does not carry what decides it: {named} is lost on the way"


def lost_fields(question: Struct, again: Struct) -> list[str]:
    """The fields that are not the same any more, by their paths without indexes."""
    return list(dict.fromkeys(_differing(question, again, "")))


def _differing(one: Any, other: Any, path: str) -> list[str]:  # noqa: ANN401 - whatever a document holds
    if one == other:
        return []
    if isinstance(one, Struct) and isinstance(other, type(one)):
        inside = (f"{path}.{name}".lstrip(".") for name in one.__struct_fields__)
        pairs = zip(inside, one.__struct_fields__, strict=True)
        return [lost for at, name in pairs for lost in _differing(getattr(one, name), getattr(other, name), at)]
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other) and one and isinstance(one[0], Struct):
        return [lost for ours, theirs in zip(one, other, strict=True) for lost in _differing(ours, theirs, path)]
    return [path]
