"""What the pytest plugin does once it is asked for something: asks a vendor's cases, hands cases to a vendor's own tests."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rtconform.conformance.adapters import Adapter, Reply
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.protocol import Returned
from rtconform.conformance.records import Event, Result
from rtconform.conformance.roles import role_asked
from rtconform.conformance.runs.runner import not_asked, result_of
from rtconform.conformance.verdicts import VERDICTS, Verdict
from rtconform.generators.suites.registry import suite as find_suite
from rtconform.generators.suites.suite import SuiteClaim, SuiteItem, cases
from rtconform.jobs.run import plan_run
from rtconform.reference.documents.claim import Disposition
from rtconform.reference.documents.coding import Answer
from rtconform.reports.figures.failure import as_text, shaped


class Asker:
    """A vendor, asked case by case by one process of pytest: its adapter is opened once, at the first case."""

    def __init__(self, file: Path, suites: str, seed: int, count: int | None) -> None:
        self.file = file
        names = [name.strip() for name in suites.split(",") if name.strip()]
        self._planned = plan_run(file, names, seed=seed, count=count)
        self._runner = asyncio.Runner()
        self._adapter: Adapter | None = None

    @property
    def about(self) -> str:
        """Vendor, suites and rule set in a few words."""
        manifest = self._planned.manifest
        suites = ", ".join(suite.name for suite in manifest.suites)
        return f"{manifest.vendor.name} {manifest.vendor.version}, {suites}, rule set {manifest.rule_set}"

    def cases(self) -> Iterator[tuple[int, int, str]]:
        """Number of the suite, index in it, and id of each case."""
        for number, part in enumerate(self._planned.chosen):
            for index in range(part.size):
                yield number, index, part.suite.case(index, part.seed).id

    def ask(self, suite: int, index: int) -> tuple[Verdict, str]:
        """The verdict, and the judge's explanation where the answer does not stand or the case was not asked."""
        part = self._planned.chosen[suite]
        item = part.suite.case(index, part.seed)
        if reason := not_asked(self._planned.vendor, role_asked(item), item):
            return "not_applicable", reason
        result = result_of(part.suite.name, item, self._runner.run(self._ask(item)))
        return result.verdict, _told(result, str(self.file))

    def close(self) -> None:
        """End the vendor's process or connections."""
        if self._adapter is not None:
            self._runner.run(self._adapter.close())
        self._runner.close()

    async def _ask(self, item: SuiteItem) -> Reply:
        if self._adapter is None:
            adapter = open_adapter(self._planned.vendor, _unheard, workers=1)
            try:
                await adapter.start()
            except BaseException:
                await adapter.close()
                raise
            self._adapter = adapter
        return await self._adapter.ask(item.question, item.document)


@dataclass(frozen=True)
class RtconformCase:
    """A case for a vendor's own test. `data` is what a coder is sent, as plain values; `check` judges what it answers."""

    suite: str
    item: SuiteItem

    @property
    def id(self) -> str:
        """The case's id."""
        return self.item.id

    @property
    def title(self) -> str:
        """One line for a person."""
        return self.item.title

    @property
    def wire(self) -> bytes:
        """What is sent, as JSON."""
        return self.item.wire

    @property
    def data(self) -> dict[str, Any]:
        """What is sent, as dicts and lists, anew at each call."""
        data: dict[str, Any] = json.loads(self.item.wire)
        return data

    def check(self, answer: object) -> Verdict:
        """Judge an answer (a dict, or JSON text): pass or accepted is returned, anything else fails the test with the reason."""
        __tracebackhide__ = True
        result = result_of(self.suite, self.item, _reply(self.item, answer))
        if text := _told(result, ""):
            pytest.fail(text, pytrace=False)
        return result.verdict


def cases_of(suite: str, seed: int = 1, count: int | None = None) -> list[RtconformCase]:
    """The cases of suites, named with commas between. Raises UserError."""
    found = []
    for name in (name.strip() for name in suite.split(",")):
        made = find_suite(name)
        found += [RtconformCase(made.name, item) for item in cases(made, seed, count)]
    return found


def _told(result: Result, vendor_file: str) -> str:
    """What is wrong, in the shape that every report has; empty where the result stands."""
    return "" if VERDICTS[result.verdict].conformant else f"{result.verdict}: {as_text(shaped(result, vendor_file))}"


def _reply(item: SuiteItem, answer: object) -> Reply:
    kind: type[Returned] = Disposition if isinstance(item, SuiteClaim) else Answer
    try:
        plain = msgspec.json.decode(answer) if isinstance(answer, str | bytes) else answer
        if isinstance(plain, dict) and "error" in plain:
            return Reply("error", detail=f"the coder says: {plain['error']}", refused=True)
        value = msgspec.convert(plain, kind)
    except msgspec.MsgspecError as error:
        return Reply("invalid", detail=f"no answer in the agreed form: {error}", received=repr(answer)[:4000])
    if value.id != item.id:
        return Reply("invalid", value, f"the answer's id is {value.id!r}, the case's {item.id!r}")
    return Reply("answered", value)


def _unheard(event: Event) -> None:
    """What happens beside the cases is shown with the case that it concerns."""
    del event
