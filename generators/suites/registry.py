"""The registry of suites: each by its name, made when it is first asked for."""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

from rtconform.generators.suites.arrays import PAIRWISE, THREEWAY
from rtconform.generators.suites.certify import CERTIFY
from rtconform.generators.suites.clinic import CLINIC
from rtconform.generators.suites.documentation import DOCUMENTATION
from rtconform.generators.suites.edits import EDITS_CLAIM, EDITS_DOCUMENTED
from rtconform.generators.suites.edits_national import EDITS_NATIONAL
from rtconform.generators.suites.exhaustive import EXHAUSTIVE
from rtconform.generators.suites.invalid import INVALID
from rtconform.generators.suites.respelled.suite import RESPELLED
from rtconform.generators.suites.suite import AnySuite, Suite
from rtconform.generators.suites.written.casefile import load_case_file
from rtconform.generators.suites.written.composition import likely
from rtconform.generators.suites.written.handmade import load_suite_file, shipped_suite
from rtconform.reference import RULE_SET
from rtconform.reference.errors import UserError

_GENERATED: tuple[AnySuite, ...] = (
    PAIRWISE,
    THREEWAY,
    EXHAUSTIVE,
    CLINIC,
    DOCUMENTATION,
    INVALID,
    RESPELLED,
    CERTIFY,
    EDITS_CLAIM,
    EDITS_DOCUMENTED,
    EDITS_NATIONAL,
)

DEFAULT_SEED = 1
"""The seed of suites where none is given."""

DIGESTED = 10_000
"""How many cases of a suite its digest is made of, at most."""

SUITES: dict[str, Callable[[], AnySuite]] = {
    **{name: partial(shipped_suite, name) for name in ("published", "boundaries")},
    **{generated.name: partial(_GENERATED.__getitem__, place) for place, generated in enumerate(_GENERATED)},
}
"""Every suite by its name; the value makes it."""


def suite(name: str) -> Suite:
    """The suite of cases of that name, or of that file. Raises UserError where there is none, or where it asks claims."""
    found = any_suite(name)
    if found.asks != "case":
        raise UserError(f"suite {name} asks claims, and this command needs cases: name a suite of cases")
    return cast("Suite", found)


def any_suite(name: str) -> AnySuite:
    """The suite of that name, or in that file (*.toml, or *.jsonl with cases or claims). Raises UserError where there is none."""
    if name.endswith(".toml"):
        return load_suite_file(Path(name))
    if name.endswith(".jsonl"):
        return load_case_file(Path(name))
    if name not in SUITES:
        raise UserError(f"no suite {name!r}{likely(name, SUITES) or '.'} Suites: {', '.join(SUITES)}")
    return SUITES[name]()


def suite_of_id(case_id: str) -> AnySuite:
    """The suite that a case or claim with this id belongs to: its name stands before the first colon. Raises UserError."""
    name, colon, _ = case_id.partition(":")
    if not colon:
        raise UserError(f"{case_id!r} is not the id of a case: an id begins with its suite, as in {next(iter(SUITES))}:…")
    return any_suite(name)


def digest(of: AnySuite, seed: int, count: int | None = None) -> str:
    """SHA-256 (hexadecimal) over rule set, suite, version, size, seed (where it has influence) and what it sends.

    Of a suite of more than 10,000 cases, 10,000 are taken, evenly spaced: each is a function of its place alone, so that what
    changes the others changes these.
    """
    size = of.size(count)
    head = [RULE_SET, of.name, of.version, str(size), *([str(seed)] if of.seeded else [])]
    total = hashlib.sha256("\n".join(head).encode())
    taken = min(size, DIGESTED)
    for number in range(taken):
        total.update(b"\n" + of.case(number * size // taken, seed).wire)
    return total.hexdigest()
