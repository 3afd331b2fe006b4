"""What a claim's record says about its lines: what the coder codes from it, session by session.

The claim's treatment becomes a case, and the coder's readings of it decide. A line that every reading bills is right. A line that
no reading bills is not supported. Where readings differ, guidance is ambiguous, or the record has to go to a person.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from rtconform.reference.coder.coder import Expectation
from rtconform.reference.coder.explain import delivery_facts, guidance_facts
from rtconform.reference.coder.facts import SessionFacts
from rtconform.reference.coder.remembered import expect
from rtconform.reference.coder.services import Option
from rtconform.reference.codes import DELIVERY_CODES
from rtconform.reference.documents.claim import Claim, ClaimLine, DispositionWord, Treatment
from rtconform.reference.documents.treatment import Billing, Case, Patient
from rtconform.reference.editor.days import days_of
from rtconform.reference.editor.lines import HOSPITAL_OUTPATIENT, INPATIENT, Stop, whose_claim
from rtconform.reference.editor.rules import says_of, sources_of

TOLERATED: tuple[DispositionWord, ...] = ("deny", "bundle", "review")
"""What is accepted beside allow where sources differ."""


@dataclass(frozen=True)
class Finding:
    """What speaks for a line, or against it (`stop`). `accepted`: other dispositions that are right beside allow."""

    stop: Stop | None = None
    rules: tuple[str, ...] = ()
    facts: str = ""
    accepted: tuple[DispositionWord, ...] = ()


@dataclass(frozen=True)
class Record:
    """The record of one day, coded. `sessions`: those in which a beam was delivered, in the record's order."""

    sessions: tuple[str, ...]
    expectation: Expectation

    def finding(self, line: ClaimLine, homes: Iterable[str]) -> Finding:
        """What the record says of a line that bills these sessions: the first stop, else the most doubtful one."""
        found = [self._one(line, home) for home in homes]
        return next((one for one in found if one.stop), max(found, key=lambda one: len(one.accepted)))

    def _one(self, line: ClaimLine, session: str) -> Finding:
        readings = self.expectation.readings
        outcome, reasons = readings[0].outcome, "; ".join(self.expectation.coding.reasons)
        coded = [reading for reading in readings if reading.outcome == "coded"]
        if outcome == "out_of_scope":
            return Finding(Stop("outside_this_family", reasons, self.expectation.coding.rules))
        if not coded:
            return Finding(Stop("record_unclear", reasons, self.expectation.coding.rules))
        by_reading = [
            one.delivery if line.code in DELIVERY_CODES else one.guidance
            for reading in coded
            for one in reading.sessions
            if one.session == session
        ]
        options = [option for its in by_reading for option in its]
        facts = next((s for s in self.expectation.sessions if s.session == session), None)
        if facts is None or facts.beams == 0:
            return Finding(Stop("session_not_delivered", f"no beam was delivered in session {session}", ("SCOPE-BEAM",)))
        billing = [option for option in options if any(other.code == line.code for other in option.lines)]
        if not billing:
            return Finding(_unsupported(line, facts, options[0], self.expectation.coding.rules))
        rules = next(other.rules for other in billing[0].lines if other.code == line.code)
        said = f"{session}: {delivery_facts(facts) if line.code in DELIVERY_CODES else guidance_facts(facts)}"
        held = any(reading.outcome == "needs_review" for reading in readings)
        if len(billing) == len(options):
            return Finding(rules=rules, facts=said, accepted=("review",) if held else ())
        # where every reading has the same options, the record's doubt is about something else than this line
        if outcome == "needs_review" and len(set(by_reading)) > 1:
            record = tuple(rule for rule in self.expectation.coding.rules if rule.startswith("DOC-"))
            return Finding(Stop("record_unclear", reasons, record, tolerates=("allow", "bundle")))
        return Finding(rules=rules, facts=said, accepted=TOLERATED)


def read_record(claim: Claim, day: dt.date) -> Record | None:
    """The claim's record as the coder reads it for that day; None: the claim brings none."""
    case = case_of_day(claim, day)
    if case is None:
        return None
    delivered = tuple(session.id for session in case.sessions if session.beams_delivered)
    return Record(delivered, expect(case))


def case_of_day(claim: Claim, day: dt.date) -> Case | None:
    """What the claim's record says of that day, as a case; None: the claim brings no record."""
    if claim.treatment is None:
        return None
    days = {other for line in claim.lines for other in days_of(line)}
    return case_of(claim, _of_day(claim.treatment, day, days), day)


def _of_day(record: Treatment, day: dt.date, days: Collection[dt.date]) -> Treatment:
    """The record without the sessions of the claim's other days; when a session that is left out was the next, that is kept."""
    other = set(days) - {day}
    left_out = [one for one in record.sessions if one.started_at.date() in other]
    if not left_out:
        return record
    kept = []
    for session in record.sessions:
        if session in left_out:
            continue
        later = [one.started_at for one in left_out if one.started_at > session.started_at and one.beams_delivered]
        nexts = [*later, *([session.next_session_at] if session.next_session_at else [])]
        kept.append(replace(session, next_session_at=min(nexts, default=None)))
    return replace(record, sessions=tuple(kept))


def case_of(claim: Claim, record: Treatment, day: dt.date) -> Case:
    """The treatment that documents the claim as a case: the claim's patient and payer, for that day.

    A professional claim from no hospital is read as a centre's: only so can the record support a delivery that its place bears.
    """
    setting, whose = whose_claim(claim)
    if claim.kind == "professional" and claim.place_of_service not in (*HOSPITAL_OUTPATIENT, *INPATIENT):
        setting, whose = "freestanding", "global"
    patient = Patient(claim.patient.id, claim.patient.birth_date, claim.patient.sex)
    billing = Billing(day, setting, whose, claim.payer)
    return Case(claim.id, patient, billing, record.isocenters, record.plans, record.sessions)


def _unsupported(line: ClaimLine, facts: SessionFacts, due: Option, at_work: tuple[str, ...]) -> Stop:
    if line.code in DELIVERY_CODES:
        right = due.lines[0]
        record = tuple(rule for rule in at_work if rule.startswith("DOC-"))
        reason = f"{facts.session}: {delivery_facts(facts)}: {right.code}, not {line.code}"
        return Stop("level_not_supported", reason, (*right.rules, *record))
    said = guidance_facts(facts) or "no guidance"
    reason = f"{facts.session}: {said}: no 77387"
    if (facts.localizing or facts.monitored or facts.surface) and facts.approval != "in_time":
        return Stop("guidance_not_approved", reason, ("IGRT-REVIEW",))
    rules = tuple(rule for rule in at_work if rule in ("IGRT-PURPOSE", "PORT"))
    return Stop("guidance_not_performed", reason, rules or ("IGRT-METHODS",))


def appeal_of(rules: Iterable[str]) -> tuple[str, str]:
    """What these rules say, and the publications with the headings where they stand."""
    ids = tuple(rules)
    return " ".join(says for rule in ids if (says := says_of(rule))), sources_of(ids)
