"""`docs/measured/mutation.md`: how many changes of the reference's own source its tests notice, and why they don't the others."""

from rtconform.reports.writers.markdown import table
from tools.strength.mutation import MutatedModule, Mutation, SourceSurvivor, mutation

_HEAD = """# The tests of the reference in figures

Measured by `make mutation` (rule set {rule_set}, mutmut {mutmut}, Python {python}); don't edit it by hand.

mutmut changes the functions of a module in one place at a time: a comparison, an operator, a number, a word, an argument, a
condition. A mutant is killed where one of the project's quick tests fails for it (which tests: `[tool.mutmut]` in
`pyproject.toml`). Mutants of texts for people count like all others.

The modules are those of `reference/` that decide, those that say why, and those that read files and report their faults. mutmut
can't change what runs at import (`conditions`) and tables outside functions (`rules`, `categories`, `coding`, `book`).
[`rtconform strength`](../explanation/strength.md) changes every part of conditions and rules.

Each row says when its module was measured. Since 2026-11-25:

- the modules have moved into `reference/coder/`, `reference/editor/` and `reference/documents/`;
- the memory of `tables` became the module `remembered`;
- two modules that only write pages went to `tools/` (117 mutants, all killed) and are no longer counted;
- `days`, `national` and `reference/national_edits/` are new and not measured.

Modules, functions and lines have the names of today, and figures are those of the day in the row.
"""


def mutation_figures() -> str:
    """The page."""
    found = mutation()
    survivors = [survivor for module in found.modules for survivor in module.survivors]
    parts = [
        _HEAD.format(rule_set=found.rule_set, mutmut=found.mutmut, python=found.python),
        _summary(found),
        table(("module", "measured on", "mutants", "killed", "share"), [_module(module) for module in found.modules]),
    ]
    if survivors:
        rows = [_survivor(survivor) for survivor in survivors]
        parts += ["\n## The survivors, and why\n", table(("function", "change", "mutants", "reason"), rows)]
    return "\n".join(parts) + "\n"


def _summary(found: Mutation) -> str:
    mutants = sum(module.mutants for module in found.modules)
    killed = mutants - sum(module.survived for module in found.modules)
    return f"**{killed:,} of {mutants:,} mutants are killed ({killed / mutants:.1%}).**\n"


def _module(module: MutatedModule) -> tuple[str, str, int, int, str]:
    killed = module.mutants - module.survived
    return f"`{module.name}`", str(module.on), module.mutants, killed, f"{killed / module.mutants:.1%}"


def _survivor(survivor: SourceSurvivor) -> tuple[str, str, int, str]:
    change = "<br>".join(f"<code>{_shown(line)}</code>" for line in survivor.change)
    return f"`{survivor.function}`", change, survivor.mutants, survivor.reason


def _shown(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")
