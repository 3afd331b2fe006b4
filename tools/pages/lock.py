"""`docs/suites.lock`: what each suite is at its default seed, so that none can change without a new version.

Making the lock again refuses a digest that changed under the same version: raise the suite's version first.
"""

import json
from pathlib import Path

from rtconform.generators.suites.registry import DEFAULT_SEED, SUITES, any_suite, digest
from rtconform.reference import RULE_SET
from rtconform.reference.errors import UserError

Lock = dict[str, dict[str, str | int]]


def suites_lock() -> Lock:
    """Version, number of cases and digest of every suite, at the default seed and length."""
    return {name: _entry(name) for name in SUITES}


def lock_text() -> str:
    """The lock as it stands in the file."""
    return json.dumps({"rule_set": RULE_SET, "seed": DEFAULT_SEED, "suites": suites_lock()}, indent=2) + "\n"


def refuse_silent_change(path: Path) -> None:
    """Raise UserError, naming them, where suites changed without a new version since the lock at `path` was made."""
    if not path.exists():
        return
    locked = json.loads(path.read_text(encoding="utf-8"))
    if locked["rule_set"] != RULE_SET:
        return
    changed = [
        name
        for name, entry in suites_lock().items()
        if name in locked["suites"] and locked["suites"][name]["version"] == entry["version"] and locked["suites"][name] != entry
    ]
    if changed:
        raise UserError(f"{', '.join(changed)} changed without a new version: raise the version of the suite, then `make docs`")


def _entry(name: str) -> dict[str, str | int]:
    found = any_suite(name)
    return {"version": found.version, "cases": found.size(None), "digest": digest(found, DEFAULT_SEED)}
