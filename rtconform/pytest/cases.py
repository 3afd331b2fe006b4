"""What the pytest plugin does once it is asked for something: asks a vendor's cases, hands cases to a vendor's own tests."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtconform.conformance.adapters import Adapter, Reply
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.records import Event
from rtconform.conformance.roles import role_asked
from rtconform.conformance.runs.runner import not_asked, result_of
from rtconform.conformance.verdicts import Verdict
from rtconform.generators.suites.registry import DEFAULT_SEED
from rtconform.generators.suites.suite import SuiteItem
from rtconform.jobs.items import Item, in_words, open_suite
from rtconform.jobs.run import plan_run
from rtconform.reference.errors import RtconformError


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
        return result.verdict, in_words(result, str(self.file), self._planned.manifest.suites[suite].file)

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
        return await self._adapter.ask(item.question, item.writing)


def cases_of(suite: str, seed: int = DEFAULT_SEED, count: int | None = None) -> list[Item]:
    """The cases or claims of suites, named with commas between. Raises UserError."""
    return [item for name in suite.split(",") for item in open_suite(name.strip(), seed, count)]


def parametrize(
    suite: str, *, seed: int = DEFAULT_SEED, count: int | None = None, argument: str = "case"
) -> pytest.MarkDecorator:
    """Decorates a test that takes `case` (or the argument named): it runs once for each item of the suites.

    `suite` names them, with commas between. A suite that does not exist ends the collection of the module in a sentence.
    """
    try:
        items = cases_of(suite, seed, count)
    except RtconformError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    return pytest.mark.parametrize(argument, items, ids=[item.id for item in items])


def _unheard(event: Event) -> None:
    """What happens beside the cases is shown with the case that it concerns."""
    del event
