"""Dispositions as an 835 (005010X221A1) that balances: what a payer that decided so would send."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rtconform.formats.messages import Inexpressible
from rtconform.formats.x12.envelope import control_number, element, interchange
from rtconform.formats.x12.vocabulary import FILING

GUIDE = "005010X221A1"

_USUAL = {"deny": "16", "bundle": "97", "review": "133"}
_GROUP = {"deny": "CO", "bundle": "CO", "review": "OA"}
_SAFE = str.maketrans(dict.fromkeys("*:~^", " "))


@dataclass(frozen=True)
class PaidLine:
    """One line as it was billed and decided.

    `service`: SVC01's components, the qualifier first. `carc` is None for a line that is allowed.
    """

    number: int
    service: tuple[str, ...]
    day: dt.date | None
    units: int
    charge: Decimal
    disposition: str
    carc: str | None = None
    revenue_code: str = ""


@dataclass(frozen=True)
class PaidClaim:
    """One claim. `name`: CLM01 of the claim, as CLP01."""

    name: str
    patient: str
    payer: str
    facility: str
    frequency: str
    lines: tuple[PaidLine, ...]


def write_remittance(claims: Sequence[PaidClaim]) -> bytes:
    """One 835 for these claims. Raises Inexpressible where an id or payer can't stand in X12."""
    days = [line.day for claim in claims for line in claim.lines if line.day]
    day = max(days, default=dt.date(2026, 1, 1))
    reference = element(claims[0].name, 38, "the claim's id")
    payer = element(claims[0].payer.translate(_SAFE).replace("_", " ").upper().strip() or "PAYER", 60, "the payer")
    paid = sum((_paid(claim) for claim in claims), Decimal(0))
    body = [
        f"BPR*{'I' if paid else 'H'}*{_money(paid)}*C*{'CHK' if paid else 'NON'}************{day:%Y%m%d}",
        f"TRN*1*{reference}*1900000000",
        f"DTM*405*{day:%Y%m%d}",
        f"N1*PR*{payer}",
        "N3*9 MAIN STREET",
        "N4*SPRINGFIELD*IL*62701",
        "PER*BL*CLAIMS*TE*5555550199",
        "N1*PE*BILLING PROVIDER*XX*1000000012",
        "LX*1",
    ]
    for claim in claims:
        body += _claim(claim)
    return interchange("HP", GUIDE, [body], control=control_number(reference), day=day, code="835")


def _claim(claim: PaidClaim) -> list[str]:
    charged = sum((line.charge for line in claim.lines), Decimal(0))
    paid = _paid(claim)
    status = "1" if paid or not charged else "4"
    filing = FILING.get(claim.payer, "12").replace("CI", "12").replace("16", "HM")
    name = element(claim.name, 38, "the claim's id")
    facility = f"*{claim.facility}" + (f"*{claim.frequency}" if claim.frequency else "") if claim.facility else ""
    segments = [
        f"CLP*{name}*{status}*{_money(charged)}*{_money(paid)}**{filing}*{name}{facility}",
        f"NM1*QC*1*PATIENT*SAM****MI*{element(claim.patient, 80, 'the patient id')}",
    ]
    for line in claim.lines:
        segments += _line(line)
    return segments


def _line(line: PaidLine) -> list[str]:
    allowed = line.disposition == "allow"
    if line.disposition not in ("allow", *_USUAL):
        raise Inexpressible(f"line {line.number} is neither allowed, denied, bundled nor held")
    service = ":".join(element(part, 48, f"line {line.number}") if part else "" for part in line.service)
    paid = _money(line.charge if allowed else Decimal(0))
    segments = [f"SVC*{service}*{_money(line.charge)}*{paid}*{line.revenue_code}*{line.units}"]
    if line.day is not None:
        segments.append(f"DTM*472*{line.day:%Y%m%d}")
    if not allowed and line.charge:
        segments.append(f"CAS*{_GROUP[line.disposition]}*{line.carc or _USUAL[line.disposition]}*{_money(line.charge)}")
    return [*segments, f"REF*6R*{line.number}"]


def _paid(claim: PaidClaim) -> Decimal:
    return sum((line.charge for line in claim.lines if line.disposition == "allow"), Decimal(0))


def _money(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
