"""Adjudications (`rtconform.adjudication/1`): the reference editor's dispositions of a claim, line by line."""

from typing import Literal

from msgspec import Struct

from rtconform.reference.documents.claim import DispositionWord
from rtconform.reference.documents.treatment import Identifier

Category = Literal[
    "code_deleted",
    "code_not_yet_in_effect",
    "packaged_service",
    "delivery_repeated",
    "units_exceed_sessions",
    "guidance_repeated",
    "component_modifier",
    "required_modifier",
    "repeat_modifier",
    "delivery_on_professional_claim",
    "guidance_on_facility_claim",
    "place_of_service",
    "type_of_bill",
    "revenue_code",
    "facility_stay",
    "professional_part_date",
    "level_not_authorised",
    "national_ptp",
    "national_mue",
    "level_not_supported",
    "outside_this_family",
    "guidance_not_performed",
    "guidance_not_approved",
    "session_not_delivered",
    "record_unclear",
]


class Appeal(Struct, frozen=True):
    """The sentence that a biller would put into the appeal if this line were stopped, and the publication with its headings."""

    sentence: str
    source: str


class AdjudicationLine(Struct, frozen=True):
    """What the reference makes of one line.

    `accepted`: the other dispositions that are right too; `carcs`: the CARCs that fit (empty for a line allowed); `also`: the
    other categories that would be as right. `tables`: the national tables that speak against it, with their editions. `appeal`
    stands with a line that is allowed.
    """

    number: int
    disposition: DispositionWord
    category: Category | None = None
    also: tuple[Category, ...] = ()
    carc: str | None = None
    carcs: tuple[str, ...] = ()
    accepted: tuple[DispositionWord, ...] = ()
    rules: tuple[str, ...] = ()
    reason: str = ""
    appeal: Appeal | None = None
    tables: tuple[str, ...] = ()


class Choice(Struct, frozen=True):
    """Lines of which an editor may choose which to allow: at least and at most this many of them.

    It governs where a service is billed again: which of two equal lines is the second one, nobody can say. Each of these
    lines may be allowed, or stopped as `AdjudicationLine` says of those that are stopped.
    """

    lines: tuple[int, ...]
    at_least: int
    at_most: int
    category: Category


class Adjudication(Struct, frozen=True, tag_field="schema", tag="rtconform.adjudication/1"):
    """What the reference editor makes of one claim, line by line, in the claim's order, under payer profile `profile`."""

    id: Identifier
    profile: str
    lines: tuple[AdjudicationLine, ...]
    choices: tuple[Choice, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule behind its lines, in their order."""
        return tuple(dict.fromkeys(rule for line in self.lines for rule in line.rules))

    @property
    def reasons(self) -> tuple[str, ...]:
        """A sentence for each line."""
        return tuple(f"line {line.number}: {line.disposition}, {line.reason}" for line in self.lines)
