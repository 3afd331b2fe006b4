"""Claims read from Bundles, or from Claims alone: ours, and those of systems that nobody here wrote.

Resources are found by their types and references, never by where our writer puts them. What these edits say nothing of (items
without a CPT or HCPCS code) is passed through with a note; an item that can't be used costs itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from rtconform.formats.claims import BILLS, NONPHYSICIAN, PassedThrough
from rtconform.formats.fhir.bundles import (
    Document,
    Resources,
    codes_of,
    dicts,
    first,
    identifiers,
    inside,
    opened,
    text_of,
    words,
)
from rtconform.formats.fhir.case_reader import patient_of, read_record
from rtconform.formats.fhir.extensions import STAY
from rtconform.formats.messages import Unreadable
from rtconform.reference.documents.claim import LONGEST_SPAN, Claim, ClaimLine

_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_PLACE = re.compile(r"[0-9]{2}")
_BILL = re.compile(r"0?[0-9]{2}[0-9A-Z]")
_REVENUE = re.compile(r"0?[0-9]{3}")
_DAY = 10
_RENDERS = ("primary", "performing", "rendering")
_FORMS = ("professional", "institutional")


@dataclass(frozen=True)
class ClaimRead:
    """What came of one Claim. `claim` None: nothing of it could be used, and `notes` say why. `charges`: by line number."""

    name: str
    claim: Claim | None
    notes: tuple[str, ...]
    outside: tuple[PassedThrough, ...]
    charges: dict[int, Decimal]


def reread_claim(document: bytes) -> Claim:
    """The claim that a Bundle says. Raises Unreadable."""
    found = list(read_claims(opened(document)))
    faults = [note for one in found for note in (*one.notes, *(line.why for line in one.outside))]
    if len(found) != 1 or found[0].claim is None or faults:
        raise Unreadable("; ".join(faults) or f"{len(found)} Claims where one is due")
    return found[0].claim


def read_claims(document: Document) -> Iterator[ClaimRead]:
    """Every Claim of a Bundle, or a Claim alone, in order. Raises Unreadable where there are too many resources."""
    resources = Resources(document)
    several = sum(1 for _ in resources.of_type("Claim")) > 1
    for claim in resources.of_type("Claim"):
        yield _Reading(resources, claim, alone=not several).read()


class _Reading:
    """Reads one Claim. `alone`: it is the only one of its Bundle, so that what belongs to nobody belongs to it."""

    def __init__(self, resources: Resources, claim: Document, *, alone: bool) -> None:
        self._claim, self._alone = claim, alone
        self._resources = resources
        self._contained = {f"#{one.get('id')}": one for one in dicts(claim.get("contained"))}
        self._notes: list[str] = []
        self._sessions: dict[str, str] = {}

    def read(self) -> ClaimRead:
        name = next(identifiers(self._claim), words(self._claim.get("id"))) or "unnamed"
        kind = next((code for code in codes_of(self._claim.get("type")) if code in _FORMS), "")
        if not kind:
            shown = next(iter(codes_of(self._claim.get("type"))), "")[:20]
            self._notes.append(f"Claim.type {shown!r} is neither professional nor institutional")
            return ClaimRead(name, None, tuple(self._notes), (), {})
        treatment = self._record()
        lines, outside, charges = self._lines()
        if not lines:
            self._notes.append("Claim.item: no item of it can be edited")
            return ClaimRead(name, None, tuple(self._notes), tuple(outside), charges)
        document = {
            "schema": "rtconform.claim/1",
            "id": name[:200],
            "kind": kind,
            "patient": self._patient(),
            "lines": [msgspec.to_builtins(line) for line in lines],
            "payer": self._payer(),
            "place_of_service": self._place(),
            "type_of_bill": self._bill(),
            "billing_provider": self._biller(),
            "rendering_provider": self._renders(),
            "stay": inside(self._claim, STAY),
            "treatment": treatment,
        }
        try:
            claim = msgspec.convert(document, Claim)
        except msgspec.ValidationError as error:
            self._notes.append(f"the Bundle makes no claim: {error}")
            return ClaimRead(name, None, tuple(self._notes), tuple(outside), charges)
        return ClaimRead(name, claim, tuple(self._notes), tuple(outside), charges)

    def _named(self, reference: object) -> Document:
        name = reference.get("reference") if isinstance(reference, dict) else None
        return self._contained.get(name, {}) if isinstance(name, str) and name[:1] == "#" else self._resources.named(reference)

    def _record(self) -> Document | None:
        """The record that goes along; its sessions' references are kept. Of several claims nobody can say whose it is."""
        if not self._alone:
            return None
        record = read_record(self._resources)
        if record is None:
            return None
        self._sessions = {session.pop("uid"): session["id"] for session in record["sessions"]}
        return record

    def _patient(self) -> Document:
        whose = self._claim.get("patient")
        patient = self._named(whose)
        if not patient and self._alone:
            patient = next(self._resources.of_type("Patient"), {})
        found = patient_of(patient)
        if found["id"] == "unknown" and isinstance(whose, dict):
            found["id"] = (words(whose.get("reference")).rpartition("/")[2] or "unknown")[:200]
        return {name: found[name] for name in ("id", "birth_date", "sex")}

    def _payer(self) -> str:
        """Who pays: the Coverage's payor, else the insurer."""
        coverage = self._named(first(self._claim.get("insurance")).get("coverage"))
        for payor in (first(coverage.get("payor")), self._claim.get("insurer")):
            if isinstance(payor, dict) and payor:
                return (words(self._named(payor).get("name")) or words(payor.get("display")))[:2000]
        return ""

    def _place(self) -> str | None:
        """The place of service of the first item that has one."""
        places = [code for item in dicts(self._claim.get("item")) for code in _places(item)]
        if len(set(places)) > 1:
            self._notes.append(f"Claim.item: places of service {', '.join(dict.fromkeys(places))}: the first is taken")
        return places[0] if places else None

    def _bill(self) -> str | None:
        for one in dicts(self._claim.get("supportingInfo")):
            if "typeofbill" in codes_of(one.get("category")):
                return next((code for code in codes_of(one.get("code")) if _BILL.fullmatch(code)), None)
        return None

    def _biller(self) -> str | None:
        types = dicts(self._named(self._claim.get("provider")).get("type"))
        return next((BILLS[code] for one in types for code in codes_of(one) if code in BILLS), None)

    def _renders(self) -> str | None:
        """Whether a physician rendered the services, by the qualification in the care team."""
        team = dicts(self._claim.get("careTeam"))
        if not team:
            return None
        who = next((one for one in team if any(code in _RENDERS for code in codes_of(one.get("role")))), team[0])
        return (
            "nonphysician" if any(code.startswith(NONPHYSICIAN) for code in codes_of(who.get("qualification"))) else "physician"
        )

    def _lines(self) -> tuple[list[ClaimLine], list[PassedThrough], dict[int, Decimal]]:
        diagnoses = {
            one.get("sequence"): code
            for one in dicts(self._claim.get("diagnosis"))
            if (code := self._diagnosis(one)) and isinstance(one.get("sequence"), int)
        }
        lines: list[ClaimLine] = []
        outside: list[PassedThrough] = []
        charges: dict[int, Decimal] = {}
        for place, item in enumerate(dicts(self._claim.get("item"))):
            sequence = item.get("sequence")
            number = sequence if isinstance(sequence, int) and 1 <= sequence <= 999 else place + 1
            found = [*codes_of(item.get("productOrService")), text_of(item.get("productOrService"))]
            code = next((one.upper() for one in found if _CODE.fullmatch(one.upper())), "")
            charge = _charge(item)
            made, why = self._line(item, number, code, diagnoses)
            if made is not None and number in charges:
                made, why = None, f"item {number} is there twice"
            if made is not None:
                lines.append(made)
                charges[number] = charge
            else:
                self._notes.append(f"Claim.item[{place}]: {why}: passed on")
                outside.append(PassedThrough(number, code or next(iter(found), "")[:40], charge, why, not code))
        return lines, outside, charges

    def _line(self, item: Document, number: int, code: str, diagnoses: dict[Any, str]) -> tuple[ClaimLine | None, str]:
        """The line, or why it is none that could be edited."""
        if not code:
            return None, "productOrService is not a CPT or HCPCS code"
        modifiers = [next(iter((*codes_of(one), text_of(one))), "").upper() for one in dicts(item.get("modifier"))]
        days = _days(item)
        units = _number(item.get("quantity"))
        revenue = next((one for one in codes_of(item.get("revenue")) if _REVENUE.fullmatch(one)), None)
        pointed = item.get("diagnosisSequence")
        numbers = pointed if isinstance(pointed, list) else []
        document = {
            "number": number,
            "code": code,
            "date_of_service": days[0],
            "date_of_service_end": days[1],
            "modifiers": modifiers,
            "units": int(units) if units == int(units) else units,
            "diagnoses": [diagnoses[one] for one in numbers if isinstance(one, int) and one in diagnoses],
            "session": self._session(item),
            "revenue_code": revenue,
        }
        try:
            line = msgspec.convert(document, ClaimLine)
        except msgspec.ValidationError as error:
            return None, f"{code}: {error}"
        if not 1 <= line.days <= LONGEST_SPAN:
            return None, f"{code}: {line.date_of_service} to {line.last_day} is not a span of days on one line"
        return line, ""

    def _session(self, item: Document) -> str | None:
        """The session that an item's Encounter is."""
        named = first(item.get("encounter"))
        encounter = self._named(named)
        own = self._sessions.get(f"Encounter/{encounter.get('id')}") if encounter else None
        return own or next(identifiers(encounter), None) or next(identifiers(named), None)

    def _diagnosis(self, one: Document) -> str:
        """The code of ICD-10-CM, in the Claim or in the Condition that it names."""
        condition = self._named(one.get("diagnosisReference"))
        for concept in (one.get("diagnosisCodeableConcept"), condition.get("code")):
            for coding in dicts(concept.get("coding")) if isinstance(concept, dict) else []:
                if "icd-10" in words(coding.get("system")):
                    return words(coding.get("code"))
        return ""


def _places(item: Document) -> list[str]:
    return [code for code in codes_of(item.get("locationCodeableConcept")) if _PLACE.fullmatch(code)]


def _days(item: Document) -> tuple[str | None, str | None]:
    """The first and the last day of an item; the last is None where it is of one day."""
    period = item.get("servicedPeriod")
    if isinstance(period, dict):
        start, end = (words(period.get(name))[:_DAY] or None for name in ("start", "end"))
        return start, end
    return words(item.get("servicedDate"))[:_DAY] or None, None


def _number(quantity: object) -> float:
    """The units of an item, 1 where it says none."""
    if quantity is None:
        return 1
    value = quantity.get("value") if isinstance(quantity, dict) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _charge(item: Document) -> Decimal:
    """What an item is charged at: its net amount, else its unit price times its units."""
    for name, times in (("net", 1), ("unitPrice", _number(item.get("quantity")))):
        money = item.get(name)
        value = money.get("value") if isinstance(money, dict) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**9:
            return Decimal(str(value)) * Decimal(str(times))
    return Decimal(0)
