"""Exact answers about all rows of a model, without listing them: how many there are, which row is number n, what is possible.

Rows are numbered in lexicographic order of the declarations: the first parameter varies slowest.
"""

from collections.abc import Mapping

from rtconform.generators.space.diagram import Reach, diagram_of
from rtconform.generators.space.model import Model, Row
from rtconform.reference.errors import UserError


def feasible(model: Model, partial: Mapping[str, str]) -> bool:
    """Whether this partial assignment can be completed to a valid row. Raises UserError for names it does not know."""
    return Reach(diagram_of(model), model.numbers(partial)).possible


def possible(model: Model, partial: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The values of a parameter in the valid rows that have these values. Raises UserError for names it does not know."""
    reach = Reach(diagram_of(model), model.numbers(partial))
    values = model.parameters[name]
    return tuple(values[place] for place in reach.values(model.names.index(name)))


def count(model: Model) -> int:
    """The number of valid rows, exactly."""
    return diagram_of(model).count


def count_tuples(model: Model, t: int) -> int:
    """The number of combinations of values of `t` parameters that occur in a valid row, over all choices of parameters."""
    return Reach(diagram_of(model), {}).count(t)


def row(model: Model, index: int) -> Row:
    """The valid row number `index`, from 0, in lexicographic order of the declarations. Raises UserError beyond the last one."""
    rows = count(model)
    if not 0 <= index < rows:
        raise UserError(f"there is no row {index}: the model has {rows} valid rows, numbered from 0")
    return model.spell(diagram_of(model).unrank(index))


def index(model: Model, row: Row) -> int:
    """The number of a valid row. Raises UserError for a row that is not valid, or not of this model."""
    broken = model.violated(row)
    if broken:
        named = "; ".join(f"if {_spelled(each.when)}, then {_spelled(each.then)}" for each in broken)
        raise UserError(f"this row is not valid: {named}")
    return diagram_of(model).rank(tuple(model.numbers(dict(zip(model.names, row, strict=True))).values()))


def _spelled(named: Mapping[str, tuple[str, ...]]) -> str:
    return " and ".join(f"{name} is {' or '.join(values)}" for name, values in named.items())
