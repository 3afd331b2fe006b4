"""The reference editor: the coder's knowledge seen from the payer's side, a disposition for each line of a claim.

What one line shows alone comes first (`editor_lines.py`: code, modifiers, form), then, where the claim brings its record, what
the coder makes of it (`editor_record.py`), then what the lines of a day show together: a service billed again. Whatever
nothing speaks against is allowed.
"""

from collections.abc import Iterator, Sequence

from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE, PROFESSIONAL, notation
from rtconform.reference.documents.adjudication import Adjudication, AdjudicationLine, Appeal, Choice
from rtconform.reference.documents.claim import DISPOSITIONS, Claim, ClaimLine
from rtconform.reference.editor.categories import CATEGORIES
from rtconform.reference.editor.lines import Stop, line_stops, outside_the_rules, tolerated_alone
from rtconform.reference.editor.payers import PayerProfile, Period, profile_of
from rtconform.reference.editor.record import TOLERATED, Finding, Record, appeal_of, read_record
from rtconform.reference.editor.repeats import homes_of, repeats

Lines = dict[int, AdjudicationLine]

_SERVICES = (DELIVERY_CODES, (GUIDANCE_CODE,))
_ALONE = {"delivery": ("ONCE",), "26": ("IGRT-PROF", "IGRT-TECH"), "bare": ("IGRT-GLOBAL",)}


def adjudicate(claim: Claim, profile: PayerProfile | None = None) -> Adjudication:
    """The reference's dispositions for `claim`; `profile`: the payer's, where it is not the one that the claim names."""
    profile = profile or profile_of(claim.payer)
    lines: Lines = {}
    left: list[ClaimLine] = []
    for line in claim.lines:
        if why := outside_the_rules(line):
            lines[line.number] = AdjudicationLine(line.number, "allow", accepted=TOLERATED, reason=why)
        elif stops := line_stops(claim, line, profile.on(line.date_of_service)):
            lines[line.number] = _stopped(line, stops)
        else:
            left.append(line)
    choices: list[Choice] = []
    for day in dict.fromkeys(line.date_of_service for line in left):
        record = read_record(claim, day)
        for codes in _SERVICES:
            if billed := [line for line in left if line.date_of_service == day and line.code in codes]:
                choices += _one_service(claim, billed, record, profile.on(day), lines)
    return Adjudication(claim.id, profile.name, tuple(lines[line.number] for line in claim.lines), tuple(choices))


def _one_service(
    claim: Claim, billed: Sequence[ClaimLine], record: Record | None, period: Period, lines: Lines
) -> Iterator[Choice]:
    """Puts the lines of one service on one day into `lines`; where it is open which of them is one too many, the choice."""
    homes = homes_of(billed, record.sessions if record else None)
    findings = {line.number: record.finding(line, homes[line.number]) if record else Finding() for line in billed}
    right = []
    for line in billed:
        if stop := findings[line.number].stop:
            lines[line.number] = _stopped(line, [stop])
        else:
            right.append(line)
    again, choices = repeats(right, homes, period, documented=record is not None)
    sessions = len({home for line in right for home in homes[line.number]})
    for line in right:
        found = again.get(line.number)
        if isinstance(found, Stop):
            lines[line.number] = _stopped(line, [found])
        else:
            tolerated = found == "tolerated" or tolerated_alone(claim, line, period)
            finding = findings[line.number]
            lines[line.number] = _allowed(line, finding, TOLERATED if tolerated else finding.accepted, sessions)
    yield from choices


def _stopped(line: ClaimLine, stops: Sequence[Stop]) -> AdjudicationLine:
    """A line that is stopped for the first of these reasons; each of them is as right."""
    rows = [CATEGORIES[stop.category] for stop in stops]
    carcs = tuple(dict.fromkeys(carc for row in rows for carc in row.carcs))
    right = {"deny", "review", *(word for stop in stops for word in stop.tolerates)}
    if any(row.packaging for row in rows):
        right.add("bundle")
    return AdjudicationLine(
        number=line.number,
        disposition=rows[0].disposition,
        category=stops[0].category,
        also=tuple(dict.fromkeys(stop.category for stop in stops if stop.category != stops[0].category)),
        carc=carcs[0],
        carcs=carcs,
        accepted=tuple(word for word in DISPOSITIONS if word in right and word != rows[0].disposition),
        rules=tuple(dict.fromkeys(rule for stop in stops for rule in stop.rules)),
        reason="; ".join(stop.reason for stop in stops),
    )


def _allowed(line: ClaimLine, finding: Finding, accepted: tuple[str, ...], sessions: int) -> AdjudicationLine:
    kind = "delivery" if line.code in DELIVERY_CODES else "26" if PROFESSIONAL in line.modifiers else "bare"
    rules = finding.rules or _ALONE[kind]
    rules = (*rules, *(("IGRT-TECH",) if kind == "26" else ()), *(("SESSIONS",) if sessions > 1 else ()))
    rules = tuple(dict.fromkeys(rules))
    says, source = appeal_of(rules)
    service = notation(line.code, line.modifiers)
    return AdjudicationLine(
        number=line.number,
        disposition="allow",
        accepted=tuple(word for word in DISPOSITIONS if word in accepted),
        rules=rules,
        reason=finding.facts or "nothing on the claim speaks against it",
        appeal=Appeal(f"{service} is right: {finding.facts}. {says}" if finding.facts else f"{service} is right: {says}", source),
    )
