"""Claims as a biller writes them from the coder's lines: the form of the setting, and a second session as the payer asks."""

from collections.abc import Iterable

from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient, Treatment
from rtconform.reference.documents.coding import Line
from rtconform.reference.documents.treatment import Case
from rtconform.reference.editor.payers import PayerProfile, profile_of

PLACES = {"hospital_outpatient": "22", "freestanding": "11"}


def claim_of(
    case: Case, lines: Iterable[Line], *, documented: bool, profile: PayerProfile | None = None, name_sessions: bool = True
) -> Claim | None:
    """The claim that bills these lines of `case`, None where there is none to bill."""
    billing = case.billing
    period = (profile or profile_of(billing.payer)).on(billing.date_of_service)
    mark = next((form for form in period.second_session if form in ("59", "76", "XE")), None)
    institutional = billing.claim == "facility"
    seen: set[str] = set()
    written = []
    for number, line in enumerate(lines, 1):
        kind = "guidance" if line.code == "77387" else "delivery"
        modifiers = line.modifiers
        if kind in seen and mark:
            modifiers = (*modifiers, mark)
        seen.add(kind)
        session = line.session if name_sessions else None
        revenue = "0333" if institutional else None
        written.append(
            ClaimLine(number, line.code, billing.date_of_service, modifiers, line.units, session=session, revenue_code=revenue)
        )
    if not written:
        return None
    return Claim(
        case.id,
        "institutional" if institutional else "professional",
        ClaimPatient(case.patient.id, case.patient.birth_date, case.patient.sex),
        tuple(written),
        billing.payer,
        None if institutional else PLACES[billing.setting],
        "131" if institutional else None,
        treatment=Treatment(case.isocenters, case.plans, case.sessions) if documented else None,
    )
