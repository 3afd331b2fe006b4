"""The result of `rtconform strength` as a document (`rtconform.strength/1`)."""

from msgspec import Struct

from rtconform.conformance.coder.faults.edits import TOGETHER


class SuiteStrength(Struct, frozen=True):
    """One suite: how many faulty coders it stops, of how many that can be told from the reference, and what it covers.

    `conditions` of `conditions_possible`: conditions of rules that decide in some case of it, each way (MC/DC). `pairs` and
    `triples`: the share of the space's value combinations in it; null: its cases are not made from the space.
    """

    name: str
    version: str
    cases: int
    mutants_killed: int
    faults_killed: int
    conditions: int
    conditions_possible: int
    conditions_missed: tuple[str, ...]
    pairs: float | None
    triples: float | None


class Row(Struct, frozen=True):
    """One faulty coder: `killed_by` names, for each suite asked, the first case that stops it (null: none does).

    `kind`: the operator that made a mutant, `field` for a fault met in the field, `second order` for a mutant of two edits.
    """

    id: str
    says: str
    kind: str
    rules: tuple[str, ...]
    killed_by: dict[str, str | None]


class Survivor(Struct, frozen=True):
    """A faulty coder that no suite asked stops, and why: `equivalent` to the reference, as `compared` points of `spaces`
    showed, or not: `explanation` then has a treatment that tells them apart.
    """

    id: str
    says: str
    equivalent: bool
    compared: int
    spaces: tuple[str, ...]
    explanation: str


class Strength(Struct, frozen=True, tag_field="schema", tag="rtconform.strength/1"):
    """How strong suites are: the kill matrix, what they cover, and every survivor with its explanation."""

    rule_set: str
    seed: int
    suites: tuple[SuiteStrength, ...]
    mutants: int
    mutants_equivalent: int
    faults: int
    second_order: int
    second_order_killed: int
    second_order_equivalent: int
    rows: tuple[Row, ...]
    survivors: tuple[Survivor, ...]

    @property
    def complete(self) -> bool:
        """Whether every faulty coder of the first order that can be told from the reference is stopped by some suite asked."""
        return all(survivor.equivalent for survivor in self.survivors if TOGETHER not in survivor.id)
