"""The fields of a case as its types declare them: what systematic mutants of readers are derived from, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from msgspec import NODEFAULT

from rtconform.reference.documents.treatment import Case

Path = str
"""Where objects stand in a case, as laws of suite `respelled` write it: `plans[].beams[]`; `$` is the case itself."""


@dataclass(frozen=True)
class Field:
    """One field of the objects at `path`. `default` is as JSON has it; `terms` are the words that it may hold, or is said to by
    examples; `kind` is what it holds, in a word; `bounded`: not every value of that kind may stand in it.
    """

    path: Path
    name: str
    kind: str
    required: bool
    nullable: bool
    default: Any
    terms: tuple[str, ...]
    bounded: bool = False

    @property
    def id(self) -> str:
        """The field with its place, as in `plans[].technique`."""
        return self.name if self.path == "$" else f"{self.path}.{self.name}"


@cache
def fields() -> tuple[Field, ...]:
    """Every field of a case, from the outside in."""
    return tuple(_fields("$", msgspec.inspect.type_info(Case)))


def paths() -> tuple[Path, ...]:
    """Every place of an object."""
    return tuple(dict.fromkeys(field.path for field in fields()))


def values(case: object, path: Path, name: str) -> Iterator[Any]:
    """What the field holds wherever it stands in the case; an object that is not there holds nothing."""
    for holder in objects_at(case, path):
        yield getattr(holder, name)


def objects_at(case: object, path: Path) -> Iterator[Any]:
    """Every object of the case at this path."""
    found: list[Any] = [case]
    for step in () if path == "$" else path.split("."):
        inside = [getattr(holder, step.removesuffix("[]")) for holder in found]
        found = (
            [item for items in inside for item in items] if step.endswith("[]") else [one for one in inside if one is not None]
        )
    yield from found


def _fields(path: Path, info: Any) -> Iterator[Field]:  # noqa: ANN401 - a type as msgspec describes it
    for field in info.fields:
        kinds = [_plain(kind) for kind in getattr(_plain(field.type), "types", (field.type,))]
        held = next(kind for kind in kinds if not isinstance(kind, msgspec.inspect.NoneType))
        item = _plain(held.item_type) if isinstance(held, msgspec.inspect.VarTupleType) else held
        default = None if field.default is NODEFAULT else msgspec.to_builtins(field.default)
        yield Field(
            path=path,
            name=field.encode_name,
            kind="list" if held is not item else type(held).__name__.removesuffix("Type").lower(),
            required=field.required,
            nullable=any(isinstance(kind, msgspec.inspect.NoneType) for kind in kinds),
            default=default,
            terms=_terms(field.type),
            bounded=any(map(_is_bounded, [field.type, *getattr(_plain(field.type), "types", ())])),
        )
        if isinstance(item, msgspec.inspect.StructType):
            inside = f"{field.encode_name}[]" if held is not item else field.encode_name
            yield from _fields(inside if path == "$" else f"{path}.{inside}", item)


def _plain(info: Any) -> Any:  # noqa: ANN401 - see above
    return info.type if isinstance(info, msgspec.inspect.Metadata) else info


def _is_bounded(info: Any) -> bool:  # noqa: ANN401 - see above
    """Whether the type lists its words, has a form, or numbers have an end."""
    listed = isinstance(info, msgspec.inspect.Metadata) and "enum" in (info.extra_json_schema or {})
    held = _plain(info)
    ends = any(getattr(held, end, None) is not None for end in ("ge", "gt", "le", "lt"))
    return (
        listed or ends or isinstance(held, (msgspec.inspect.LiteralType, msgspec.inspect.DateType, msgspec.inspect.DateTimeType))
    )


def _terms(info: Any) -> tuple[str, ...]:  # noqa: ANN401 - see above
    """The words of a vocabulary: those that a type lists, its schema lists, or its examples show."""
    if isinstance(info, msgspec.inspect.Metadata):
        told = info.extra_json_schema or {}
        return tuple(told.get("enum") or told.get("examples") or _terms(info.type))
    if isinstance(info, msgspec.inspect.LiteralType):
        return tuple(map(str, info.values))
    found = (_terms(kind) for kind in getattr(info, "types", ()))
    return tuple(dict.fromkeys(term for terms in found for term in terms))
