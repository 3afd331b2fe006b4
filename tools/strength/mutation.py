"""What changing the reference's own source shows of its tests: measured by `make mutation`, kept in `mutation.json`."""

import datetime as dt
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

KEPT = "mutation.json"


class SourceSurvivor(Struct, frozen=True):
    """Mutants that no test stops: the function, the lines taken away (`-`) and put in (`+`), how many are so, and the reason."""

    function: str
    change: tuple[str, ...]
    mutants: int
    reason: str


class MutatedModule(Struct, frozen=True):
    """A module of `reference/` of which every function was changed, one place at a time."""

    name: str
    on: dt.date
    mutants: int
    survivors: tuple[SourceSurvivor, ...]

    @property
    def survived(self) -> int:
        """How many mutants no test stops."""
        return sum(survivor.mutants for survivor in self.survivors)


class Mutation(Struct, frozen=True):
    """The modules as they were last measured, with the versions of what measured the last of them."""

    rule_set: str
    mutmut: str
    python: str
    modules: tuple[MutatedModule, ...]


@cache
def mutation() -> Mutation:
    """The figures as they are kept."""
    return msgspec.json.decode(Path(__file__).with_name(KEPT).read_bytes(), type=Mutation)
