"""The reference editor: the coder's knowledge seen from the payer's side, a disposition for each line of a claim.

A line is looked at in this order:

1. what it shows alone: code, modifiers, form (`lines.py`);
2. day by day (`days.py`), if the claim has its record, what the coder codes from it (`record.py`);
3. what the lines of a day show together: a service billed again (`repeats.py`).

A line that nothing speaks against is allowed.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE, PROFESSIONAL, notation
from rtconform.reference.documents.adjudication import Adjudication, AdjudicationLine, Appeal, Choice
from rtconform.reference.documents.claim import DISPOSITIONS, Claim, ClaimLine
from rtconform.reference.editor.categories import CATEGORIES
from rtconform.reference.editor.days import by_day, session_day_of_reading, sessions_by_day, uneven
from rtconform.reference.editor.lines import Stop, line_stops, outside_the_rules, tolerated_alone
from rtconform.reference.editor.national import with_national_edits
from rtconform.reference.editor.payers import PayerProfile, Period, profile_of
from rtconform.reference.editor.record import TOLERATED, Finding, Record, appeal_of, read_record
from rtconform.reference.editor.repeats import homes_of, repeats
from rtconform.reference.national_edits.shipped import shipped_tables
from rtconform.reference.national_edits.tables import Tables

Found = dict[int, list[AdjudicationLine]]
"""What was found of a line, by its number: once for each of its days."""

_SERVICES = (DELIVERY_CODES, (GUIDANCE_CODE,))
_ALONE = {"delivery": ("ONCE",), "26": ("IGRT-PROF", "IGRT-TECH"), "bare": ("IGRT-GLOBAL",)}


def adjudicate(claim: Claim, profile: PayerProfile | None = None, tables: Tables | None = None) -> Adjudication:
    """The reference's dispositions for `claim`.

    `profile`: the payer's, where it is not the one that the claim names; `tables`: the national tables, where they are not those
    that are shipped.
    """
    profile = profile or profile_of(claim.payer)
    found: dict[int, list[AdjudicationLine]] = {line.number: [] for line in claim.lines}
    left: list[ClaimLine] = []
    read_on: dict[int, dt.date] = {}
    for line in claim.lines:
        if why := outside_the_rules(line):
            found[line.number].append(AdjudicationLine(line.number, "allow", accepted=TOLERATED, reason=why))
        elif stops := line_stops(claim, line, profile.on(line.date_of_service)):
            found[line.number].append(_stopped(line, stops))
        elif session_day := session_day_of_reading(claim, line):
            read_on[line.number] = line.date_of_service
            left.append(replace(line, date_of_service=session_day))
        else:
            left.append(line)
    choices: list[Choice] = []
    for day, lines in by_day(left, sessions_by_day(claim.treatment) if claim.treatment else None).items():
        record = read_record(claim, day)
        for codes in _SERVICES:
            if billed := [line for line in lines if line.code in codes]:
                choices += _one_service(claim, billed, record, profile.on(day), found)
    whole = {line.number: _whole_line(claim, line, found[line.number], profile, read_on) for line in claim.lines}
    whole, left_open = with_national_edits(claim, whole, tuple(dict.fromkeys(choices)), profile, tables or shipped_tables())
    return Adjudication(claim.id, profile.name, tuple(whole.values()), left_open)


def _one_service(
    claim: Claim, billed: Sequence[ClaimLine], record: Record | None, period: Period, lines: Found
) -> Iterator[Choice]:
    """Puts the lines of one service on one day into `lines`; where it is open which of them is one too many, the choice."""
    homes = homes_of(billed, record.sessions if record else None)
    findings = {line.number: record.finding(line, homes[line.number]) if record else Finding() for line in billed}
    right = []
    for line in billed:
        if stop := findings[line.number].stop:
            lines[line.number].append(_stopped(line, [stop]))
        else:
            right.append(line)
    again, choices = repeats(right, homes, period, documented=record is not None)
    sessions = len({home for line in right for home in homes[line.number]})
    for line in right:
        found = again.get(line.number)
        if isinstance(found, Stop):
            lines[line.number].append(_stopped(line, [found]))
            continue
        finding = findings[line.number]
        rules = (*tolerated_alone(claim, line, period), *(found.rules if found else ()))
        accepted = TOLERATED if found or rules else finding.accepted
        lines[line.number].append(_allowed(line, finding, accepted, sessions, rules))
    yield from choices


def _whole_line(
    claim: Claim, line: ClaimLine, by_day: Sequence[AdjudicationLine], profile: PayerProfile, read_on: Mapping[int, dt.date]
) -> AdjudicationLine:
    """One disposition for a line: what its worst day has, and what its days and their units, or the day of reading, add."""
    found = max(by_day, key=lambda one: (one.disposition != "allow", "allow" not in one.accepted, bool(one.accepted)))
    period = profile.on(line.date_of_service)
    if found.disposition != "allow":
        return found
    if line.number in read_on and period.professional_part_date == "session":
        reason = "this payer dates the professional part on the day of its session"
        return _stopped(line, [Stop("professional_part_date", reason, ("READING-DATE",))])
    doubts: dict[str, str] = {}
    if line.number in read_on and period.professional_part_date == "either":
        doubts["READING-DATE"] = "payers differ on the day of the professional part"
    if line.days > 1 and claim.kind == "institutional":
        doubts["LINE-DAYS"] = "a line of an outpatient bill has one date"
    elif uneven(line):
        doubts["LINE-DAYS"] = f"{line.units} units do not come out even over {line.days} days"
    if not doubts:
        return found
    reason = "; may be stopped: ".join((found.reason, *doubts.values()))
    return replace(found, accepted=TOLERATED, rules=tuple(dict.fromkeys((*found.rules, *doubts))), reason=reason)


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


def _allowed(
    line: ClaimLine, finding: Finding, accepted: tuple[str, ...], sessions: int, doubts: tuple[str, ...]
) -> AdjudicationLine:
    kind = "delivery" if line.code in DELIVERY_CODES else "26" if PROFESSIONAL in line.modifiers else "bare"
    rules = finding.rules or _ALONE[kind]
    rules = (*rules, *(("IGRT-TECH",) if kind == "26" else ()), *(("SESSIONS",) if sessions > 1 else ()))
    rules = tuple(dict.fromkeys(rules))
    says, source = appeal_of(rules)
    rules = tuple(dict.fromkeys((*rules, *doubts)))
    service = notation(line.code, line.modifiers)
    return AdjudicationLine(
        number=line.number,
        disposition="allow",
        accepted=tuple(word for word in DISPOSITIONS if word in accepted),
        rules=rules,
        reason=finding.facts or "nothing on the claim speaks against it",
        appeal=Appeal(f"{service} is right: {finding.facts}. {says}" if finding.facts else f"{service} is right: {says}", source),
    )
