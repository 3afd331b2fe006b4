"""Opaque ids: a certifying run asks the same treatments under names that nobody could know, in an order that nobody could.

Everything is derived from a key drawn for the run, so that it differs from run to run and can be recomputed once the key is
revealed in the bundle. What is clinical stays as it is: the answer may depend on it.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from msgspec.structs import replace

from rtconform.conformance.adapters import Adapter, Log, Reply
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.protocol import Question, Writing
from rtconform.conformance.vendors.settings import Vendor
from rtconform.generators.clinic.people import names
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case, Patient, Plan

_MACHINE = re.compile(r" \[[^\]]*\]")
"""Generated plans name their machine in the label, handmade ones do not: it would tell the two apart."""


@dataclass(frozen=True)
class Disguise:
    """The disguise of one run; `key` is hexadecimal and secret until the run has ended."""

    key: str

    @classmethod
    def drawn(cls) -> "Disguise":
        """A new one."""
        return cls(secrets.token_hex(32))

    def id(self, case_id: str) -> str:
        """What the vendor knows the case as."""
        return self._hash("id", case_id).hex()[:20]

    def question(self, question: Question) -> Question:
        """The case or claim as the vendor gets it: ids and names replaced, and labels without what the suite put there."""
        if isinstance(question, Claim):
            patient = replace(question.patient, id=self._patient_id(question.id))
            treatment = question.treatment and replace(question.treatment, plans=_plain_labels(question.treatment.plans))
            return replace(question, id=self.id(question.id), patient=patient, treatment=treatment)
        return replace(question, id=self.id(question.id), patient=self._patient(question), plans=_plain_labels(question.plans))

    def opening(self, vendor: Vendor, log: Log, *, workers: int | None = None) -> Adapter:
        """The vendor's adapter, asked in this disguise."""
        return DisguisedAdapter(open_adapter(vendor, log, workers=workers), self)

    def rank(self, case_id: str) -> bytes:
        """Cases are asked in the order of their ranks."""
        return self._hash("rank", case_id)

    def _patient(self, case: Case) -> Patient:
        drawn = self._hash("names", case.id)
        given, family = names().get(case.patient.sex, ()), names()["family"]
        return replace(
            case.patient,
            id=self._patient_id(case.id),
            given_name=given[int.from_bytes(drawn[:4]) % len(given)] if given else case.patient.given_name,
            family_name=family[int.from_bytes(drawn[4:8]) % len(family)],
        )

    def _patient_id(self, case_id: str) -> str:
        return f"SYN-{self._hash('patient', case_id).hex()[:10]}"

    def _hash(self, what: str, case_id: str) -> bytes:
        return hmac.digest(bytes.fromhex(self.key), f"{what} {case_id}".encode(), hashlib.sha256)


class DisguisedAdapter:
    """An adapter that asks every case under its disguise; the answers carry the ids that were sent."""

    def __init__(self, adapter: Adapter, disguise: Disguise) -> None:
        self._adapter = adapter
        self._disguise = disguise
        self.window = adapter.window

    async def start(self) -> None:
        """As the adapter."""
        await self._adapter.start()
        self.window = self._adapter.window

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Ask the question in its disguise, written as it would be without."""
        return await self._adapter.ask(self._disguise.question(question), writing)

    async def close(self) -> None:
        """As the adapter."""
        await self._adapter.close()


def _plain_labels(plans: tuple[Plan, ...]) -> tuple[Plan, ...]:
    return tuple(replace(plan, label=_MACHINE.sub("", plan.label)) for plan in plans)
