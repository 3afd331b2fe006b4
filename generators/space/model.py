"""A space of combinations: parameters with their values, and implications between them, as data.

    if   technique is electron
    then energy    is 9e            (because: electron beams have electron energies)

A row gives each parameter one of its values, in the order of declaration; it is valid when no implication is violated.
What follows from a model as a whole (how many rows, which one is number n) is in `counting`; which few rows cover every
t-tuple of values, in `covering`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from rtconform.reference.errors import DocumentError, Fault, UserError

Row = tuple[str, ...]
Values = tuple[int, ...]
"""A row by numbers: for each parameter the place of its value in the declaration, from 0."""


@dataclass(frozen=True)
class Implication:
    """If every parameter in `when` has one of the values named there, every parameter in `then` has one of those named there."""

    when: Mapping[str, tuple[str, ...]]
    then: Mapping[str, tuple[str, ...]]
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Model:
    """Parameters and the implications between them.

    Two models are never equal, so that what is worked out for a model can be kept with it. The order of declaration is
    the order of rows: the first parameter varies slowest. Raises DocumentError, naming every fault, for a model that
    contradicts its own declarations; `counting.count` says whether it has any valid row.
    """

    parameters: Mapping[str, tuple[str, ...]]
    implications: tuple[Implication, ...] = ()

    def __post_init__(self) -> None:
        faults = [*_parameter_faults(self), *_implication_faults(self)]
        if faults:
            raise DocumentError("<model>", None, tuple(faults), "Name only declared parameters and values.")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters' names, in the order of declaration."""
        return tuple(self.parameters)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many values each parameter has."""
        return tuple(len(values) for values in self.parameters.values())

    @cached_property
    def _declared(self) -> tuple[tuple[str, ...], ...]:
        return tuple(self.parameters.values())

    @cached_property
    def _numbered(self) -> Mapping[str, tuple[int, Mapping[str, int]]]:
        return dict(zip(self.parameters, enumerate(self.places), strict=True))

    @cached_property
    def places(self) -> tuple[Mapping[str, int], ...]:
        """For each parameter, the place of each of its values."""
        return tuple({value: place for place, value in enumerate(values)} for values in self.parameters.values())

    def spell(self, values: Values) -> Row:
        """The row with these numbers."""
        return tuple([declared[place] for declared, place in zip(self._declared, values, strict=True)])

    def violated(self, row: Row) -> tuple[Implication, ...]:
        """The implications that this row violates: none for a valid row. Raises UserError for a row not of this model."""
        if len(row) != len(self.names):
            raise UserError(f"a row of this model has {len(self.names)} values, not {len(row)}")
        values = dict(zip(self.names, row, strict=True))
        self.numbers(values)
        return tuple(
            implication
            for implication in self.implications
            if all(values[name] in allowed for name, allowed in implication.when.items())
            and any(values[name] not in allowed for name, allowed in implication.then.items())
        )

    def numbers(self, partial: Mapping[str, str]) -> dict[int, int]:
        """A partial assignment by numbers: parameter to place of value.

        Raises UserError for a name or value that the model does not declare.
        """
        found: dict[int, int] = {}
        for name, value in partial.items():
            if name not in self._numbered:
                raise UserError(f"no parameter {name!r}; there are {', '.join(self.names)}")
            parameter, places = self._numbered[name]
            if value not in places:
                raise UserError(f"{name} has no value {value!r}; it has {', '.join(self.parameters[name])}")
            found[parameter] = places[value]
        return found


def _parameter_faults(model: Model) -> list[Fault]:
    faults = [] if model.parameters else [Fault("a model needs at least one parameter", "$.parameters")]
    for name, values in model.parameters.items():
        if not values:
            faults.append(Fault("a parameter needs at least one value", f"$.parameters.{name}"))
        faults.extend(
            Fault(f"value {value!r} is declared twice", f"$.parameters.{name}")
            for place, value in enumerate(values)
            if value in values[:place]
        )
    return faults


def _implication_faults(model: Model) -> list[Fault]:
    faults: list[Fault] = []
    for number, implication in enumerate(model.implications):
        for side, named in (("when", implication.when), ("then", implication.then)):
            path = f"$.implications[{number}].{side}"
            if not named:
                faults.append(Fault("names no parameter", path))
            for name, values in named.items():
                declared = model.parameters.get(name)
                if declared is None:
                    faults.append(Fault(f"no parameter {name!r} is declared", path))
                    continue
                if not values:
                    faults.append(Fault("names no value", f"{path}.{name}"))
                faults.extend(
                    Fault(f"no value {value!r} is declared", f"{path}.{name}") for value in values if value not in declared
                )
    return faults
