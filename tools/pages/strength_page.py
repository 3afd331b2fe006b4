"""`docs/measured/strength-figures.md`: the measured strength of the suites, every survivor, the catalogue of faults."""

from collections.abc import Iterable

from rtconform.conformance.coder.faults.catalogue import FAULTS
from rtconform.conformance.coder.faults.faulty import FaultyCoder
from rtconform.conformance.editor.faults import EDITOR_FAULTS
from rtconform.conformance.editor.faulty import FaultyEditor
from rtconform.conformance.strength.document import Survivor
from rtconform.reports.page.strength import suite_cells
from rtconform.reports.writers.markdown import table
from tools.strength.figures import Figures, Missed, Pairs, Reading, figures
from tools.strength.hints import Hints, hints


def strength_figures() -> str:
    """The page."""
    found = figures()
    equivalent = [survivor for survivor in found.survivors if survivor.equivalent]
    apart = found.mutants - len(equivalent)
    parts = [
        "# The strength of the suites in figures\n",
        f"Measured on {found.on} for rule set {found.rule_set} by `make strength`; don't edit it by hand.\n",
        "What the words mean: [strength](../explanation/strength.md).\n",
        _summary(found),
        "## The suites\n",
        table(_OF_SUITES, [suite_cells(suite, apart=apart, faults=found.faults) for suite in found.suites]),
        *(_reading(found.reading) if found.reading else ()),
        "\n## Equivalent mutants\n",
        "No suite stops these, since their answers stand at every point compared.\n",
        _proved(equivalent),
        *_missed(found.pairs),
        *_hints(hints()),
        "\n## Faults met in the field\n",
        table(_OF_FAULTS, [_fault(fault) for fault in FAULTS.values()]),
        "\n## Faulty editors\n",
        table(_OF_FAULTS, [_fault(fault) for fault in EDITOR_FAULTS.values()]),
    ]
    return "\n".join(parts) + "\n"


_OF_SUITES = (
    "suite",
    "version",
    "cases",
    "mutants stopped",
    "field faults stopped",
    "conditions that decide",
    "pairs",
    "triples",
)
_OF_EQUIVALENT = ("mutant", "what is changed", "points", "spaces")
_OF_MISSED = ("mutant", "what is changed", "a treatment that tells it from the reference", "stopped by")
_OF_FAULTS = ("fault", "what it does", "where it is met", "rules")


def _fault(fault: FaultyCoder | FaultyEditor) -> tuple[str, str, str, str]:
    return fault.id, fault.says, fault.seen, ", ".join(fault.rules)


def _proved(equivalent: Iterable[Survivor]) -> str:
    return table(_OF_EQUIVALENT, [(one.id, one.says, one.compared, ", ".join(one.spaces)) for one in equivalent])


def _reading(reading: Reading) -> list[str]:
    """How many coders that are too cautious, too strict or careless each suite stops, by what makes them so."""
    equivalent = [survivor for survivor in reading.survivors if survivor.equivalent]
    missed = [survivor for survivor in reading.survivors if not survivor.equivalent]
    total = sum(reading.kinds.values())
    suites = tuple(reading.stopped)
    kinds = {**reading.kinds, "all": total}
    stopped = {name: {**counts, "all": sum(counts.values())} for name, counts in reading.stopped.items()}
    rows = [
        (kind, *(str(number) for number in (count, *(stopped[name].get(kind, 0) for name in suites))))
        for kind, count in kinds.items()
    ]
    named = f"Not stopped, and not proved equivalent: {', '.join(one.id for one in missed)}." if missed else "No other is left."
    said = (
        f"{total:,} such coders by kind, and how many of each kind each suite stops. {len(equivalent):,} of them are proved "
        f"equivalent: these no suite stops. {named}\n"
    )
    return [
        "\n## Too cautious, too strict, careless\n",
        said,
        table(("kind", "coders", *suites), rows),
        "\nThe equivalent ones:\n",
        _proved(equivalent),
    ]


_OF_HINTS = """\
Measured on {} by `make hints`. Faults are planted in vendors, each vendor is run, and every fault that its report names is held
against its answers again, by the judge, answer by answer. A hint is wrong where an answer contradicts it, where nothing was
answered, or where review was asked for and the fault bills.
"""


def _hints(found: Hints) -> list[str]:
    """How many hints there are on the runs of vendors with planted faults, and how many are wrong."""
    rows = [
        (
            one.kind,
            f"{one.planted:,}",
            f"{one.shown:,}",
            f"{one.hints:,}",
            f"{one.named:,}" if one.alone else "",
            f"{len(one.wrong):,}",
        )
        for one in found.kinds
    ]
    wrong = [name for one in found.kinds for name in one.wrong]
    return [
        "\n## Hints of reports\n",
        _OF_HINTS.format(found.on),
        table(("vendors with", "planted", "fault shows", "hints", "own fault named", "wrong"), rows),
        *(["\nThe wrong ones:\n", *(f"- {name}" for name in wrong)] if wrong else []),
    ]


def _summary(found: Figures) -> str:
    equivalent = sum(survivor.equivalent for survivor in found.survivors)
    pairs = found.pairs
    apart = pairs.tried - pairs.equivalent
    named = "; the rest are named below" if pairs.missed else ""
    lines = [
        f"- {found.mutants:,} mutants of one edit of rules and facts, {equivalent:,} of them proved equivalent.",
        f"- Suites `boundaries` and `pairwise` together stop all {found.mutants - equivalent:,} others.",
        f"- {pairs.tried:,} mutants of two edits ({pairs.on}), {pairs.equivalent:,} of them proved equivalent.",
        f"- Of the {apart:,} others the two suites stop {pairs.killed:,} ({pairs.killed / apart:.2%}){named}.",
    ]
    if found.seeds:
        missed = ", ".join(f"{coder} at seed {seed}" for seed, coder in found.seeds.not_stopped) or "none"
        lines.append(
            f"- Suite `certify`, version {found.seeds.version}, at {found.seeds.tried} seeds ({found.seeds.on}): mutants and "
            f"field faults not stopped: {missed}; at least {found.seeds.fewest_conditions} conditions decide at each."
        )
    return "\n".join(lines) + "\n"


def _missed(pairs: Pairs) -> list[str]:
    """The mutants of two edits that the two suites do not stop; none: no section."""
    if not pairs.missed:
        return []
    return [
        "\n## Mutants of two edits that the two suites do not stop\n",
        f"All that are left of the sample of {pairs.tried:,}, measured on {pairs.on}.\n",
        table(_OF_MISSED, [(one.id, one.says, one.shown, _stopping(one)) for one in pairs.missed]),
    ]


def _stopping(one: Missed) -> str:
    return ", ".join(f"{suite} ({case})" for suite, case in one.stopped_by.items()) or "no suite"
