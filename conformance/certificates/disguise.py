"""Opaque ids: a certifying run asks the same treatments under names that nobody could know, in an order that nobody could.

Everything is derived from a key drawn for the run, so that it differs from run to run and can be recomputed once the key is
revealed in the bundle. What is clinical stays as it is: the answer may hang on it.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from rtconform.conformance.adapters import Adapter, Log, Reply
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.dialogue import Question
from rtconform.conformance.vendor_settings import Vendor
from rtconform.generators.people import names
from rtconform.generators.suite import Asks, Suite, SuiteCase
from rtconform.reference.treatment import Case, Patient, Plan

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

    def case(self, case: Case) -> Case:
        """The case as the vendor gets it: ids and names replaced, and the labels of plans without what the suite put there."""
        return replace(case, id=self.id(case.id), patient=self._patient(case), plans=tuple(map(_plain_label, case.plans)))

    def opening(self, vendor: Vendor, log: Log, *, workers: int | None = None) -> Adapter:
        """The vendor's adapter, asked in this disguise."""
        return DisguisedAdapter(open_adapter(vendor, log, workers=workers), self)

    def rank(self, case_id: str) -> bytes:
        """Cases are asked in the order of their ranks."""
        return self._hash("rank", case_id)

    def _patient(self, case: Case) -> Patient:
        found = self._hash("patient", case.id)
        given, family = names().get(case.patient.sex, ()), names()["family"]
        return replace(
            case.patient,
            id=f"SYN-{found[:5].hex()}",
            given_name=given[int.from_bytes(found[5:9]) % len(given)] if given else case.patient.given_name,
            family_name=family[int.from_bytes(found[9:13]) % len(family)],
        )

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

    async def ask(self, question: Question, document: bytes | None = None) -> Reply:
        """Ask the case in its disguise. A document that is no sound case would give itself away: no such suite certifies."""
        assert document is None  # noqa: S101 - the suites that certify hold none, a test says so
        assert isinstance(question, Case)  # noqa: S101 - the suites that certify ask cases, `disguised` sees to it
        return await self._adapter.ask(self._disguise.case(question))

    async def close(self) -> None:
        """As the adapter."""
        await self._adapter.close()


@dataclass(frozen=True)
class ShuffledSuite:
    """A suite in the order of a disguise: the same cases, each at another place."""

    suite: Suite
    seed: int
    disguise: Disguise

    @property
    def name(self) -> str:
        """The suite's own."""
        return self.suite.name

    @property
    def version(self) -> str:
        """The suite's own."""
        return self.suite.version

    @property
    def about(self) -> str:
        """The suite's own."""
        return self.suite.about

    @property
    def asks(self) -> Asks:
        """The suite's own."""
        return self.suite.asks

    @property
    def seeded(self) -> bool:
        """The suite's own."""
        return self.suite.seeded

    def size(self, count: int | None) -> int:
        """The suite's own."""
        return self.suite.size(count)

    def case(self, index: int, seed: int) -> SuiteCase:
        """The case that is asked as number `index`."""
        return self.suite.case(self._order[index], seed)

    def index_of(self, case_id: str) -> tuple[int, int]:
        """Where the case is asked, and its seed."""
        index, seed = self.suite.index_of(case_id)
        return self._order.index(index), seed

    @cached_property
    def _order(self) -> list[int]:
        ids = [self.suite.case(index, self.seed).case.id for index in range(self.suite.size(None))]
        return sorted(range(len(ids)), key=lambda index: self.disguise.rank(ids[index]))


def _plain_label(plan: Plan) -> Plan:
    return replace(plan, label=_MACHINE.sub("", plan.label)) if plan.label else plan
