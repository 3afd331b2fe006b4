"""Tests the tests of the reference: each function of the reference is changed in one place, and some test has to fail.

    python tools/strength/mutate.py [MODULE...]     `make mutation MODULES="coder facts"`; no module: all that are listed

Without a module it goes on where it was stopped: `.mutation` keeps what killed each mutant of a function that has not changed.

mutmut makes the mutants and runs them (its settings: `pyproject.toml`). It forks from a process that has imported the reference
already, so what survives there is run again in a process of its own: a mutant of what happens at import is only then at work.
What survives both has to stand in `survivors.toml` with the reason, and what stands there has to survive: else exit code 1.
The figures are kept in `tools/strength/mutation.json`, of which `make docs` makes `docs/measured/mutation.md`.
"""

import datetime as dt
import os
import platform
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from rtconform.reference import RULE_SET
from tools.strength.mutation import KEPT, MutatedModule, Mutation, SourceSurvivor

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
LISTED = Path(__file__).with_name("survivors.toml")
FIGURES = Path(__file__).with_name(KEPT)
SCRATCH = ROOT / ".mutation"
MUTANTS = SCRATCH / "mutants"
REFERENCE = Path("rtconform") / "reference"

KILLED = (1, 3)
"""pytest's exit codes where a test failed; whatever else mutmut noted (no test, out of time, none failed) is run again."""

LONGEST_RUN_S = 600


def mutmut_settings() -> dict[str, Any]:
    """What `pyproject.toml` tells mutmut."""
    settings: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    return settings


def lay_out() -> None:
    """A copy of the checkout in which the links are folders; what mutmut knows from the last run stays."""
    for name in ("rtconform", "tests", "tools", "docs"):
        shutil.rmtree(SCRATCH / name, ignore_errors=True)
        shutil.copytree(ROOT / name, SCRATCH / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "pyproject.toml", SCRATCH)


def mutants_of(module: str) -> dict[str, int | None]:
    """The mutants of one module by mutmut's name, and how the tests ended (None: not run)."""
    found: dict[str, int | None] = {}
    for kept in sorted((MUTANTS / REFERENCE).rglob(f"{module}.py.meta")):  # coder and editor both have their `rules.py`
        found |= msgspec.json.decode(kept.read_bytes())["exit_code_by_key"]
    return found


def survives_afresh(mutant: str) -> bool:
    """Whether no test fails for the mutant in a process that has imported nothing before."""
    settings = mutmut_settings()
    arguments = [*settings["pytest_add_cli_args"], *settings["pytest_add_cli_args_test_selection"]]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--rootdir=.", *arguments]
    environment = os.environ | {"MUTANT_UNDER_TEST": mutant, "PYTHONPATH": str(MUTANTS)}
    try:
        ended = subprocess.run(command, cwd=MUTANTS, env=environment, capture_output=True, timeout=LONGEST_RUN_S, check=False)
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


def change_of(mutant: str) -> tuple[str, ...]:
    """The lines that the mutant takes away (`-`) and puts in their place (`+`)."""
    command = [str(BIN / "mutmut"), "show", mutant]
    shown = subprocess.run(command, cwd=SCRATCH, capture_output=True, text=True, check=True).stdout.splitlines()
    changed = [line for line in shown if line[:1] in ("-", "+") and line[:3] not in ("---", "+++")]
    return tuple(f"{line[0]} {line[1:].strip()}" for line in changed)


def function_of(mutant: str) -> str:
    """`rtconform.reference.coder.coder.x__coded__mutmut_2` as `coder._coded`; of a method, `conditions.Atom.__str__`."""
    *_, module, mangled = mutant.partition("__mutmut_")[0].split(".")
    return f"{module}.{mangled.removeprefix('xǁ').replace('ǁ', '.') if mangled.startswith('xǁ') else mangled.removeprefix('x_')}"


def listed() -> dict[tuple[str, tuple[str, ...]], str]:
    """The survivors that are explained: function and change, and the reason."""
    rows = tomllib.loads(LISTED.read_text(encoding="utf-8")).get("survivor", []) if LISTED.exists() else []
    return {(row["function"], tuple(row["change"])): row["reason"] for row in rows}


def measured(module: str) -> MutatedModule:
    """The figures of a module that mutmut has run; a survivor that nobody has explained has no reason."""
    ended = mutants_of(module)
    unsure = [mutant for mutant, code in ended.items() if code not in KILLED]
    with ThreadPoolExecutor(os.cpu_count()) as runs:
        alive = [mutant for mutant, lives in zip(unsure, runs.map(survives_afresh, unsure), strict=True) if lives]
    found = Counter((function_of(mutant), change_of(mutant)) for mutant in alive)
    reasons = listed()
    survivors = [SourceSurvivor(*place, number, reasons.get(place, "")) for place, number in found.items()]
    return MutatedModule(module, dt.datetime.now(dt.UTC).date(), len(ended), tuple(survivors))


def keep(modules: Iterable[MutatedModule]) -> None:
    """Put the modules in place of what is kept of them."""
    before = msgspec.json.decode(FIGURES.read_bytes(), type=Mutation).modules if FIGURES.exists() else ()
    now = {module.name: module for module in (*before, *modules)}
    figures = Mutation(RULE_SET, version("mutmut"), platform.python_version(), tuple(now[name] for name in sorted(now)))
    FIGURES.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=1) + b"\n")


def faults_of(modules: Iterable[MutatedModule]) -> Iterator[str]:
    """What `survivors.toml` and the survivors do not agree on, in words."""
    modules = tuple(modules)
    alive = [survivor for module in modules for survivor in module.survivors]
    for survivor in alive:
        if not survivor.reason:
            yield f"survives: {survivor.function}: {' '.join(survivor.change)}"
    known = {(survivor.function, survivor.change) for survivor in alive}
    for function, change in listed():
        if function.partition(".")[0] in {module.name for module in modules} and (function, change) not in known:
            yield f"listed, but killed or gone: {function}: {' '.join(change)}"


def main(modules: list[str]) -> int:
    """Run, keep the figures, say what is unexplained."""
    SCRATCH.mkdir(exist_ok=True)
    lay_out()
    names = [f"rtconform.reference.*{module}.x*" for module in modules]
    subprocess.run([BIN / "mutmut", "run", *names], cwd=SCRATCH, check=True)
    modules = modules or sorted(Path(pattern).stem for pattern in mutmut_settings()["only_mutate"])
    if not survives_afresh(""):
        sys.exit("the tests fail without any mutant: run those that [tool.mutmut] names")
    found = [measured(module) for module in modules]
    keep(found)
    faults = list(faults_of(found))
    mutants, survived = sum(module.mutants for module in found), sum(module.survived for module in found)
    print(*faults, f"{mutants - survived} of {mutants} mutants are killed", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
