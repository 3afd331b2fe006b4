"""Claims as 837P (005010X222A1) and 837I (005010X223A2) interchanges, one claim or a batch of them.

Element names are the guides'. What a claim does not say and a guide requires (names, addresses, charges) is the same for every
claim or made from the patient's id, so that it says nothing about where the claim comes from.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence

from rtconform.formats.claims import RENDERING, TAXONOMIES, charge_of
from rtconform.formats.messages import Inexpressible
from rtconform.formats.x12.envelope import RECEIVER, SENDER, amount, control_number, element, interchange
from rtconform.formats.x12.vocabulary import FILING, GUIDES, INPATIENT_FILING
from rtconform.reference.documents.claim import Claim, ClaimLine

MOST_IN_BATCH = 500
"""How many claims an interchange may hold."""

MOST_LINES = {"professional": 50, "institutional": 999}
MOST_DIAGNOSES = {"professional": 12, "institutional": 25}
MOST_POINTERS = 4
LONGEST_CLAIM_ID = 20

_SEX = {"female": "F", "male": "M"}
_HOSPITAL = {"19", "21", "22", "23"}
_PROVIDERS = {
    "hospital": "NM1*85*2*REGIONAL HOSPITAL*****XX*1000000012",
    "freestanding_center": "NM1*85*2*RADIATION CENTER*****XX*1000000020",
    "physician_group": "NM1*85*2*RADIATION GROUP*****XX*1000000038",
    None: "NM1*85*2*BILLING PROVIDER*****XX*1000000053",
}


def write_claims(claims: Sequence[Claim], *, session_notes: bool = False) -> bytes:
    """One interchange with these claims, all of one form. `session_notes`: each line names its session in NTE.

    Raises Inexpressible where a claim can't be said in a valid 837.
    """
    if not 1 <= len(claims) <= MOST_IN_BATCH:
        raise Inexpressible(f"an interchange takes 1 to {MOST_IN_BATCH} claims, not {len(claims)}")
    kind = claims[0].kind
    if any(claim.kind != kind for claim in claims):
        raise Inexpressible("an interchange takes professional or institutional claims, not both")
    day = max(line.last_day for claim in claims for line in claim.lines)
    reference = element(claims[0].id, LONGEST_CLAIM_ID, "the claim's id")
    body = [
        f"BHT*0019*00*{reference}*{day:%Y%m%d}*0900*CH",
        f"NM1*41*2*{SENDER}*****46*{SENDER}",
        "PER*IC*CLAIMS*TE*5555550100",
        f"NM1*40*2*{RECEIVER}*****46*{RECEIVER}",
    ]
    for index, claim in enumerate(claims):
        body += _claim(claim, 2 * index + 1, session_notes=session_notes)
    return interchange("HC", GUIDES[kind], [body], control=control_number(reference), day=day, code="837")


def _claim(claim: Claim, level: int, *, session_notes: bool) -> list[str]:
    if len(claim.lines) > MOST_LINES[claim.kind]:
        raise Inexpressible(
            f"an 837 takes {MOST_LINES[claim.kind]} lines on a {claim.kind} claim, this one has {len(claim.lines)}"
        )
    diagnoses = list(dict.fromkeys(diagnosis for line in claim.lines for diagnosis in line.diagnoses))
    if not diagnoses or len(diagnoses) > MOST_DIAGNOSES[claim.kind]:
        raise Inexpressible(f"an 837 takes 1 to {MOST_DIAGNOSES[claim.kind]} diagnoses, this claim has {len(diagnoses)}")
    return [
        *_provider(claim, level),
        *_subscriber(claim, level + 1),
        *_head(claim, diagnoses),
        *(
            segment
            for number, line in enumerate(claim.lines, 1)
            for segment in _line(claim, line, number, diagnoses, session_notes)
        ),
    ]


def _provider(claim: Claim, level: int) -> list[str]:
    taxonomy = [f"PRV*BI*PXC*{TAXONOMIES[claim.billing_provider]}"] if claim.billing_provider else []
    return [
        f"HL*{level}**20*1",
        *taxonomy,
        _PROVIDERS[claim.billing_provider],
        "N3*1 MAIN STREET",
        "N4*SPRINGFIELD*IL*627010001",
        "REF*EI*900000000",
    ]


def _subscriber(claim: Claim, level: int) -> list[str]:
    payer = element(claim.payer.replace("_", " ").upper(), 60, "the payer")
    filing = FILING.get(claim.payer, "CI")
    if claim.kind == "institutional":
        filing = INPATIENT_FILING.get(filing, filing)
    family, given = _names(claim.patient.id)
    return [
        f"HL*{level}*{level - 1}*22*0",
        f"SBR*P*18*******{filing}",
        f"NM1*IL*1*{family}*{given}****MI*{element(claim.patient.id, 80, 'the patient id')}",
        "N3*2 MAIN STREET",
        "N4*SPRINGFIELD*IL*62701",
        f"DMG*D8*{claim.patient.birth_date:%Y%m%d}*{_SEX.get(claim.patient.sex, 'U')}",
        f"NM1*PR*2*{payer}*****PI*{payer.replace(' ', '')[:20]}",
    ]


def _names(patient: str) -> tuple[str, str]:
    digest = hashlib.sha256(patient.encode()).digest()
    letters = "".join(chr(ord("A") + byte % 26) for byte in digest[:9])
    return letters[:5], letters[5:]


def _head(claim: Claim, diagnoses: list[str]) -> list[str]:
    total = amount(sum(map(charge_of, claim.lines)))
    name = element(claim.id, LONGEST_CLAIM_ID, "the claim's id")
    codes = [f"{'ABK' if index == 0 else 'ABF'}:{_diagnosis(code)}" for index, code in enumerate(diagnoses)]
    if claim.kind == "professional":
        if claim.place_of_service is None:
            raise Inexpressible("a professional claim without a place of service is not a valid 837 (CLM05-1)")
        return [
            f"CLM*{name}*{total}***{claim.place_of_service}:B:1*Y*A*Y*Y",
            f"HI*{'*'.join(codes)}",
            *_rendering(claim, "82", "PE"),
            *_facility(claim),
        ]
    if claim.type_of_bill is None:
        raise Inexpressible("an institutional claim without a type of bill is not a valid 837 (CLM05)")
    bill = claim.type_of_bill[-3:]
    days = sorted(day for line in claim.lines for day in (line.date_of_service, line.last_day))
    return [
        f"CLM*{name}*{total}***{bill[:2]}:A:{bill[2]}**A*Y*Y",
        f"DTP*434*RD8*{days[0]:%Y%m%d}-{days[-1]:%Y%m%d}",
        *(_admission(days[0]) if bill[1] == "1" else ()),
        f"CL1*3*{'1' if bill[1] == '1' else ''}*01",
        f"HI*{codes[0]}",
        *([f"HI*{'*'.join(codes[1:13])}"] if codes[1:] else []),
        *([f"HI*{'*'.join(codes[13:])}"] if codes[13:] else []),
        *_rendering(claim, "71", "AT"),
    ]


def _admission(day: dt.date) -> tuple[str, ...]:
    """An inpatient's claim says when the patient was admitted, and why."""
    return (f"DTP*435*DT*{day:%Y%m%d}0800",)


def _rendering(claim: Claim, entity: str, function: str) -> list[str]:
    if claim.rendering_provider is None:
        return []
    taxonomy = RENDERING[claim.rendering_provider]
    return [f"NM1*{entity}*1*MORGAN*ALEX****XX*1000000046", f"PRV*{function}*PXC*{taxonomy}"]


def _facility(claim: Claim) -> list[str]:
    if claim.place_of_service not in _HOSPITAL:
        return []
    return ["NM1*77*2*REGIONAL HOSPITAL*****XX*1000000012", "N3*3 MAIN STREET", "N4*SPRINGFIELD*IL*627010001"]


def _line(claim: Claim, line: ClaimLine, number: int, diagnoses: list[str], session_notes: bool) -> list[str]:  # noqa: FBT001 - internal
    service = ":".join(("HC", line.code, *line.modifiers))
    charge = amount(charge_of(line))
    if claim.kind == "professional":
        pointers = [str(diagnoses.index(diagnosis) + 1) for diagnosis in line.diagnoses[:MOST_POINTERS]] or ["1"]
        head = f"SV1*{service}*{charge}*UN*{line.units}***{':'.join(pointers)}"
    elif line.revenue_code is None:
        raise Inexpressible("an institutional line without a revenue code is not a valid 837 (SV201)")
    else:
        head = f"SV2*{line.revenue_code.zfill(4)}*{service}*{charge}*UN*{line.units}"
    segments = [f"LX*{number}", head, _days(line), f"REF*6R*{line.number}"]
    if session_notes and line.session is not None:
        kind = "ADD" if claim.kind == "professional" else "TPO"
        segments.append(f"NTE*{kind}*SESSION {element(line.session, 70, 'the session')}")
    return segments


def _days(line: ClaimLine) -> str:
    if line.last_day == line.date_of_service:
        return f"DTP*472*D8*{line.date_of_service:%Y%m%d}"
    return f"DTP*472*RD8*{line.date_of_service:%Y%m%d}-{line.last_day:%Y%m%d}"


def _diagnosis(code: str) -> str:
    return element(code.replace(".", ""), 30, "the diagnosis")
