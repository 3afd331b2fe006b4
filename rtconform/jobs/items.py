"""A suite, and the cases or claims in it, as a Python program sees them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import overload

from rtconform.conformance.protocol import GivenAnswer, Json, of_kind
from rtconform.conformance.records import Result
from rtconform.conformance.runs.runner import result_of
from rtconform.conformance.verdicts import VERDICTS, Judgement, Verdict
from rtconform.generators.suites.registry import DEFAULT_SEED, SUITES, any_suite
from rtconform.generators.suites.suite import AnySuite, Asks, SuiteCase, SuiteClaim, SuiteItem
from rtconform.jobs.given import reply_of
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case
from rtconform.reference.errors import UserError
from rtconform.reports.figures.failure import as_text, shaped


@dataclass(frozen=True)
class Item:
    """One case or claim of a suite. `data` is what a vendor is sent, as a dict; `judge` and `check` hold an answer against it.

    `file` is where its suite was read from; empty for a suite that is shipped.
    """

    suite: str
    item: SuiteItem
    file: str = ""

    @property
    def id(self) -> str:
        """The id of the case or claim: it begins with the suite's name."""
        return self.item.id

    @property
    def title(self) -> str:
        """One line for a person."""
        return self.item.title

    @property
    def why(self) -> str:
        """The fact that decides; empty where the suite does not say it."""
        return self.item.why

    @property
    def twin(self) -> str | None:
        """The id of the case that differs in that one fact; None where there is none."""
        return self.item.twin

    @property
    def case(self) -> Case:
        """The case. Raises UserError where the suite asks claims, and for a case of suite `invalid`, which is not a sound one."""
        asked = of_kind(self.item, SuiteCase)
        if asked is None:
            raise UserError(f"{self.id} is a claim, not a case: use .claim")
        if not asked.sound:
            raise UserError(f"{self.id} is not a sound case: use .wire, or .data where it is JSON")
        return asked.case

    @property
    def claim(self) -> Claim:
        """The claim. Raises UserError where the suite asks cases."""
        asked = of_kind(self.item, SuiteClaim)
        if asked is None:
            raise UserError(f"{self.id} is a case, not a claim: use .case")
        return asked.claim

    @property
    def wire(self) -> bytes:
        """What is sent, as JSON on one line. In suite `invalid` it may be no JSON at all."""
        return self.item.wire

    @property
    def data(self) -> dict[str, Json]:
        """What is sent, as dicts and lists, made again at each call. Raises UserError where what is sent is not a JSON object."""
        try:
            data = json.loads(self.item.wire)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            raise UserError(f"{self.id} is not a JSON object, on purpose: use .wire")
        return data

    def judge(self, answer: GivenAnswer) -> Judgement:
        """The verdict on an answer, with its explanation."""
        result = self._result(answer)
        return Judgement(result.verdict, result.rules, result.explanation)

    def check(self, answer: GivenAnswer) -> Verdict:
        """Judge an answer in a pytest: pass or accepted is returned, anything else fails the test with the reason."""
        __tracebackhide__ = True
        result = self._result(answer)
        if not VERDICTS[result.verdict].conformant:
            import pytest  # noqa: PLC0415 - only who tests needs it

            pytest.fail(in_words(result, suite_file=self.file), pytrace=False)
        return result.verdict

    def _result(self, answer: GivenAnswer) -> Result:
        return result_of(self.suite, self.item, reply_of(self.item, answer))


class Suite:
    """A suite of `len()` cases or claims: iterated in order, one found by its id or its place.

    `asks` says which of the two they are. `seed` has an influence where `seeded` says so.
    """

    def __init__(self, suite: AnySuite, seed: int = DEFAULT_SEED, count: int | None = None, file: str = "") -> None:
        self._suite = suite
        self._file = file
        self._size = suite.size(count)
        self.seed = seed

    @property
    def name(self) -> str:
        """What the suite is asked for by."""
        return self._suite.name

    @property
    def version(self) -> str:
        """Changes whenever any case does."""
        return self._suite.version

    @property
    def about(self) -> str:
        """One line for a person."""
        return self._suite.about

    @property
    def asks(self) -> Asks:
        """`case` for suites that ask coders, `claim` for those that ask claim editors."""
        return self._suite.asks

    @property
    def seeded(self) -> bool:
        """Whether the seed has any influence."""
        return self._suite.seeded

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Item]:
        for place in range(self._size):
            yield self[place]

    @overload
    def __getitem__(self, key: str) -> Item: ...
    @overload
    def __getitem__(self, key: int) -> Item: ...
    def __getitem__(self, key: str | int) -> Item:
        """The item with this id, or at this place from 0.

        Raises UserError for an id that the suite does not have, IndexError for a place outside it.
        """
        if isinstance(key, str):
            place, seed = self._suite.index_of(key)
            return Item(self.name, self._suite.case(place, seed), self._file)
        place = key + self._size if key < 0 else key
        if not 0 <= place < self._size:
            raise IndexError(f"suite {self.name} has {self._size} items, none at place {key}")
        return Item(self.name, self._suite.case(place, self.seed), self._file)

    def __repr__(self) -> str:
        return f"<Suite {self.name} {self.version}: {self._size} {self.asks}s>"


def open_suite(name: str, seed: int = DEFAULT_SEED, count: int | None = None) -> Suite:
    """The suite of that name, or in that file. Raises UserError where there is none."""
    return Suite(any_suite(name), seed, count, "" if name in SUITES else name)


def in_words(result: Result, vendor_file: str = "", suite_file: str = "") -> str:
    """What is wrong, in the shape that every report has; empty where the result stands."""
    return "" if VERDICTS[result.verdict].conformant else f"{result.verdict}: {as_text(shaped(result, vendor_file, suite_file))}"
