"""An editor's answer in X12: an 835, a 277CA, a 999, or several of them, laid over the lines of the claim that was sent.

The last word for a line counts: a 999 and a 277CA come first, and may be all that comes. Where a line is billed as it was sent,
it is allowed; a service that is not paid is denied or bundled by its reason code, and held where that says so.
"""

from collections.abc import Sequence
from decimal import Decimal

from rtconform.formats.claims import Said, stopped, worst
from rtconform.formats.messages import Heard, Unreadable
from rtconform.formats.x12.envelope import control_number
from rtconform.formats.x12.remittance_reader import ClaimSaid, Service, read_message
from rtconform.reference.documents.claim import Claim, ClaimLine, Disposition, DispositionLine, DispositionWord

_DENIED, _REVERSED = "4", "22"
_ACCEPTED = ("A0", "A1", "A2", "A5", "F0", "F1", "F3")
_REJECTED = ("A3", "A4", "A6", "A7", "A8", "F2")


def read_disposition(document: bytes, claim: Claim) -> Disposition:
    """What the message does with each line of the claim; lines of which it says nothing are missing. Raises Unreadable."""
    (heard,) = hear_dispositions([document], [(claim, claim.id)])
    if isinstance(heard, Unreadable):
        raise heard
    assert isinstance(heard.answer, Disposition)  # noqa: S101 - what is heard of a claim
    return heard.answer


def hear_dispositions(
    documents: Sequence[bytes], asked: Sequence[tuple[Claim, str]], *, own: bool = False
) -> list[Heard | Unreadable]:
    """What the messages, which came in this order, do with each claim, or why that can't be known.

    `asked`: claims, each with the id of the first claim of its 837, by which a 999 names it. `own`: the messages are the user's
    own files, of any length. Raises Unreadable where a message can't be read at all.
    """
    acknowledged: dict[int, bool] = {}
    by_name: dict[str, list[ClaimSaid]] = {}
    for reading in (read_message(document, own=own) for document in documents):
        acknowledged |= reading.acknowledged
        for said in reading.claims:
            by_name.setdefault(said.name, []).append(said)
    named = next(iter(by_name), None)
    heard: list[Heard | Unreadable] = []
    for claim, leader in asked:
        about = by_name.get(claim.id, [])
        refused = acknowledged.get(control_number(leader))
        if not about and refused is None:
            found = f"is about claim {named[:40]!r}" if named else "names no claim"
            heard.append(Unreadable(f"the message {found}, but {claim.id!r} was asked", named))
            continue
        try:
            heard.append(_heard(claim, sorted(about, key=lambda said: said.source == "835"), refused=refused))
        except Unreadable as why:
            heard.append(why)
    return heard


def _heard(claim: Claim, about: list[ClaimSaid], *, refused: bool | None) -> Heard:
    """The last word for each line: an acknowledgment never takes back what an 835 says."""
    lines: dict[int, Said] = {}
    if refused is not None:
        word: DispositionWord = "deny" if refused else "allow"
        lines = {line.number: (word, None) for line in claim.lines}
    for said in about:
        lines |= _remitted(said, claim) if said.source == "835" else _acknowledged(said, claim)
    kept = [(line.number, lines[line.number]) for line in claim.lines if line.number in lines]
    disposition = Disposition(claim.id, tuple(DispositionLine(number, word, carc=carc) for number, (word, carc) in kept))
    remitted = any(said.source == "835" and said.status != _REVERSED for said in about)
    return Heard(disposition, last=remitted or refused is True, message_refused=refused is True and not about)


def _remitted(said: ClaimSaid, claim: Claim) -> dict[int, Said]:
    """What an 835's claim says of the lines. A reversal says nothing: the correction that follows it counts."""
    if said.status == _REVERSED:
        return {}
    matched = _matched(said.services, claim.lines)
    found: dict[int, Said] = {}
    for line in claim.lines:
        services = matched.get(line.number, [])
        if services:
            found[line.number] = worst([_service(service, said) for service in services])
        elif not said.services and (said.reasons or said.status == _DENIED):
            found[line.number] = stopped(said.reasons)
        elif said.services:
            found[line.number] = ("review", None)  # the payer has decided on the others
    return found


def _service(service: Service, said: ClaimSaid) -> Said:
    if service.paid > Decimal(0) or (service.charge == 0 and not service.reasons):
        return "allow", None
    reasons = service.reasons or said.reasons
    if not reasons and said.status != _DENIED:
        raise Unreadable(
            f"segment {service.position} (SVC): {service.code} is charged {service.charge} and paid {service.paid}, "
            "and no CAS says why",
            said.name,
        )
    return stopped(reasons)


def _acknowledged(said: ClaimSaid, claim: Claim) -> dict[int, Said]:
    """What a 277CA says: the claim's status holds for every line, or, where it names services, the services' for theirs."""
    matched = _matched(said.services, claim.lines)
    found: dict[int, Said] = {}
    for line in claim.lines:
        statuses = [service.status for service in matched.get(line.number, [])]
        if statuses:
            found[line.number] = worst([(_word(status or said.status, said), None) for status in statuses])
        elif said.services:
            found[line.number] = ("allow", None)  # what a message names no fault of is accepted
        else:
            found[line.number] = (_word(said.status, said), None)
    return found


def _word(status: str, said: ClaimSaid) -> DispositionWord:
    if status in _ACCEPTED:
        return "allow"
    if status in _REJECTED or status.startswith("E"):
        return "deny"
    if status.startswith(("P", "R")):
        return "review"
    raise Unreadable(f"claim {said.name[:40]!r}: {status[:10]!r} is not a claim status category (STC01-1)", said.name)


def _matched(services: list[Service], lines: tuple[ClaimLine, ...]) -> dict[int, list[Service]]:
    """The services of each line: by the line's own reference, then by code and modifiers, then by code, in order."""
    numbers = {line.number for line in lines}
    matched: dict[int, list[Service]] = {}
    left: list[Service] = []
    for service in services:
        if service.reference in numbers:
            matched.setdefault(service.reference or 0, []).append(service)
        else:
            left.append(service)
    left = _paired(left, lines, matched, exact=True)
    _paired(left, lines, matched, exact=False)
    return matched


def _key(code: str, modifiers: tuple[str, ...], *, exact: bool) -> tuple[str, ...]:
    return (code, *sorted(modifiers)) if exact else (code,)


def _paired(
    left: list[Service], lines: tuple[ClaimLine, ...], matched: dict[int, list[Service]], *, exact: bool
) -> list[Service]:
    """Give services to lines that have none yet, in order; those that fit none are returned."""
    waiting: dict[tuple[str, ...], list[int]] = {}
    for line in lines:
        if line.number not in matched:
            waiting.setdefault(_key(line.code, line.modifiers, exact=exact), []).append(line.number)
    for numbers in waiting.values():
        numbers.reverse()
    rest = []
    for service in left:
        numbers = waiting.get(_key(service.code, service.modifiers, exact=exact), [])
        if numbers:
            matched.setdefault(numbers.pop(), []).append(service)
        else:
            rest.append(service)
    return rest
