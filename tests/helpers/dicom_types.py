"""The standard's attribute types (1: there with a value; 2: there, perhaps empty), by the tables of its modules that highdicom ships.

Conditional types (1C, 2C) are not looked at: their conditions stand in prose.
"""

import functools
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset


@dataclass
class Place:
    """An attribute of a class of objects: in which modules, with which type, and the attributes of its items."""

    modules: set[str] = field(default_factory=set)
    types: dict[str, str] = field(default_factory=dict)
    inside: dict[str, "Place"] = field(default_factory=dict)


def tables_are_there() -> bool:
    """Whether highdicom is installed."""
    return importlib.util.find_spec("highdicom") is not None


def faults_of(data: Dataset) -> Iterator[str]:
    """What is wrong with an object: a missing attribute, an empty one, one that its class does not know; with the path."""
    iod = _table("sop_class_iod_map")[data.SOPClassUID]
    tree = _tree(iod)
    usages = {one["key"]: one["usage"] for one in _table("iod_module_map")[iod]}
    mandatory = {module for module, usage in usages.items() if usage == "M"}
    # a module that may be left out is there where an attribute is that no mandatory module has
    own = [tree[one.keyword] for one in data if one.keyword in tree and not tree[one.keyword].modules & mandatory]
    there = mandatory | {module for place in own for module in place.modules}
    yield from _faults(data, tree, there, ())


def _faults(data: Dataset, tree: dict[str, Place], there: set[str], path: tuple[str, ...]) -> Iterator[str]:
    for keyword, place in tree.items():
        named = "/".join((*path, keyword))
        types = {place.types[module] for module in place.modules & there}
        strictest = "1" if "1" in types else "2" if "2" in types else ""
        if strictest and keyword not in data:
            yield f"{named}: type {strictest}, and missing"
        elif strictest == "1" and not data[keyword].value and data[keyword].value != 0:
            yield f"{named}: type 1, and empty"
    for element in data:
        if element.tag.is_private:
            continue
        named = "/".join((*path, element.keyword))
        if element.keyword not in tree:
            yield f"{named}: no module of the class has it"
        elif element.VR == "SQ":
            for one in element.value:
                yield from _faults(one, tree[element.keyword].inside, there, (*path, element.keyword))


@functools.cache
def _tree(iod: str) -> dict[str, Place]:
    """The attributes of a class, with those of their items."""
    tree: dict[str, Place] = {}
    for module in _table("iod_module_map")[iod]:
        for row in _table("module_attribute_map").get(module["key"], ()):
            at = tree
            for keyword in row["path"]:
                at = at.setdefault(keyword, Place()).inside
            place = at.setdefault(row["keyword"], Place())
            place.modules.add(module["key"])
            place.types[module["key"]] = row["type"]
    return tree


@functools.cache
def _table(name: str) -> Any:
    found = importlib.util.find_spec("highdicom")
    assert found is not None
    assert found.origin is not None
    return json.loads((Path(found.origin).parent / "_standard" / f"{name}.json").read_text(encoding="utf-8"))
