"""How many hints are wrong: `make hints` plants faults of the catalogues alone, pairs of them, mutants and faulty editors, and
counts. The figures are kept in `hints.json` with their date (`docs/measured/hints.md`).

    python -m tools.strength.hints [PAIRS [EVERY]]    PAIRS pairs of faults (200), every EVERYth mutant (4)
"""

import datetime as dt
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

_FILE = "hints.json"
_PAIRS = 200
_MUTANTS_EVERY = 4
_CODED = ("published", "boundaries")
_EDITED = ("edits-claim", "edits-documented")
_CLAIMS_EVERY = 3


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
    from rtconform.conformance.strength.mutants.rules import first_order  # noqa: PLC0415 - the same
    from tests.helpers import planted  # noqa: PLC0415 - the same

    items = planted.asked(*_CODED)
    coders: dict[str, planted.Coder] = {name: fault.code for name, fault in FAULTS.items()}

    def seen(name: str, coder: planted.Coder, *known: str) -> Seen:
        results = planted.results_of(coder, items)
        found = planted.recognised(results, items)
        named = {fault.id for hint in found.recognised for fault in hint.faults}
        wrong = tuple(f"{name}: {one}" for one in planted.wrong_hints(results, found, items, coders))
        return any(result.causes for result in results), len(found.recognised), bool(named.intersection(known)), wrong

    drawn = random.Random(1)  # noqa: S311 - a sample, the same every time
    two = [drawn.sample(sorted(coders), 2) for _ in range(pairs)]
    yield _counted("faults of coders, alone", (partial(seen, name, coders[name], name) for name in coders))
    yield _counted("faulty editors, alone", _editors())
    yield _counted(
        "two faults of coders",
        (partial(seen, f"{a} + {b}", planted.both(coders[a], coders[b]), a, b) for a, b in two),
    )
    yield _counted("mutants of coders, in no catalogue", (partial(seen, one.id, one.code) for one in first_order()[::every]))


def _editors() -> Iterator[Callable[[], Seen]]:
    from rtconform.conformance.editor.faults import EDITOR_FAULTS  # noqa: PLC0415 - see above
    from tests.helpers import planted_editors as planted  # noqa: PLC0415 - see above

    items = dict(list(planted.asked(*_EDITED).items())[::_CLAIMS_EVERY])
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
