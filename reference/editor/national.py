"""National edits on a claim: pairs of codes that are not paid together, and more units than a table takes.

What the tables say is found here; whether the payer adopts them, the profile says. Under a payer that does not, to stop what they
stop is as right as to allow it. The claim is one patient's with one provider, which is what a pair is looked at for.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from rtconform.reference.codes import PROFESSIONAL, TECHNICAL, notation
from rtconform.reference.documents.adjudication import AdjudicationLine, Category, Choice
from rtconform.reference.documents.claim import DISPOSITIONS, Claim, ClaimLine
from rtconform.reference.editor.categories import CATEGORIES
from rtconform.reference.editor.days import by_day
from rtconform.reference.editor.payers import NationalEdit, PayerProfile
from rtconform.reference.editor.record import TOLERATED
from rtconform.reference.national_edits.tables import Tables, TableSetting

SEPARATING = frozenset({"59", "XE", "XS", "XP", "XU"})
_CORONARY = ("LC", "LD", "LM", "RC", "RI")
ANATOMIC = frozenset(
    ("E1", "E2", "E3", "E4", "FA", "TA", *(f"{limb}{n}" for limb in "FT" for n in range(1, 10)), "LT", "RT", *_CORONARY)
)
"""Modifiers that name a place of the body; like `SEPARATING` they separate a pair of indicator 1. 76 and 77 don't."""


@dataclass(frozen=True)
class NationalFinding:
    """What a table says against a line. `certain` false: it may be stopped by it, by `rules`, but need not be.

    `beside`: the number of the line of column 1; `table`: the table and its edition.
    """

    number: int
    kind: NationalEdit
    category: Category
    reason: str
    table: str
    rules: tuple[str, ...]
    certain: bool = True
    beside: int | None = None


@dataclass(frozen=True)
class TooMany:
    """Lines of a code on a date, each within the table and together not: `at_most` of them may be paid."""

    lines: tuple[int, ...]
    at_most: int
    finding: NationalFinding


def with_national_edits(
    claim: Claim, lines: Mapping[int, AdjudicationLine], choices: Sequence[Choice], profile: PayerProfile, tables: Tables
) -> tuple[dict[int, AdjudicationLine], tuple[Choice, ...]]:
    """The dispositions with what the tables add to them, and the choices that are then left."""
    whole = dict(lines)
    days = {line.number: line.date_of_service for line in claim.lines}

    def adopted(finding: NationalFinding) -> bool:
        return finding.kind in profile.on(days[finding.number]).national_edits

    for finding in (*_pairs(claim, tables), *_units(claim, tables)):
        beside = lines[finding.beside] if finding.beside is not None else None
        sound = beside is None or beside.disposition == "allow"
        whole[finding.number] = _with(whole[finding.number], finding, must=adopted(finding) and finding.certain and sound)
    left = list(choices)
    for group in _too_many(claim, tables):
        must = adopted(group.finding) and group.finding.certain
        stopped = group.lines[group.at_most :] if must else group.lines
        for number in group.lines:
            finding = replace_number(group.finding, number)
            whole[number] = _with(whole[number], finding, must=must and number in stopped)
        if must:
            left = [choice for choice in left if not set(choice.lines) <= set(group.lines)]
            left.append(Choice(group.lines, 0, group.at_most, group.finding.category))
    return whole, tuple(left)


def replace_number(finding: NationalFinding, number: int) -> NationalFinding:
    """The same finding of another line."""
    return NationalFinding(number, finding.kind, finding.category, finding.reason, finding.table, finding.rules, finding.certain)


def table_setting(claim: Claim) -> TableSetting:
    """Which of the two settings' tables govern a claim, by its form."""
    return "hospital" if claim.kind == "institutional" else "practitioner"


def _pairs(claim: Claim, tables: Tables) -> Iterator[NationalFinding]:
    """The lines of column 2 that nothing separates from one of column 1 on a day, each once."""
    if len({line.code for line in claim.lines}) < 2:
        return
    setting = table_setting(claim)
    own = any(one.kind == "ptp" and one.setting == setting for one in tables.editions)
    told: set[tuple[int, int]] = set()
    for day, lines in by_day(claim.lines, None).items():
        for first in lines:
            for second in lines:
                if first.code == second.code or (first.number, second.number) in told:
                    continue
                found = tables.pair(setting if own else "hospital", first.code, second.code, day)
                if found is None:
                    continue
                row, edition, known = found
                marks = SEPARATING | ANATOMIC
                if row.indicator == "1" and (marks & set(first.modifiers) or marks & set(second.modifiers)):
                    continue
                told.add((first.number, second.number))
                marked = "" if row.indicator == "0" else "59, XE, XS, XP, XU or anatomic "
                reason = (
                    f"{second.code} is not paid beside {first.code} (line {first.number}): no {marked}modifier separates them"
                )
                rules = ("NCCI-PTP",)
                if not own:
                    reason += "; the practitioners' table was not found, and the hospitals' has this pair"
                elif not known:
                    reason += f"; in force on {row.effective}, first day not known"
                certain = own and known
                table = f"{edition.title}: {row.column1}/{row.column2}, indicator {row.indicator}"
                yield NationalFinding(
                    second.number, "ptp", "national_ptp", reason, table,
                    rules if certain else (*rules, "NCCI-UNKNOWN"), certain, first.number,
                )  # fmt: skip


def _units(claim: Claim, tables: Tables) -> Iterator[NationalFinding]:
    """The lines that have alone, on some day, more units than the table takes."""
    told: set[int] = set()
    for day, lines in by_day(claim.lines, None).items():
        for line in lines:
            found = tables.most_units(table_setting(claim), line.code, day)
            if found and line.number not in told and line.units > found[0].units:
                told.add(line.number)
                yield _exceeds(claim, line.number, line.code, line.units, day, tables)


def _too_many(claim: Claim, tables: Tables) -> Iterator[TooMany]:
    """The lines of a code on a day that are within the table alone, and not together: MAI 2 and 3 count a date."""
    told: set[tuple[int, ...]] = set()
    for day, lines in by_day(claim.lines, None).items():
        by_code: dict[str, list[ClaimLine]] = {}
        for line in lines:
            by_code.setdefault(service(line), []).append(line)
        for its in by_code.values():
            found = tables.most_units(table_setting(claim), its[0].code, day)
            if found is None or found[0].mai == 1 or len(its) < 2:
                continue
            fit = [line for line in its if line.units <= found[0].units]
            total = sum(line.units for line in fit)
            numbers = tuple(line.number for line in fit)
            if total <= found[0].units or numbers in told:
                continue
            told.add(numbers)
            left, at_most = found[0].units, 0
            for line in sorted(fit, key=lambda line: line.units):
                left -= line.units
                at_most += left >= 0
            yield TooMany(numbers, at_most, _exceeds(claim, numbers[0], its[0].code, total, day, tables))


def service(line: ClaimLine) -> str:
    """Units are counted by code, the professional and the technical part of one apart from each other."""
    return notation(line.code, [modifier for modifier in line.modifiers if modifier in (PROFESSIONAL, TECHNICAL)][:1])


def _exceeds(claim: Claim, number: int, code: str, units: int, day: dt.date, tables: Tables) -> NationalFinding:
    found = tables.most_units(table_setting(claim), code, day)
    if found is None:
        raise AssertionError(code)
    row, edition = found
    per = "a line" if row.mai == 1 else "a date"
    documented = row.mai == 3 and claim.treatment is not None
    reason = f"{units} units of {code}, where the table takes {row.units} {per} (MAI {row.mai})"
    if documented:
        reason += "; the record that the claim brings may show that they were due"
    table = f"{edition.title}: {code}, {row.units}, MAI {row.mai}"
    return NationalFinding(number, "mue", "national_mue", reason, table, ("NCCI-MUE",), not documented)


def _with(line: AdjudicationLine, finding: NationalFinding, *, must: bool) -> AdjudicationLine:
    """A line with what a table says against it. One that is stopped already may be stopped for this too."""
    row = CATEGORIES[finding.category]
    rules = tuple(dict.fromkeys((*line.rules, *finding.rules)))
    tables = tuple(dict.fromkeys((*line.tables, finding.table)))
    if line.disposition != "allow":
        accepted = tuple(word for word in line.accepted if word != "allow") if must else line.accepted
        return replace(
            line,
            also=tuple(dict.fromkeys((*line.also, *((finding.category,) if finding.category != line.category else ())))),
            carcs=tuple(dict.fromkeys((*line.carcs, *row.carcs))),
            accepted=accepted,
            rules=rules if must else line.rules,
            tables=tables,
            reason=f"{line.reason}; {finding.reason}" if must else line.reason,
        )
    if not must:
        reason = line.reason if finding.reason in line.reason else f"{line.reason}; may be stopped: {finding.reason}"
        return replace(line, accepted=TOLERATED, rules=rules, tables=tables, reason=reason)
    right = {"deny", "review", *(["bundle"] if row.packaging else [])}
    return AdjudicationLine(
        number=line.number,
        disposition=row.disposition,
        category=finding.category,
        carc=row.carcs[0],
        carcs=row.carcs,
        accepted=tuple(word for word in DISPOSITIONS if word in right and word != row.disposition),
        rules=finding.rules,
        reason=finding.reason,
        tables=tables,
    )
