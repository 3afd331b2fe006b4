"""How many hints are wrong: `make hints` plants faults of the catalogues alone, pairs of them, mutants and faulty editors, and
counts. The figures are kept in `hints.json` with their date (`docs/measured/strength-figures.md`).

    python -m tools.strength.hints [PAIRS [EVERY]]    PAIRS pairs of faults (1000), every EVERYth mutant (1)
"""

import datetime as dt
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

import msgspec
from msgspec import Struct

from rtconform.conformance.records import Result
from rtconform.conformance.strength.mutants.reader import Reader
from rtconform.generators.suites.suite import SuiteCase

_FILE = "hints.json"
_PAIRS = 1000
_MUTANTS_EVERY = 1
_CODED = ("published", "boundaries")
_WHERE_ALL_SHOW = ("certify",)
_READ = {"published": 1, "boundaries": 1, "respelled": 7, "invalid": 4}
"""The suites that faulty readers are asked, and every how manieth of their cases."""
_EDITED = ("edits-claim", "edits-documented", "edits-national")


class Planted(Struct, frozen=True):
    """A kind of vendors with known faults: how many there were, how many of them show in some case, and the hints on their runs:
    how many, which are wrong, and of how many vendors a fault that they have is named.
    """

    kind: str
    planted: int
    shown: int
    hints: int
    named: int
    wrong: tuple[str, ...]

    @property
    def alone(self) -> bool:
        """Whether each vendor has one fault, of a catalogue: then every fault that shows should be named."""
        return self.kind.endswith("alone")


class Hints(Struct, frozen=True):
    """What was measured, and when."""

    on: dt.date
    kinds: tuple[Planted, ...]


Seen = tuple[bool, int, bool, tuple[str, ...]]
"""Of one vendor: whether its fault shows, how many hints its run has, whether one names its fault, and those that are wrong."""


def hints() -> Hints:
    """The figures as they are kept."""
    return msgspec.json.decode(Path(__file__).with_name(_FILE).read_bytes(), type=Hints)


def main(arguments: Sequence[str]) -> int:
    """Measure, keep and print the figures; 1 where a hint is wrong."""
    pairs, every = (int(given) for given in (*arguments, *map(str, (_PAIRS, _MUTANTS_EVERY)[len(arguments) :])))
    kinds = tuple(_kinds(pairs, every))
    found = Hints(dt.datetime.now(dt.UTC).date(), kinds)
    Path(__file__).with_name(_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    return 1 if any(kind.wrong for kind in kinds) else 0


def _kinds(pairs: int, every: int) -> Iterator[Planted]:
    from rtconform.conformance.coder.faults.catalogue import FAULTS  # noqa: PLC0415 - the figures are read without it
    from rtconform.conformance.strength.mutants.caution import CAUTION, LIST_ORDER  # noqa: PLC0415 - the same
    from rtconform.conformance.strength.mutants.readers import readers  # noqa: PLC0415 - the same
    from rtconform.conformance.strength.mutants.rules import first_order  # noqa: PLC0415 - the same
    from tests.helpers import planted  # noqa: PLC0415 - the same

    items = planted.asked(*_CODED)
    all_show = planted.asked(*_WHERE_ALL_SHOW)
    coders: dict[str, planted.Coder] = {name: fault.code for name, fault in FAULTS.items()}

    def seen(name: str, coder: planted.Coder, *known: str) -> Seen:
        return of(name, planted.results_of(coder, items), items, *known)

    def seen_alone(name: str) -> Seen:
        return of(name, planted.results_of(coders[name], all_show), all_show, name)

    def seen_reading(reader: Reader) -> Seen:
        return of(reader.id, planted.results_of_reader(reader, documents), documents)

    def of(name: str, results: list[Result], items: dict[str, SuiteCase], *known: str) -> Seen:
        found = planted.recognised(results, items)
        named = {fault.id for hint in found.recognised for fault in hint.faults}
        wrong = tuple(f"{name}: {one}" for one in planted.wrong_hints(results, found, items, coders))
        return any(result.causes for result in results), len(found.recognised), bool(named.intersection(known)), wrong

    documents = dict(chain.from_iterable(list(planted.asked(name).items())[::step] for name, step in _READ.items()))
    mutants = first_order()[::every]
    cautious = [one for one in mutants if one.edits[0].operator in (CAUTION, LIST_ORDER)]
    drawn = random.Random(1)  # noqa: S311 - a sample, the same every time
    two = [drawn.sample(sorted(coders), 2) for _ in range(pairs)]
    yield _counted("faults of coders, alone", (partial(seen_alone, name) for name in coders))
    yield _counted("faulty editors, alone", _editors())
    yield _counted(
        "two faults of coders",
        (partial(seen, f"{a} + {b}", planted.both(coders[a], coders[b]), a, b) for a, b in two),
    )
    yield _counted("mutants of rules and facts", (partial(seen, one.id, one.code) for one in mutants if one not in cautious))
    yield _counted("mutants too cautious", (partial(seen, one.id, one.code) for one in cautious))
    yield _counted("readers too strict or careless", (partial(seen_reading, one) for one in readers()[::every]))


def _editors() -> Iterator[Callable[[], Seen]]:
    from rtconform.conformance.editor.faults import EDITOR_FAULTS  # noqa: PLC0415 - see above
    from tests.helpers import planted_editors as planted  # noqa: PLC0415 - see above

    items = planted.asked(*_EDITED)
    edits = {name: fault.edit for name, fault in EDITOR_FAULTS.items()}

    def seen(name: str) -> Seen:
        results = planted.results_of(edits[name], items)
        found = planted.recognised(results, items)
        wrong = tuple(f"{name}: {one}" for one in planted.wrong_hints(results, found, items, edits))
        named = any(fault.id == name for hint in found.recognised for fault in hint.faults)
        return any(result.causes for result in results), len(found.recognised), named, wrong

    return (partial(seen, name) for name in edits)


def _counted(kind: str, vendors: Iterable[Callable[[], Seen]]) -> Planted:
    seen = [vendor() for vendor in vendors]
    shown, number, named, wrong = zip(*seen, strict=True) if seen else ((), (), (), ())
    found = Planted(kind, len(seen), sum(shown), sum(number), sum(named), tuple(one for each in wrong for one in each))
    sys.stderr.write(f"{kind}: {found.planted} planted, {found.shown} show, {found.hints} hints, {len(found.wrong)} wrong\n")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
