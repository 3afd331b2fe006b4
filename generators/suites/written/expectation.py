"""What an author expects of a case, in a line that a coder reads at sight: `77412 + 77387-26`.

    one session        77407                     a service; services of one session are joined by +
                       77412 + 77387-26          modifiers follow the code after a hyphen
                       nothing                   coded, with no line to bill
                       out_of_scope              the rules do not govern the case
                       needs_review              the record has to go back to a person
                       77402 | needs_review      ours, then whatever else is accepted
    several sessions   S1 77412; S2 77407 | 77412    each session by its id, in any order

A suite's author writes it beside the case; a test compares it with the reference.
"""

import re
from dataclasses import dataclass
from typing import get_args

from rtconform.reference.codes import catalogue
from rtconform.reference.documents.coding import Line, Outcome

_OUTCOMES: dict[str, Outcome] = {outcome: outcome for outcome in get_args(Outcome) if outcome != "coded"}
_NOTHING = "nothing"
_SERVICE = re.compile(r"(?P<code>[0-9A-Z][0-9]{3}[0-9A-Z])(?P<modifiers>(?:-[0-9A-Z]{2})*)")


@dataclass(frozen=True)
class Expected:
    """A whole answer that an author expects: an outcome, and its lines in the order of the case's sessions."""

    outcome: Outcome
    lines: tuple[Line, ...] = ()


def expected_answers(text: str, sessions: tuple[str, ...]) -> tuple[Expected, ...]:
    """The answers that `text` allows for a case with these sessions, the expected one first, then those accepted.

    With several sessions an accepted answer differs from the expected one in one session, as the reference's do.
    Raises ValueError, saying what can't be read, for text outside the grammar.
    """
    if len(sessions) == 1:
        return tuple(_answer(choice.strip(), sessions[0]) for choice in text.split("|"))
    if text.strip() in {*_OUTCOMES, _NOTHING}:
        return (_answer(text.strip(), ""),)
    choices = _choices_by_session(text, sessions)
    ours = {session: answers[0] for session, answers in choices.items()}
    return (
        _joined(ours),
        *(_joined(ours | {session: other}) for session, answers in choices.items() for other in answers[1:]),
    )


def _choices_by_session(text: str, sessions: tuple[str, ...]) -> dict[str, list[Expected]]:
    found: dict[str, list[Expected]] = {}
    for part in text.split(";"):
        session, _, services = part.strip().partition(" ")
        if session not in sessions:
            raise ValueError(f"{part.strip()!r} must begin with the id of a session of the case: {', '.join(sessions)}")
        if session in found:
            raise ValueError(f"session {session} is named twice")
        found[session] = [_answer(choice.strip(), session) for choice in services.split("|")]
        if any(answer.outcome != "coded" for answer in found[session]):
            raise ValueError(f"{' or '.join(_OUTCOMES)} answers the whole case, not session {session}")
    if missing := [session for session in sessions if session not in found]:
        raise ValueError(f"session {missing[0]} is missing: say what to bill for it, or {_NOTHING}")
    return {session: found[session] for session in sessions}


def _joined(answers: dict[str, Expected]) -> Expected:
    return Expected("coded", tuple(line for answer in answers.values() for line in answer.lines))


def _answer(text: str, session: str) -> Expected:
    if text in _OUTCOMES:
        return Expected(_OUTCOMES[text])
    if text == _NOTHING:
        return Expected("coded")
    return Expected("coded", tuple(_line(service.strip(), session) for service in text.split("+")))


def _line(text: str, session: str) -> Line:
    service = _SERVICE.fullmatch(text)
    if service is None:
        words = ", ".join((_NOTHING, *_OUTCOMES))
        raise ValueError(f"{text!r} is not a service such as 77407 or 77387-26, and not one of {words}")
    if service["code"] not in catalogue():
        raise ValueError(f"code {service['code']} is not in the catalogue")
    return Line(session, service["code"], tuple(service["modifiers"].split("-")[1:]))
