"""Dispositions as a 277CA (005010X214): which claims a payer takes in, and which lines it sends back."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from rtconform.formats.messages import Inexpressible
from rtconform.formats.x12.envelope import control_number, element, interchange
from rtconform.formats.x12.remittance_writer import PaidClaim, PaidLine

GUIDE = "005010X214"

_TAKEN, _SENT_BACK, _AT_FAULT = "A2:20", "A3:21", "A7:21"
"""STC01: the claim goes on to adjudication; it is returned; what is wrong with it."""

_SAFE = str.maketrans(dict.fromkeys("*:~^", " "))


def write_acknowledgment(claim: PaidClaim) -> bytes:
    """One 277CA for this claim. Raises Inexpressible where a line is held, or an id or payer can't stand in X12."""
    if any(line.disposition == "review" for line in claim.lines):
        raise Inexpressible("a 277CA takes a claim in or sends it back: it can't hold a line")
    day = max((line.day for line in claim.lines if line.day), default=dt.date(2026, 1, 1))
    name = element(claim.name, 38, "the claim's id")
    payer = element(claim.payer.translate(_SAFE).replace("_", " ").upper().strip() or "PAYER", 60, "the payer")
    stopped = [line for line in claim.lines if line.disposition != "allow"]
    status = f"STC*{_SENT_BACK if stopped else _TAKEN}*{day:%Y%m%d}*{'U' if stopped else 'WQ'}*{_money(_charged(claim.lines))}"
    amount = f"AMT*{'YY' if stopped else 'YU'}*{_money(_charged(claim.lines))}"
    body = [
        f"BHT*0085*08*{name}*{day:%Y%m%d}*0900*TH",
        "HL*1**20*1",
        f"NM1*PR*2*{payer}*****PI*PAYER",
        f"TRN*1*{name}",
        f"DTP*050*D8*{day:%Y%m%d}",
        f"DTP*009*D8*{day:%Y%m%d}",
        "HL*2*1*21*1",
        "NM1*41*2*SUBMITTER*****46*SUBMITTER",
        f"TRN*2*{name}",
        f"STC*A1:19:PR*{day:%Y%m%d}*WQ*{_money(_charged(claim.lines))}",
        f"QTY*{'AA' if stopped else '90'}*1",
        amount,
        "HL*3*2*19*1",
        "NM1*85*2*BILLING PROVIDER*****XX*1000000012",
        "TRN*1*0",
        f"STC*A1:19:PR**WQ*{_money(_charged(claim.lines))}",
        f"QTY*{'QC' if stopped else 'QA'}*1",
        amount,
        "HL*4*3*PT",
        f"NM1*QC*1*PATIENT*SAM****MI*{element(claim.patient, 80, 'the patient id')}",
        f"TRN*2*{name}",
        status,
        f"DTP*472*D8*{day:%Y%m%d}",
    ]
    for line in stopped:
        body += _line(line, day)
    return interchange("HN", GUIDE, [body], control=control_number(name), day=day, code="277")


def _line(line: PaidLine, day: dt.date) -> list[str]:
    service = ":".join(element(part, 48, f"line {line.number}") if part else "" for part in line.service)
    segments = [
        f"SVC*{service}*{_money(line.charge)}**{line.revenue_code}***{line.units}",
        f"STC*{_AT_FAULT}*{day:%Y%m%d}*U",
        f"REF*FJ*{line.number}",
    ]
    return [*segments, f"DTP*472*D8*{line.day:%Y%m%d}"] if line.day is not None else segments


def _charged(lines: Sequence[PaidLine]) -> Decimal:
    return sum((line.charge for line in lines), Decimal(0))


def _money(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
