"""Right claims: a treatment of the space, billed as its row declares (`rows.py`), on the form of its setting.

A claim is a function of row, whose claim, payer and a draw. Whether the record goes with it changes nothing else.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from rtconform.generators.claims.rows import RightRow
from rtconform.generators.clinic.realise import realise
from rtconform.generators.randomness import Draw
from rtconform.generators.space.space import Combination, complete
from rtconform.reference.codes import GUIDANCE_CODE, PROFESSIONAL
from rtconform.reference.documents.claim import BillingProvider, Claim, ClaimLine, ClaimPatient, Treatment
from rtconform.reference.documents.treatment import Case, ClaimKind
from rtconform.reference.editor.payers import shipped_profile_of
from rtconform.reference.errors import UserError

RADIATION_THERAPY = "0333"
OUTPATIENT = ("131", "0131")
HOSPITAL_PLACES = ("19", "22")
PATIENT_PLACES = (*HOSPITAL_PLACES, "21", "31", "32")
"""Of the professional part of a hospital's patient: the hospital's, or the place where the patient stays."""
OFFICE = "11"

_TRIES = 200
_BILLED_BY: Mapping[ClaimKind, BillingProvider] = {
    "facility": "hospital",
    "technical": "freestanding_center",
    "global": "freestanding_center",
    "professional": "physician_group",
}


@dataclass(frozen=True)
class Wish:
    """What a claim has to be beside its row: whose (a key of `WHOSE_CLAIM`), who pays, and from when, or on which day."""

    claim: str
    payer: str
    date: str = "2026"
    since: dt.date = dt.date(2026, 1, 1)


def right_claim(row: RightRow, wish: Wish, draw: Draw, claim_id: str, *, documented: bool) -> Claim:
    """A claim of this row that nothing is wrong with. Raises UserError for a row that has no such claim."""
    if documented and row.days > 1:
        raise UserError(f"{row.slug} has no claim with a record: a record is of one day")
    if wish.claim not in row.claims:
        raise UserError(f"{row.slug} has no {wish.claim} claim; there are: {', '.join(row.claims)}")
    return billed(_treated(row, wish, draw, claim_id), row, draw, documented=documented)


def billed(case: Case, row: RightRow, draw: Draw, *, documented: bool) -> Claim:
    """The claim for a treatment of this row."""
    kind = case.billing.claim
    services: list[tuple[str, tuple[str, ...]]] = [(row.delivery, ())] if kind != "professional" else []
    if row.guidance and kind in ("professional", "global"):
        services.append((GUIDANCE_CODE, (PROFESSIONAL,)))
    form = _second_session(case, draw, documented=documented) if len(case.sessions) > 1 else ""
    institutional = kind == "facility"
    delivered = {beam for session in case.sessions for beam in session.beams_delivered}
    diagnoses = [plan.diagnosis for plan in case.plans if any(beam.id in delivered for beam in plan.beams)]
    lines = [
        ClaimLine(
            0,
            code,
            case.billing.date_of_service,
            modifiers if number == 0 or form in ("units", "plain") else (*modifiers, form),
            row.days if row.days > 1 else len(case.sessions) if form == "units" else 1,
            tuple(dict.fromkeys(diagnoses)),
            session.id if documented and form != "units" else None,
            RADIATION_THERAPY if institutional else None,
            case.billing.date_of_service + dt.timedelta(days=row.days - 1) if row.days > 1 else None,
        )
        for number, session in enumerate(case.sessions[:1] if form == "units" else case.sessions)
        for code, modifiers in services
    ]
    hospital = case.billing.setting == "hospital_outpatient"
    return Claim(
        case.id,
        "institutional" if institutional else "professional",
        ClaimPatient(case.patient.id, case.patient.birth_date, case.patient.sex),
        tuple(replace(line, number=number) for number, line in enumerate(lines, 1)),
        case.billing.payer,
        None if institutional else _one_of(HOSPITAL_PLACES, draw) if hospital else OFFICE,
        _one_of(OUTPATIENT, draw) if institutional else None,
        _BILLED_BY[kind],
        "physician",
        Treatment(case.isocenters, case.plans, case.sessions) if documented else None,
    )


def _treated(row: RightRow, wish: Wish, draw: Draw, claim_id: str) -> Case:
    for _ in range(_TRIES):
        chosen = {name: _one_of(values, draw) for name, values in row.needs.items()}
        try:
            combination: Combination = complete({**chosen, "claim": wish.claim, "payer": wish.payer, "date": wish.date}, draw)
        except UserError:
            continue  # these values of the row don't go together: others do
        case = realise(combination, draw, claim_id)
        if wish.date != "2026" or case.billing.date_of_service >= wish.since:
            return case
    raise LookupError(f"no treatment for {row.slug}, {wish}")


def _second_session(case: Case, draw: Draw, *, documented: bool) -> str:
    """How a second session is written: a form that the payer takes. A plain line needs the record to tell it from a duplicate."""
    forms = shipped_profile_of(case.billing.payer).on(case.billing.date_of_service).second_session
    return _one_of(tuple(form for form in forms if documented or form != "plain"), draw)


def _one_of(values: tuple[str, ...], draw: Draw) -> str:
    return values[int(draw() * len(values))]
