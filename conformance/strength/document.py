"""What `rtconform strength` makes: `rtconform.strength/1` of coders, `rtconform.editor-strength/1` of editors."""

from msgspec import Struct

from rtconform.conformance.coder.faults.edits import TOGETHER
from rtconform.conformance.records import ProfileRecord


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
    """One faulty coder or editor: `killed_by` names, for each suite asked, the first case that stops it (null: none does).

    `kind`: the operator that made a mutant, `field` for a fault met in the field, `second order` for a mutant of two edits,
    `table` for an editor with one thing wrong in its national tables.
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


class SuiteOfClaims(Struct, frozen=True):
    """One suite of claims: how many faulty editors it stops."""

    name: str
    version: str
    claims: int
    faults_killed: int


class EditorStrength(Struct, frozen=True, tag_field="schema", tag="rtconform.editor-strength/1"):
    """How strong suites of claims are: which faulty editors each stops, judged by which payer profiles."""

    rule_set: str
    seed: int
    payer_profiles: tuple[ProfileRecord, ...]
    suites: tuple[SuiteOfClaims, ...]
    faults: int
    rows: tuple[Row, ...]

    @property
    def missed(self) -> tuple[Row, ...]:
        """The faulty editors that no suite asked stops."""
        return tuple(row for row in self.rows if not any(row.killed_by.values()))

    @property
    def complete(self) -> bool:
        """Whether every faulty editor is stopped by some suite asked."""
        return not self.missed
