"""Holds the reference against the second implementation of the rules over whole suites: `make agreement`.

    python tools/agreement.py COUNT SEED

Every case of pairwise, threeway, documentation, respelled and exhaustive, COUNT of clinic, and COUNT treatments with up to
three changes at the edges, all at SEED. Prints what differs, and how many cases were compared; exit code 1 where any differs.
"""

import importlib.util
import json
import multiprocessing as mp
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from rtconform.generators.randomness import draw_for
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import part_of
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import encode
from tests.helpers.edge_records import CHANGES, PICKED

ROOT = Path(__file__).resolve().parents[1]
CODER = ROOT / "tests" / "vendors" / "correct" / "coder.py"
EDGES = "edges"
WHOLE = ("pairwise", "threeway", "documentation", "respelled", "exhaustive")
STEP = 2000
SHOWN = 20

Part = tuple[str, int, range]
Comparable = tuple[object, ...]


def main() -> None:
    """Compare, and say what came of it."""
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    sizes = {**{name: suite(name).size(None) for name in WHOLE}, "clinic": count, EDGES: count}
    parts = [part for name, size in sizes.items() for part in _parts(name, size, seed)]
    compared = dict.fromkeys(sizes, 0)
    different: list[str] = []
    with mp.get_context("spawn").Pool(os.cpu_count()) as pool:
        for done, ((name, _, places), found) in enumerate(pool.imap(differing, parts, chunksize=1), 1):
            compared[name] += len(places)
            different += found
            if sys.stderr.isatty():
                print(f"\r{done} of {len(parts)}", end="", file=sys.stderr)
    for name, number in compared.items():
        version = "" if name == EDGES else f" of version {suite(name).version}"
        print(f"{name}: {number:,} cases{version}, seed {seed}")
    print(f"{sum(compared.values()):,} cases compared, {len(different)} differ")
    print("\n".join(different[:SHOWN]))
    sys.exit(1 if different else 0)


def _parts(name: str, size: int, seed: int) -> Iterator[Part]:
    parts = -(-size // STEP)
    return ((name, seed, part_of(size, number, parts)) for number in range(1, parts + 1))


def differing(part: Part) -> tuple[Part, list[str]]:
    """Where cases are coded differently: suite and number of each."""
    name, seed, places = part
    found = ((place, *both(_case(name, seed, place))) for place in places)
    return part, [f"{name} {place}: {theirs} and {ours}" for place, theirs, ours in found if theirs != ours]


def _case(name: str, seed: int, place: int) -> Case:
    if name != EDGES:
        return suite(name).case(place, seed).case
    draw = draw_for(EDGES, "1", seed, place)
    case = PICKED[int(draw() * len(PICKED))]
    for _ in range(1 + int(draw() * 3)):
        case = CHANGES[int(draw() * len(CHANGES))](case)
    return case


def both(case: Case) -> tuple[Comparable, Comparable]:
    """What each implementation makes of the case: the second one and the reference."""
    return comparable(second().code(json.loads(encode(case)))), comparable(json.loads(encode(code(case))))


def comparable(coding: dict[str, Any]) -> Comparable:
    """Outcome, lines and alternatives, whatever their order."""
    alternatives = {(a["rule"], a["session"], _lines(a["lines"]), a.get("outcome")) for a in coding.get("alternatives", ())}
    return coding["outcome"], _lines(coding["lines"]), frozenset(alternatives)


def _lines(found: list[dict[str, Any]]) -> Comparable:
    return tuple(sorted((x["session"], x["code"], tuple(x.get("modifiers", ())), x.get("units", 1)) for x in found))


def second() -> ModuleType:
    """The second implementation, as a module: a vendor's program, without types."""
    found = sys.modules.get("correct_coder")
    if found is None:
        spec = importlib.util.spec_from_file_location("correct_coder", CODER)
        if spec is None or spec.loader is None:
            sys.exit(f"{CODER}: is not a module")
        found = sys.modules["correct_coder"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
    return found


if __name__ == "__main__":
    main()
