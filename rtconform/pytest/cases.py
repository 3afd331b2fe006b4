"""What the pytest plugin does once it is asked for something: asks a vendor's cases, hands cases to a vendor's own tests."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
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

Place = tuple[int, int]
"""Where a case is: the number of its suite among those that were asked for, and its index in it."""


class Asker:
    """A vendor, asked case by case by one process of pytest: its adapter is opened once, at the first case.

    The case of the next test is asked together with that of this one. A program's answer is held back until the next one
    comes, so that a second answer to the same case is noticed; a lone answer would wait for its time to be up.
    """

    def __init__(self, file: Path, suites: str, seed: int, count: int | None) -> None:
        self.file = file
        names = [name.strip() for name in suites.split(",") if name.strip()]
        self._planned = plan_run(file, names, seed=seed, count=count)
        self._runner = asyncio.Runner()
        self._adapter: Adapter | None = None
        self._ahead: dict[Place, _Asking] = {}

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

    def ask(self, place: Place, following: Place | None = None) -> tuple[Verdict, str]:
        """The verdict, and the judge's explanation where the answer does not stand or the case was not asked.

        `following`: the case that will be asked next, if there is one.
        """
        part = self._planned.chosen[place[0]]
        asked = self._ahead.pop(place, None) or self._asking(place)
        if reason := asked.not_asked:
            return "not_applicable", reason
        result = result_of(part.suite.name, asked.item, self._runner.run(self._reply(asked, following)))
        return result.verdict, in_words(result, str(self.file), self._planned.manifest.suites[place[0]].file)

    def close(self) -> None:
        """End the vendor's process or connections, and what was asked ahead of a test that did not run."""
        self._runner.run(self._close())
        self._runner.close()

    def _asking(self, place: Place) -> "_Asking":
        part = self._planned.chosen[place[0]]
        item = part.suite.case(place[1], part.seed)
        return _Asking(item, not_asked(self._planned.vendor, role_asked(item), item))

    async def _reply(self, asked: "_Asking", following: Place | None) -> Reply:
        adapter = await self._opened()
        reply = asked.begun(adapter)
        if following is not None and following not in self._ahead:
            ahead = self._ahead[following] = self._asking(following)
            if not ahead.not_asked:
                ahead.begun(adapter)
        return await reply

    async def _opened(self) -> Adapter:
        if self._adapter is None:
            adapter = open_adapter(self._planned.vendor, _unheard, workers=1)
            try:
                await adapter.start()
            except BaseException:
                await adapter.close()
                raise
            self._adapter = adapter
        return self._adapter

    async def _close(self) -> None:
        begun = [asked.reply for asked in self._ahead.values() if asked.reply is not None]
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        if self._adapter is not None:
            await self._adapter.close()


@dataclass
class _Asking:
    """A case that is asked for, made once: why it is not asked, or the reply to come once it is."""

    item: SuiteItem
    not_asked: str | None
    reply: "asyncio.Task[Reply] | None" = None

    def begun(self, adapter: Adapter) -> "asyncio.Task[Reply]":
        """The reply to come; the case is put to the vendor now, if it was not before."""
        if self.reply is None:
            self.reply = asyncio.get_running_loop().create_task(adapter.ask(self.item.question, self.item.writing))
        return self.reply


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
