"""A claim editor that speaks nothing but X12: 837 interchanges in, an 835 for each out. Reads with x12sdk, not with our own reader.

What it decides is what the correct editor next door decides. `editor.py [FAULT]`; the faults that it can have: `pays-port-images`
(77417 is paid on its own) and `forgets-modifiers` (SV101-3 to 6 are not read).
"""

import datetime as dt
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from x12sdk.io import X12ModelReader

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "correct_editor"))
import editor as correct  # its folder is known only from here

Json = dict[str, Any]

_LINE_DAYS = re.compile(r"DTP\*472\*(?:D8|RD8)\*([0-9]{8})(?:-([0-9]{8}))?~")
"""The days of a service line. x12sdk takes no range in an 837I, so it is given the first day alone."""

PROVIDERS = {"282N00000X": "hospital", "261QX0203X": "freestanding_center", "2085R0001X": "physician_group"}


def interchanges() -> Iterator[str]:
    """Each interchange of standard input, up to its IEA segment."""
    text = ""
    for line in sys.stdin:
        text += line
        if line.startswith("IEA*"):
            yield text.strip()
            text = ""


def claims(text: str) -> Iterator[Json]:
    """Each claim of an interchange, as the correct editor takes it."""
    days = iter(_LINE_DAYS.findall(text))
    with X12ModelReader(_LINE_DAYS.sub(r"DTP*472*D8*\1~", text)) as reader:
        for model in reader.models():
            billing = model.loop_2000a[0].prv_segment
            taxonomy = billing.reference_identification if billing else ""
            for found in model.claims():
                yield claim_of(found, PROVIDERS.get(taxonomy), days)


def claim_of(found: Any, billing: str | None, days: Iterator[tuple[str, str]]) -> Json:
    """One claim of x12sdk's model; `days`: the first and last day of each line, in order."""
    loop = found.claim
    place, qualifier, frequency = loop.clm_segment.health_care_service_location_information.split(":")
    institutional = qualifier == "A"
    return {
        "id": found.patient_control_number,
        "kind": "institutional" if institutional else "professional",
        "patient": {"id": found.member_id},
        "payer": found.payer_name.lower().replace(" ", "_"),
        "place_of_service": None if institutional else place,
        "type_of_bill": place + frequency if institutional else None,
        "billing_provider": billing,
        "rendering_provider": "physician",
        "treatment": None,
        "stay": None,
        "lines": [line_of(line, next(days), institutional) for line in loop.loop_2400],
    }


def line_of(line: Any, days: tuple[str, str], institutional: bool) -> Json:
    """One service line, with its charge."""
    service = line.sv2_segment if institutional else line.sv1_segment
    parts = service.composite_medical_procedure_identifier if institutional else service.product_service_id_qualifier
    first, last = (day_of(day) if day else None for day in days)
    return {
        "number": int(
            next(
                one for one in listed(line.ref_segment) if one.reference_identification_qualifier == "6R"
            ).reference_identification
        ),
        "code": parts.split(":")[1],
        "modifiers": [] if "forgets-modifiers" in sys.argv else parts.split(":")[2:6],
        "units": int(service.service_unit_count),
        "date_of_service": first.isoformat(),
        "date_of_service_end": last.isoformat() if last else None,
        "session": None,
        "revenue_code": service.service_line_revenue_code if institutional else None,
        "charge": service.line_item_charge_amount,
    }


def listed(value: Any) -> list[Any]:
    """x12sdk has one segment as itself and several as a list."""
    return value if isinstance(value, list) else [value]


def day_of(text: str) -> dt.date:
    """A day written CCYYMMDD."""
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))


def remittance(claim: Json) -> str:
    """The 835 that pays what is allowed, and says of each other line why not."""
    paid, services = Decimal(0), []
    edits = correct.edit(claim)
    for line in claim["lines"]:
        found, charge = edits[line["number"]], line["charge"]
        allowed = found.disposition == "allow" or ("pays-port-images" in sys.argv and line["code"] == "77417")
        paid += charge if allowed else 0
        services.append(
            f"SVC*HC:{':'.join((line['code'], *line['modifiers']))}*{charge}*{charge if allowed else 0}**{line['units']}"
        )
        services.append(f"DTM*472*{line['date_of_service'].replace('-', '')}")
        if not allowed:
            held = found.disposition == "review"
            services.append(f"CAS*{'OA' if held else 'CO'}*{'133' if held else found.carc}*{charge}")
        services.append(f"REF*6R*{line['number']}")
    charged = sum(line["charge"] for line in claim["lines"])
    body = [
        "ST*835*0001",
        f"BPR*I*{paid}*C*CHK************20260101",
        f"TRN*1*{claim['id']}*1900000000",
        "DTM*405*20260101",
        "N1*PR*PAYER",
        "N1*PE*PROVIDER*XX*1000000012",
        "LX*1",
        f"CLP*{claim['id']}*{1 if paid else 4}*{charged}*{paid}**12*1",
        f"NM1*QC*1*DOE*JO****MI*{claim['patient']['id']}",
        *services,
    ]
    envelope = [
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYER':15}*ZZ*{'SUBMITTER':15}*260101*0900*^*00501*000000001*0*T*:",
        "GS*HP*PAYER*SUBMITTER*20260101*0900*1*X*005010X221A1",
    ]
    return "~".join([*envelope, *body, f"SE*{len(body) + 1}*0001", "GE*1*1", "IEA*1*000000001", ""])


def main() -> None:
    """Answer every claim."""
    for text in interchanges():
        for claim in claims(text):
            print(remittance(claim), flush=True)


if __name__ == "__main__":
    main()
