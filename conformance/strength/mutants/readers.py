"""Systematic mutants that read a document too strictly, or too carelessly: a coder that is right about every rule, behind a
reader that is not.

Derived from the types of a case: each optional field that may be absent or null, each object that may hold fields that nobody
knows, each list and each key whose order means nothing, each number and each time in each of its forms; and each thing that makes
a document no case, passed over. A strict reader sends back what it does not read (`needs_review`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial

from rtconform.conformance.strength.mutants.flaws_in import FLAW_KINDS
from rtconform.conformance.strength.mutants.reader import Reader, Sent, altering, found_in, strict
from rtconform.conformance.strength.mutants.schema import Field, fields, paths
from rtconform.conformance.strength.mutants.values import ids_of, of_positions, of_values
from rtconform.generators.suites.respelled.places import Document, objects

_SCHEMA = "schema"


@cache
def readers() -> tuple[Reader, ...]:
    """Every faulty reader."""
    return (
        *_of_fields(),
        *_of_objects(),
        *of_values(),
        *_of_lists(),
        *of_positions(),
        *_careless(),
    )


def _of_fields() -> Iterator[Reader]:
    """Optional fields that are absent, or null, refused; or read as something."""
    for one in fields():
        if not one.required:
            yield strict(f"{one.id} absent", f"{one.id} that is absent", "absent", partial(_absent, one))
        if one.nullable:
            yield strict(f"{one.id} null", f"{one.id} that is null", "null", partial(_null, one))
        for other in _others(one):
            shown = json.dumps(other)
            says = f"{one.id} that is absent or null is read as {shown}"
            yield altering(f"{one.id} absent as {shown}", says, "other default", partial(_read_as, one, other))
    schema = Field("$", _SCHEMA, "str", required=False, nullable=False, default=None, terms=())
    yield strict("schema absent", "a document without its schema", "absent", partial(_absent, schema))


def _absent(one: Field, sent: Sent) -> bool:
    return any(one.name not in found for found in found_in(sent, one.path))


def _null(one: Field, sent: Sent) -> bool:
    return any(one.name in found and found[one.name] is None for found in found_in(sent, one.path))


_READ_AS: Mapping[str, tuple[object, ...]] = {
    "plans[].planning": ({"volumetric_imaging": "ct", "targets": ["PTV"], "organs_at_risk": ["Cord"], "dvh_evaluated": True},),
    "plans[].planning.volumetric_imaging": ("ct",),
    "plans[].planning.targets": (["PTV"],),
    "plans[].planning.organs_at_risk": (["SpinalCord"],),
    "plans[].beams[].modulation": ("dynamic_mlc",),
    "sessions[].guidance": ([{"method": "cbct", "purpose": "target_localization"}],),
    "sessions[].motion": ({"method": "gating", "during_beam": True, "beam_hold": True},),
    "sessions[].motion.documentation": ({},),
    "sessions[].motion.documentation.system": ("camera",),
    "sessions[].physician_review": ({"approved_at": "2027-12-31T00:00:00"},),
    "sessions[].physician_review.approved_at": ("2027-12-31T00:00:00",),
    "sessions[].next_session_at": ("2026-01-01T00:00:00",),
}
"""What careless readers take for said where the field is not there; of other fields, true for what may be true or false."""


def _others(one: Field) -> Iterable[object]:
    return () if one.required else _READ_AS.get(one.id, (True,) if one.kind == "bool" else ())


def _read_as(one: Field, other: object, document: Document) -> None:
    for found in objects(document, one.path):
        if found.get(one.name) is None:
            found[one.name] = other


def _of_objects() -> Iterator[Reader]:
    """Fields that the format lacks, and keys in another order, refused."""
    for path in paths():
        names = [one.name for one in fields() if one.path == path]
        known = {*names, *((_SCHEMA,) if path == "$" else ())}
        yield strict(
            f"{path} unknown field", f"a field that {path} should not have", "unknown field", partial(_unknown, path, known)
        )
        if len(names) > 1:
            yield strict(
                f"{path} key order", f"{path} with its keys in another order", "key order", partial(_disordered, path, names)
            )


def _unknown(path: str, known: set[str], sent: Sent) -> bool:
    return any(found.keys() - known for found in found_in(sent, path))


def _disordered(path: str, names: list[str], sent: Sent) -> bool:
    return any(
        [name for name in found if name in names] != [name for name in names if name in found] for found in found_in(sent, path)
    )


def _of_lists() -> Iterator[Reader]:
    """Lists of which one item is read, or that are refused in another order than the one that is usual."""
    for one in fields():
        if one.kind != "list":
            continue
        yield strict(
            f"{one.id} not sorted", f"{one.id} that is not sorted", "list order", partial(_not_sorted, one), "ISO-DELIVERED"
        )
        if one.path != "plans[].planning":  # that there is any is the evidence
            for which, part in (("first", slice(1)), ("last", slice(-1, None))):
                says = f"of {one.id} the {which} is read alone"
                yield altering(f"{one.id} {which}", says, "list", partial(_shortened, one, part), "ISO-DELIVERED")
        if one.name in ("beams_delivered", "guidance"):  # two of other lists share no id
            yield strict(f"{one.id} with doubles", f"{one.id} that holds one twice", "list", partial(_doubled, one), "ONCE")
    says = "beams delivered in another order than planned"
    yield strict("delivery order", says, "list order", _delivered_in_order, "ISO-DELIVERED")


def _shortened(one: Field, part: slice, document: Document) -> None:
    for found in objects(document, one.path):
        if found.get(one.name):
            found[one.name] = found[one.name][part]


def _sort_key(item: object) -> str:
    return str(item.get("started_at") or item.get("id") or item.get("method")) if isinstance(item, dict) else str(item)


def _not_sorted(one: Field, sent: Sent) -> bool:
    lists = (found.get(one.name) or [] for found in found_in(sent, one.path))
    return any((keys := list(map(_sort_key, items))) != sorted(keys) for items in lists)


def _doubled(one: Field, sent: Sent) -> bool:
    lists = (found.get(one.name) or [] for found in found_in(sent, one.path))
    return any(len(keys := list(map(json.dumps, items))) > len(set(keys)) for items in lists)


def _delivered_in_order(sent: Sent) -> bool:
    planned = ids_of(sent.values, "beams")
    orders = (found.get("beams_delivered") or [] for found in found_in(sent, "sessions[]"))
    return any((places := [planned.index(beam) for beam in beams if beam in planned]) != sorted(places) for beams in orders)


def _careless() -> Iterator[Reader]:
    """Documents that are not cases, coded all the same: one kind of what can be wrong passed over each."""
    for kind, says in FLAW_KINDS().items():
        yield Reader(f"careless {kind}", f"{says} is passed over", "careless", ("DOC-MALFORMED",), swallows=kind)
