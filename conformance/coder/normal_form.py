"""Normal form of an answer's lines: forms that mean the same become the same.

Payers differ on how a second session is written, hospitals show packaged services, and the order of lines means nothing. None
of that is a reading of the rules (readings are the reference's alternatives), so it is settled here, before judging.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE, PORT_IMAGE_CODE, TECHNICAL
from rtconform.reference.documents.coding import AnswerLine, Line
from rtconform.reference.documents.treatment import Case, ClaimKind

REPEAT_MODIFIERS = frozenset({"59", "76", "77", "XE"})
"""On the line of a second session of the same code, any one of these says that it is a second session."""

LEVEL_MODIFIERS = frozenset({"59", "XE", "XS", "XP", "XU"})
"""On the line of a second session of another level: 76 and 77 don't separate different codes."""

Service = tuple[str, tuple[str, ...]]
"""Code and sorted modifiers of one unit of service."""

Billed = tuple[str, Service, int]
"""Units of a service in a session: the session, the service, how many."""

NormalForm = dict[str, Counter[Service]]
"""What is billed separately, by session: how many units of which service."""


def normal_form(lines: Iterable[AnswerLine], case: Case) -> NormalForm:
    """What an answer bills, by session; sessions with nothing are left out.

    Bundled lines that are tolerated on the claim are dropped; a line of several units is spread over the sessions that it
    stand for; 59, 76, 77 or XE is dropped from all lines of a code but one, 59, XE, XS, XP or XU from a line of another level.
    """
    billed = [line for line in lines if not _tolerated(line, case.billing.claim)]
    form: NormalForm = {}
    for session, service, units in _without_repeat_modifiers(_spread(billed, case)):
        form.setdefault(session, Counter())[service] += units
    return form


def expected_form(lines: Iterable[Line]) -> NormalForm:
    """The normal form of lines that are canonical already."""
    form: NormalForm = {}
    for line in lines:
        form.setdefault(line.session, Counter())[line.code, tuple(sorted(line.modifiers))] += line.units
    return form


def _tolerated(line: AnswerLine, claim: ClaimKind) -> bool:
    """A packaged service shown for tracking. A hospital's 77387 is technical by nature: it needs no TC to be so."""
    if line.payment != "bundled" or claim not in ("facility", "technical"):
        return False
    if line.code == PORT_IMAGE_CODE:
        return True
    return line.code == GUIDANCE_CODE and (line.modifiers == (TECHNICAL,) or (claim == "facility" and not line.modifiers))


def _spread(lines: Sequence[AnswerLine], case: Case) -> list[Billed]:
    """Each line's units. Units beyond the first go to further sessions without a line of that kind, while there are any."""
    billed = []
    for line in lines:
        service = (line.code, tuple(sorted(line.modifiers)))
        taken = {other.session for other in lines if _kind(other.code) == _kind(line.code)}
        free = [s.id for s in case.sessions if s.beams_delivered and s.id not in taken][: line.units - 1]
        billed.append((line.session, service, line.units - len(free)))
        billed += [(session, service, 1) for session in free]
    return billed


def _without_repeat_modifiers(billed: list[Billed]) -> list[Billed]:
    """Drop a lone modifier of a further session where a unit of the same code, or of another level, stands without."""
    marks = [(REPEAT_MODIFIERS | LEVEL_MODIFIERS).intersection(modifiers) for _, (_, modifiers), _ in billed]
    bare = {code for (_, (code, _), _), found in zip(billed, marks, strict=True) if not found}
    plain = []
    for (session, (code, modifiers), units), found in zip(billed, marks, strict=True):
        of_other_level = any(_kind(other) == _kind(code) and other != code for other in bare)
        taken = (REPEAT_MODIFIERS if code in bare else frozenset()) | (LEVEL_MODIFIERS if of_other_level else frozenset())
        if len(found) == 1 and found <= taken:
            modifiers = tuple(modifier for modifier in modifiers if modifier not in found)  # noqa: PLW2901 - the line without it
        plain.append((session, (code, modifiers), units))
    return plain


def _kind(code: str) -> str:
    return "delivery" if code in DELIVERY_CODES else code
