"""What a payer decided of a user's claims, beside what the reference decides: which edits deny rightly paid care, what they miss.

Decisions are 835s, 277CAs and 999s, or our own dispositions as JSON Lines. A claim is found by its id: CLM01 of an 837, CLP01 of
an 835.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from msgspec import Struct

from rtconform.conformance.editor.judge import Slip, slips_of
from rtconform.formats.fhir.claims.claim_writer import claim_id
from rtconform.formats.messages import Unreadable
from rtconform.formats.x12.answers import hear_dispositions
from rtconform.jobs.claim_files import BEFORE, is_x12
from rtconform.jobs.resource_claims import kind_of, responses
from rtconform.reference.codes import notation
from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.claim import Claim, Disposition
from rtconform.reference.documents.wire import decode_lines
from rtconform.reference.editor.appeal_letter import letter
from rtconform.reference.errors import UserError
from rtconform.reference.national_edits.tables import Tables
from rtconform.reference.regular_file import read_regular

Kind = Literal["false_denial", "miss", "held"]

_HEADS: dict[Kind, str] = {
    "false_denial": "FALSE DENIALS: lines that are right, and were stopped",
    "miss": "MISSES: lines that have to be stopped, and were paid",
    "held": "HELD: lines that are right, and wait for a person",
}
MOST_BYTES = 64 * 1024 * 1024
_FIRST = 64 * 1024


class Difference(Struct, frozen=True):
    """One line decided otherwise than it has to be. `edit`: what the payer stopped it by, or should have.

    `letter`: the paragraph for the appeal, of a false denial.
    """

    id: str
    line: int
    kind: Kind
    service: str
    edit: str
    reason: str
    rules: tuple[str, ...]
    letter: str = ""


@dataclass
class Compared:
    """All differences, and what was compared. `silent`: lines of which no decision says anything; `unread`: claims, and why."""

    differences: list[Difference] = field(default_factory=list)
    claims: int = 0
    lines: int = 0
    silent: int = 0
    unread: list[str] = field(default_factory=list)


def compared(edited: Iterable[tuple[Claim, Adjudication]], files: Sequence[Path], tables: Tables) -> Compared:
    """The decisions in `files`, laid beside the reference's. Raises UserError for a file that can't be read."""
    asked = list(edited)
    decisions, found = _decisions(files, [claim for claim, _ in asked]), Compared()
    for claim, adjudication in asked:
        decision = decisions.get(claim.id)
        if decision is None or isinstance(decision, str):
            found.unread.append(f"claim {claim.id!r}: {decision or 'no decision names it'}")
            continue
        found.claims += 1
        found.lines += len(decision.lines)
        found.silent += len(claim.lines) - len({line.number for line in decision.lines})
        services = {line.number: line for line in claim.lines}
        for slip in slips_of(adjudication, decision):
            if slip.kind != "other_reason":
                line = services[slip.due.number]
                found.differences.append(_difference(claim, slip, notation(line.code, line.modifiers), tables))
    return found


def in_prose(found: Compared) -> Iterator[str]:
    """The differences kind by kind, those of one edit together, the most frequent first, each with its first example."""
    counts = {kind: sum(one.kind == kind for one in found.differences) for kind in _HEADS}
    yield (
        f"{_many(found.claims, 'claim')} decided, {_many(found.lines, 'line')}: {_many(counts['false_denial'], 'false denial')}, "
        f"{_many(counts['miss'], 'miss')}, {counts['held']} held"
        + (f"; {_many(found.silent, 'line')} without a decision" if found.silent else "")
    )
    for kind, head in _HEADS.items():
        groups: dict[tuple[str, str], list[Difference]] = {}
        for one in found.differences:
            if one.kind == kind:
                groups.setdefault((one.edit, one.service), []).append(one)
        if groups:
            yield f"\n{head}"
        for (edit, service), its in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
            yield f"  {edit} on {service}: {_many(len(its), 'line')}, for instance claim {its[0].id}, line {its[0].line}"
            yield f"    {its[0].letter or its[0].reason}"


def _difference(claim: Claim, slip: Slip, service: str, tables: Tables) -> Difference:
    if slip.kind == "miss":
        edit = f"{slip.due.category} (CARC {slip.due.carc})"
    else:
        edit = f"CARC {slip.came.carc}" if slip.came.carc else slip.came.category or "no reason code"
    kind: Kind = "false_denial" if slip.kind == "false_denial" else "miss" if slip.kind == "miss" else "held"
    text = letter(claim, slip.due, slip.came, tables) if kind == "false_denial" else ""
    return Difference(claim.id, slip.due.number, kind, service, edit, slip.due.reason, slip.due.rules, text)


def _decisions(files: Sequence[Path], claims: Sequence[Claim]) -> dict[str, Disposition | str]:
    """The decision for each claim by its id, or why it can't be known; claims of which none speaks are left out."""
    messages: list[bytes] = []
    found: dict[str, Disposition | str] = {}
    for path in files:
        content = _read(path)
        if is_x12(content):
            messages.append(content.lstrip(BEFORE))
        elif kind_of(content[:_FIRST].lstrip(BEFORE)):
            found |= {one.name: one.disposition or one.why for one in responses(path, _asked(claims))}
        else:
            found |= {one.id: one for _, one in decode_lines(content.splitlines(keepends=True), Disposition, str(path))}
    if not messages:
        return found
    try:
        heard = hear_dispositions(messages, [(claim, claim.id) for claim in claims], own=True)
    except Unreadable as why:
        raise UserError(f"{', '.join(map(str, files))}: {why}; give 835, 277CA or 999 messages, or dispositions") from None
    for claim, one in zip(claims, heard, strict=True):
        if not isinstance(one, Unreadable) and isinstance(one.answer, Disposition):
            found[claim.id] = one.answer
        elif isinstance(one, Unreadable) and one.name == claim.id:
            found.setdefault(claim.id, str(one))
    return found


def _asked(claims: Sequence[Claim]) -> dict[str, tuple[str, Claim]]:
    """What responses call each claim: by its id, and by that of its Claim."""
    return {name: (claim.id, claim) for claim in claims for name in (claim.id, claim_id(claim.id))}


def _read(path: Path) -> bytes:
    try:
        content = read_regular(path, MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; give the payer's decisions, 835 or dispositions") from None
    if len(content) > MOST_BYTES:
        raise UserError(f"{path}: longer than {MOST_BYTES // 1024**2} MB; give smaller files, each with --decided")
    return content


def _many(count: int, what: str) -> str:
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    return f"{count:,} {what if count == 1 else plural}"
