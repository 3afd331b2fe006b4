"""What the explorer knows: its dials, what each choice writes into the case, and the facts that the reference reads from it."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from rtconform.reference.coder.decision_table import FactShape, decision_table
from rtconform.reference.coder.facts import case_facts, session_facts
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode


@cache
def dials() -> dict[str, Any]:
    """The base case and the dials, as `dials.toml` has them."""
    return tomllib.loads(files("rtconform.reports.explorer").joinpath("dials.toml").read_text("utf-8"))


def case_of(choices: Iterable[Mapping[str, Any]]) -> Case:
    """The base case with everything that these choices write into it."""
    document = json.loads(json.dumps(dials()["base"]))
    for choice in choices:
        for path, value in choice["set"].items():
            _set(document, path.split("."), value)
    return decode(json.dumps(document).encode(), Case, "explorer")


def facts_of(case: Case) -> dict[str, Any]:
    """The facts of the case and of its one session that conditions ask about, lists by their length."""
    whole, (session,) = case_facts(case), session_facts(case)
    facts = ((fact.name, getattr(whole if fact.of == "case" else session, fact.name)) for fact in _asked())
    return {name: len(value) if isinstance(value, tuple) else value for name, value in facts}


def model() -> dict[str, Any]:
    """What the page computes with: the rules as data, the base case with its facts, the dials with what they change."""
    told = json.loads(json.dumps(dials()))
    base = facts_of(case_of(()))
    for dial in told["dial"]:
        for choice in dial["choice"]:
            changed = facts_of(case_of((choice,)))
            choice["facts"] = {name: value for name, value in changed.items() if value != base[name] and name != "acts"}
    return {
        "rules": msgspec.to_builtins(decision_table()),
        "base": told["base"],
        "facts": base,
        "dials": told["dial"],
    }


@cache
def _asked() -> tuple[FactShape, ...]:
    return tuple(fact for fact in decision_table().facts if fact.of != "plan")


def _set(document: dict[str, Any], path: list[str], value: object) -> None:
    *way, last = path
    place: Any = document
    for part in way:
        place = place[int(part) if part.isdigit() else part]
    if last == "+":
        place.append(value)
    else:
        place[last] = value
