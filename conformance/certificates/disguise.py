"""Opaque ids: a certifying run asks the same treatments under names that nobody could know, in an order that nobody could.

Everything is derived from a key drawn for the run, so that it differs from run to run and can be recomputed once the key is
revealed in the bundle. The clinical content stays, because the answer may depend on it.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from rtconform.conformance.adapters import Adapter, Log, Reply
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.protocol import AnyWire, Mask, Question, Writing
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import Vendor
from rtconform.generators.clinic.people import names
from rtconform.reference.documents.treatment import Patient, Plan

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

    def question(self, wire: AnyWire, question: Question) -> Question:
        """The case or claim as the vendor gets it: ids and names replaced, and labels without what the suite put there."""
        mask = Mask(self.id(question.id), self._patient_id(question.id), self._names(question.id), _plain_labels)
        masked: Question = wire.masked(question, mask)
        return masked

    def open_adapter(self, vendor: Vendor, log: Log, *, workers: int | None = None) -> Adapter:
        """The vendor's adapter, asked in this disguise."""
        return DisguisedAdapter(open_adapter(vendor, log, workers=workers), self, ROLES[vendor.role].wire)

    def rank(self, case_id: str) -> bytes:
        """Cases are asked in the order of their ranks."""
        return self._hash("rank", case_id)

    def _names(self, case_id: str) -> Callable[[Patient], Patient]:
        drawn = self._hash("names", case_id)

        def renamed(patient: Patient) -> Patient:
            given, family = names().get(patient.sex, ()), names()["family"]
            return replace(
                patient,
                given_name=given[int.from_bytes(drawn[:4]) % len(given)] if given else patient.given_name,
                family_name=family[int.from_bytes(drawn[4:8]) % len(family)],
            )

        return renamed

    def _patient_id(self, case_id: str) -> str:
        return f"SYN-{self._hash('patient', case_id).hex()[:10]}"

    def _hash(self, what: str, case_id: str) -> bytes:
        return hmac.digest(bytes.fromhex(self.key), f"{what} {case_id}".encode(), hashlib.sha256)


class DisguisedAdapter:
    """An adapter that asks every case under its disguise; the answers carry the ids that were sent."""

    def __init__(self, adapter: Adapter, disguise: Disguise, wire: AnyWire) -> None:
        self._adapter = adapter
        self._disguise = disguise
        self._wire = wire
        self.window = adapter.window

    async def start(self) -> None:
        """As the adapter."""
        await self._adapter.start()
        self.window = self._adapter.window

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Ask the question in its disguise, written as it would be without."""
        return await self._adapter.ask(self._disguise.question(self._wire, question), writing)

    async def close(self) -> None:
        """As the adapter."""
        await self._adapter.close()


def _plain_labels(plans: tuple[Plan, ...]) -> tuple[Plan, ...]:
    return tuple(replace(plan, label=_MACHINE.sub("", plan.label)) for plan in plans)
