"""Claims and dispositions: what a payer is asked, and what its editor makes of it.

The fields that matter for these edits, under the names of the forms: CMS-1500 and 837P for a professional claim, UB-04 and
837I for an institutional one (`claim_forms.py` says where each stands). `treatment` is the record as documentation, in the same
terms as a case.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rtconform.reference.documents.coding import Code, Modifier, Units
from rtconform.reference.documents.treatment import Identifier, Isocenter, Plan, Session, Text, duplicate_ids
from rtconform.reference.errors import Fault

ClaimForm = Literal["professional", "institutional"]
BillingProvider = Literal["hospital", "freestanding_center", "physician_group"]
RenderingProvider = Literal["physician", "nonphysician"]
Stay = Literal["inpatient", "skilled_nursing_part_a"]
DispositionWord = Literal["allow", "deny", "bundle", "review"]

DISPOSITIONS: tuple[DispositionWord, ...] = ("allow", "deny", "bundle", "review")
"""Paid as billed; not paid; not paid apart from another service; held for a person."""

PlaceOfService = Annotated[str, Meta(pattern=r"^[0-9]{2}$", description="CMS place of service code, professional claims")]
TypeOfBill = Annotated[str, Meta(pattern=r"^0?[0-9]{2}[0-9A-Z]$", description="UB-04 form locator 4, institutional claims")]
RevenueCode = Annotated[str, Meta(pattern=r"^0?[0-9]{3}$", description="UB-04 form locator 42, institutional claims")]
Diagnosis = Annotated[str, Meta(max_length=100, description="ICD-10-CM; the diagnoses that the line points to")]
Carc = Annotated[str, Meta(pattern=r"^([0-9]{1,3}|[A-Z][0-9]{1,3})$", description="claim adjustment reason code")]


class ClaimPatient(Struct, frozen=True):
    """A synthetic person, as far as a claim form asks."""

    id: Identifier
    birth_date: dt.date
    sex: Literal["female", "male", "other", "unknown"]


class ClaimLine(Struct, frozen=True):
    """One line of a claim.

    `session` names the session of the record that it bills: no claim form has it, so that a claim without a record leaves it out.
    `date_of_service_end`: the last day of a line that spans days; None: the line is of one day. Its units are then those of all
    its days.
    """

    number: Annotated[int, Meta(ge=1, le=999)]
    code: Code
    date_of_service: dt.date
    modifiers: Annotated[tuple[Modifier, ...], Meta(max_length=4)] = ()
    units: Units = 1
    diagnoses: Annotated[tuple[Diagnosis, ...], Meta(max_length=12)] = ()
    session: Identifier | None = None
    revenue_code: RevenueCode | None = None
    date_of_service_end: dt.date | None = None

    @property
    def last_day(self) -> dt.date:
        """The last day of the line, the first where it is of one day."""
        return self.date_of_service_end or self.date_of_service

    @property
    def days(self) -> int:
        """How many days the line spans, the first and the last among them."""
        return (self.last_day - self.date_of_service).days + 1


class Treatment(Struct, frozen=True):
    """The record of the day as documentation: what a case says beside patient and billing."""

    isocenters: tuple[Isocenter, ...]
    plans: tuple[Plan, ...]
    sessions: tuple[Session, ...]


class Claim(Struct, frozen=True, tag_field="schema", tag="rtconform.claim/1"):
    """One claim, the unit sent to an editor.

    A professional claim has a `place_of_service`, an institutional one a `type_of_bill` and a revenue code on each line.
    `stay`: what the payer knows of a stay of the patient on these days, an inpatient's or one in a skilled nursing facility under
    Medicare Part A. `treatment` null: the claim stands alone.
    """

    id: Identifier
    kind: ClaimForm
    patient: ClaimPatient
    lines: Annotated[tuple[ClaimLine, ...], Meta(min_length=1, max_length=999)]
    payer: Text = "medicare"
    place_of_service: PlaceOfService | None = None
    type_of_bill: TypeOfBill | None = None
    billing_provider: BillingProvider | None = None
    rendering_provider: RenderingProvider | None = None
    treatment: Treatment | None = None
    stay: Stay | None = None


class DispositionLine(Struct, frozen=True):
    """What an editor does with one line, and why; `category` is one of `edits.CATEGORIES`, or the editor's own word."""

    number: Annotated[int, Meta(ge=1, le=999)]
    disposition: DispositionWord
    category: Annotated[str, Meta(max_length=100)] | None = None
    carc: Carc | None = None
    reason: Text | None = None


class Disposition(Struct, frozen=True, tag_field="schema", tag="rtconform.disposition/1"):
    """What an editor returned for one claim: a line for each of the claim's."""

    id: Annotated[str, Meta(max_length=200)]
    lines: Annotated[tuple[DispositionLine, ...], Meta(max_length=999)] = ()


LONGEST_SPAN = 366
"""Most days that a line may span."""


def claim_faults(claim: Claim) -> Iterator[Fault]:
    """What makes a claim unreadable: a line number, or an id of its treatment, that is there twice, or days out of order."""
    first: dict[int, int] = {}
    for index, line in enumerate(claim.lines):
        if line.last_day < line.date_of_service:
            what = f"the line ends on {line.last_day}, before it begins on {line.date_of_service}"
            yield Fault(what, f"$.lines[{index}].date_of_service_end")
        elif line.days > LONGEST_SPAN:
            what = f"the line spans {line.days} days; {LONGEST_SPAN} are the most: write a line for each series"
            yield Fault(what, f"$.lines[{index}].date_of_service_end")
        if line.number in first:
            what = f"duplicate line number {line.number}, first at $.lines[{first[line.number]}]"
            yield Fault(what, f"$.lines[{index}].number")
        first.setdefault(line.number, index)
    if claim.treatment is not None:
        for fault in duplicate_ids(claim.treatment):
            yield Fault(fault.what, fault.path.replace("$", "$.treatment", 1))
