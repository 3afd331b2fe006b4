"""Charges of a billing system made into a coder's answer: sessions found, credits netted, other families set aside."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rtconform.formats.messages import Unreadable
from rtconform.formats.settings import OTHER_FAMILY, AnswerSettings
from rtconform.reference.codes import catalogue, notation
from rtconform.reference.documents.coding import Answer, AnswerLine, Outcome, Payment
from rtconform.reference.documents.treatment import Case

MOST_LINES = 500
"""How many lines an answer may have."""

MOST_NOTES = 20
"""How many notes an answer keeps."""

_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_NOTATION = re.compile(r"([0-9A-Z][0-9]{3}[0-9A-Z])((?:[- ,:][0-9A-Z]{2})*)")


@dataclass(frozen=True)
class Moment:
    """When a charge says that its service was: a day, with the time where it says one."""

    day: dt.date
    time: dt.time | None = None


@dataclass(frozen=True)
class Charge:
    """One charge. `where`: its place in the message, for the vendor's people; `units`: how many, of a credit too.

    `session`: what it names as its session, empty for nothing; `when`: when its service was, None where it does not say.
    """

    where: str
    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 1
    credit: bool = False
    session: str = ""
    when: Moment | None = None
    payment: Payment = "separate"


def is_code(text: str) -> bool:
    """Whether a text is a CPT or HCPCS code by its form."""
    return _CODE.fullmatch(text) is not None


def is_modifier(text: str) -> bool:
    """Whether a text is a modifier by its form."""
    return _MODIFIER.fullmatch(text) is not None


def code_of(texts: Iterable[str], settings: AnswerSettings) -> tuple[str, tuple[str, ...]] | None:
    """The code and modifiers that the first usable of these texts stands for, by the vendor's own map or as it is written.

    `OTHER_FAMILY` is given back as the code. None: no text can be used.
    """
    for text in texts:
        mapped = settings.codes.get(text, text)
        if mapped == OTHER_FAMILY:
            return OTHER_FAMILY, ()
        if found := _NOTATION.fullmatch(mapped.upper()):
            return found[1], tuple(re.findall(r"[0-9A-Z]{2}", found[2]))
    return None


def of_our_family(code: str) -> bool:
    """Whether a code is one that this suite is about: of the treatment delivery family, or a deleted one of it."""
    known = catalogue().get(code)
    return known is not None and known.kind != "outside"


def answer_of(case: Case, charges: Sequence[Charge], *, outcome: Outcome | None = None, notes: Iterable[str] = ()) -> Answer:
    """The answer that charges come to. `outcome`: what the vendor says itself; None: the charges say it.

    Charges of other families are set aside with a note; where there are only such, the case is out of scope. Raises Unreadable
    where a charge can't be given to a session, or a credit cancels nothing.
    """
    ours = [charge for charge in charges if of_our_family(charge.code)]
    others = dict.fromkeys(
        notation(charge.code, charge.modifiers) if charge.code != OTHER_FAMILY else "a charge of your own number"
        for charge in charges
        if not of_our_family(charge.code)
    )
    billed = _without_credits(_in_sessions([charge for charge in ours if not charge.credit], case), ours, case)
    if len(billed) > MOST_LINES:
        raise Unreadable(f"{len(billed)} charges where an answer has {MOST_LINES} lines at most", case.id)
    said: Outcome = outcome or ("out_of_scope" if others and not ours else "coded")
    kept = [*notes]
    if others:
        named = ", ".join([*others][:8]) + (" and more" if len(others) > 8 else "")
        kept.append(f"set aside, of another family of services: {named}")
    lines = tuple(AnswerLine(one.session, one.code, one.modifiers, one.units, one.payment) for one in billed)
    return Answer(case.id, said, lines, tuple(note[:500] for note in kept[:MOST_NOTES]))


def nothing(case: Case, settings: AnswerSettings) -> Answer:
    """The answer where nothing came. Raises Unreadable where the vendor file gives that no meaning."""
    if settings.empty == "invalid":
        raise Unreadable(
            'nothing came where an answer is due; where that means that nothing is billed, say so: [answers] empty = "coded"'
        )
    return Answer(case.id, settings.empty)


def named_session(text: str, case: Case) -> str:
    """The session that a text names: by its id, or by the case's name, a dot and its id. Empty where it names none."""
    ids = {session.id for session in case.sessions}
    if text in ids:
        return text
    after = text.removeprefix(f"{case.id}.")
    return after if after != text else ""


def _in_sessions(charges: Iterable[Charge], case: Case) -> list[Charge]:
    """Each charge under its session. Where a charge could be of several, they are filled in order, one of a kind in each."""
    filled: dict[tuple[str, bool, bool], set[str]] = {}
    placed = []
    for charge in charges:
        candidates = _candidates(charge, case)
        taken = filled.setdefault(_kind(charge), set())
        session = next((one for one in candidates if one not in taken), candidates[-1])
        taken.add(session)
        placed.append(replace(charge, session=session))
    return placed


def _kind(charge: Charge) -> tuple[str, bool, bool]:
    """A session has one delivery, of whatever level; its guidance once for each part."""
    known = catalogue().get(charge.code)
    kind = known.kind if known else charge.code
    return (kind, "26" in charge.modifiers, "TC" in charge.modifiers)


def _candidates(charge: Charge, case: Case) -> list[str]:
    """The sessions that a charge may be of, in the case's order. Raises Unreadable where there is none."""
    if charge.session:
        return [charge.session]
    every = [session.id for session in case.sessions]
    if charge.when is None:
        if len(every) > 1:
            raise Unreadable(
                f"{charge.where}: {charge.code} names neither a session nor a time, and the case has {len(every)} sessions",
                case.id,
            )
        return every
    day, time = charge.when.day, charge.when.time
    of_day = [session for session in case.sessions if session.started_at.date() == day]
    if not of_day:
        if day == case.billing.date_of_service:
            return every
        raise Unreadable(f"{charge.where}: {charge.code} is dated {day}, on which the case has no session", case.id)
    if time is None or len(of_day) == 1:
        return [session.id for session in of_day]
    minute = time.replace(second=0, microsecond=0)
    begun = [one for one in of_day if one.started_at.time().replace(second=0, microsecond=0) <= minute]
    return [max(begun, key=lambda one: one.started_at).id] if begun else [of_day[0].id]


def _without_credits(billed: list[Charge], ours: Iterable[Charge], case: Case) -> list[Charge]:
    """The charges that credits leave. A credit cancels the last charge of its service that could be meant."""
    for credit in ours:
        if not credit.credit:
            continue
        candidates = set(_candidates(credit, case))
        left = credit.units
        for exact in (True, False):
            for index in range(len(billed) - 1, -1, -1):
                one = billed[index]
                if left and one.session in candidates and _same(one, credit, exact=exact):
                    taken = min(left, one.units)
                    left -= taken
                    billed[index] = replace(one, units=one.units - taken)
            billed = [one for one in billed if one.units]
        if left:
            service = notation(credit.code, credit.modifiers)
            raise Unreadable(f"{credit.where}: a credit of {service} × {credit.units} without a charge to cancel", case.id)
    return billed


def _same(one: Charge, credit: Charge, *, exact: bool) -> bool:
    return one.code == credit.code and (sorted(one.modifiers) == sorted(credit.modifiers) or (not exact and not credit.modifiers))
