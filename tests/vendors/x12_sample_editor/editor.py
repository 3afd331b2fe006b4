"""The sample editor with its five faults, as a product that speaks nothing but X12: 837 in, 835 out. Needs nothing but Python."""

import importlib.util
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

Json = dict[str, Any]

SAMPLE = Path(__file__).resolve().parent.parent / "sample_editor" / "editor.py"
_spec = importlib.util.spec_from_file_location("sample_editor", SAMPLE)
if _spec is None or _spec.loader is None:
    sys.exit(f"{SAMPLE} is missing: it stands beside this folder")
sample = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sample)

PROVIDERS = {"282N00000X": "hospital", "261QX0203X": "freestanding_center", "2085R0001X": "physician_group"}


def interchanges() -> Iterator[list[list[str]]]:
    """Each interchange of standard input, as segments of elements."""
    segments: list[list[str]] = []
    for line in sys.stdin:
        segments.append(line.rstrip("~\n").split("*"))
        if segments[-1][0] == "IEA":
            yield segments
            segments = []


def claims(segments: list[list[str]]) -> list[Json]:
    """The claims of an interchange, as the sample editor takes them."""
    found: list[Json] = []
    around: Json = {}
    for segment in segments:
        name, first = segment[0], segment[1]
        if name == "HL" and segment[3] == "20":
            around = {"billing_provider": None}
        elif name == "PRV" and first == "BI":
            around["billing_provider"] = PROVIDERS.get(segment[3])
        elif name == "NM1" and first == "IL":
            around["patient"] = {"id": segment[9]}
        elif name == "NM1" and first == "PR":
            around["payer"] = segment[3].lower().replace(" ", "_")
        elif name == "CLM":
            found.append(claim_of(segment, around))
        elif name in ("SV1", "SV2"):
            found[-1]["lines"].append(line_of(segment))
        elif name == "DTP" and first == "472":
            days = [f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in segment[3].split("-")]
            found[-1]["lines"][-1] |= {"date_of_service": days[0], "date_of_service_end": days[1] if days[1:] else None}
        elif name == "REF" and first == "6R":
            found[-1]["lines"][-1]["number"] = int(segment[2])
    return found


def claim_of(segment: list[str], around: Json) -> Json:
    """A claim without its lines."""
    place, qualifier, frequency = segment[5].split(":")
    institutional = qualifier == "A"
    return {
        **around,
        "id": segment[1],
        "kind": "institutional" if institutional else "professional",
        "place_of_service": None if institutional else place,
        "type_of_bill": place + frequency if institutional else None,
        "rendering_provider": "physician",
        "treatment": None,
        "stay": None,
        "lines": [],
    }


def line_of(segment: list[str]) -> Json:
    """A line without its days."""
    at = 1 if segment[0] == "SV1" else 2
    _, code, *modifiers = segment[at].split(":")
    revenue = segment[1] if segment[0] == "SV2" else None
    shared = {"session": None, "revenue_code": revenue, "charge": Decimal(segment[at + 1])}
    return {"code": code, "modifiers": modifiers, "units": int(segment[at + 3]), **shared}


def remittance(claim: Json) -> str:
    """The 835 that pays what is allowed, and says of each other line why not."""
    edits, services, paid = sample.edit(claim), [], Decimal(0)
    for line in claim["lines"]:
        found, charge = edits[line["number"]], line["charge"]
        allowed = found.disposition == "allow"
        paid += charge if allowed else 0
        services.append(
            f"SVC*HC:{':'.join((line['code'], *line['modifiers']))}*{charge}*{charge if allowed else 0}**{line['units']}"
        )
        if not allowed:
            held = found.disposition == "review"
            services.append(f"CAS*{'OA' if held else 'CO'}*{'133' if held else found.carc}*{charge}")
        services.append(f"REF*6R*{line['number']}")
    charged = sum(line["charge"] for line in claim["lines"])
    body = [f"CLP*{claim['id']}*{1 if paid else 4}*{charged}*{paid}**12*1", *services]
    envelope = [
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYER':15}*ZZ*{'SUBMITTER':15}*260101*0900*^*00501*000000001*0*T*:",
        "GS*HP*PAYER*SUBMITTER*20260101*0900*1*X*005010X221A1",
        "ST*835*0001",
    ]
    return "~".join([*envelope, *body, f"SE*{len(body) + 2}*0001", "GE*1*1", "IEA*1*000000001", ""])


if __name__ == "__main__":
    for interchange in interchanges():
        for one in claims(interchange):
            print(remittance(one), flush=True)
