"""A coder's answer written in X12: the 837 claim of its lines, or an 824 where it makes none."""

from rtconform.formats.x12.claim_writer import write_claims
from rtconform.formats.x12.envelope import control_number, element, interchange
from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case

ADVICE_GUIDE = "005010X186A1"
"""The implementation guide of the 824."""

_CODES = {"coded": "TA", "needs_review": "TR", "out_of_scope": "TR"}
_LONGEST_NAME = 20


def write_coded_claims(answer: Answer, case: Case, *, sessions: bool = True) -> bytes:
    """The interchange that answers a case. `sessions`: each line names its session in NTE. Raises Inexpressible."""
    name = element(answer.id, _LONGEST_NAME, "the case's id")
    day = case.billing.date_of_service
    if not answer.lines or answer.outcome != "coded":
        body = [f"BGN*11*{name}*{day:%Y%m%d}", f"OTI*{_CODES[answer.outcome]}*TN*{name}"]
        return interchange("AG", ADVICE_GUIDE, [body], control=control_number(name), day=day, code="824")
    begun = {session.id: session.started_at.date() for session in case.sessions}
    institutional = case.billing.claim == "facility"
    diagnoses = tuple(dict.fromkeys(plan.diagnosis for plan in case.plans if plan.diagnosis)) or ("Z51.0",)
    lines = tuple(
        ClaimLine(
            number,
            line.code,
            begun.get(line.session, day),
            line.modifiers,
            line.units,
            diagnoses[:1],
            line.session,
            "0333" if institutional else None,
        )
        for number, line in enumerate(answer.lines, 1)
    )
    claim = Claim(
        id=name,
        kind="institutional" if institutional else "professional",
        patient=ClaimPatient(case.patient.id, case.patient.birth_date, case.patient.sex),
        lines=lines,
        place_of_service="22" if case.billing.setting == "hospital_outpatient" else "11",
        type_of_bill="0131" if institutional else None,
        billing_provider="hospital" if institutional else "physician_group",
    )
    return write_claims([claim], session_notes=sessions)
