"""The registry of suites: each by its name, made when it is first asked for."""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rtconform.generators.composition import nearest
from rtconform.generators.handmade import load_suite_file, shipped_suite
from rtconform.generators.suite import Suite, cases
from rtconform.reference import RULE_SET
from rtconform.reference.errors import UserError
from rtconform.reference.wire import encode

SUITES: dict[str, Callable[[], Suite]] = {name: partial(shipped_suite, name) for name in ("published", "boundaries")}
"""Every suite by its name; the value makes it."""


def suite(name: str) -> Suite:
    """The suite of that name, or of the file that `name` ends in .toml to say. Raises UserError where there is none."""
    if name.endswith(".toml"):
        return load_suite_file(Path(name))
    if name not in SUITES:
        raise UserError(f"no suite {name!r}{nearest(name, SUITES)} Suites: {', '.join(SUITES)}")
    return SUITES[name]()


def suite_of_id(case_id: str) -> Suite:
    """The suite that a case with this id belongs to: its name stands before the first colon. Raises UserError."""
    name, colon, _ = case_id.partition(":")
    if not colon:
        raise UserError(f"{case_id!r} is no id of a case: it begins with its suite, as in {next(iter(SUITES))}:…")
    return suite(name)


def digest(of: Suite, seed: int, count: int | None = None) -> str:
    """SHA-256 (hexadecimal) over rule set, suite, version, seed (where it has influence) and the wire form of every case."""
    head = [RULE_SET, of.name, of.version, *([str(seed)] if of.seeded else [])]
    total = hashlib.sha256("\n".join(head).encode())
    for entry in cases(of, seed, count):
        total.update(b"\n" + encode(entry.case))
    return total.hexdigest()
