"""The kept figures of `make mutation`: enough mutants killed, and no survivor without a reason."""

import tomllib

from tests.helpers import ROOT
from tools.strength.mutation import mutation

LISTED = tomllib.loads((ROOT / "tools" / "strength" / "survivors.toml").read_text(encoding="utf-8"))["survivor"]


def test_nearly_all_mutants_are_killed() -> None:
    """At least 95 of 100 mutants of the reference's source are killed."""
    mutants = sum(module.mutants for module in mutation().modules)
    survived = sum(module.survived for module in mutation().modules)
    assert survived <= mutants * 0.05


def test_every_survivor_is_explained() -> None:
    """The survivors are those of `survivors.toml`, each with the reason that stands there."""
    alive = {(s.function, s.change): s.reason for module in mutation().modules for s in module.survivors}
    assert {(row["function"], tuple(row["change"])): row["reason"] for row in LISTED} == alive
    assert all(alive.values())
