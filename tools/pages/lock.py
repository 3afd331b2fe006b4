"""`docs/suites.lock` is not made again where a suite changed without a new version: raise the suite's version first."""

import json
from functools import cache
from pathlib import Path

from rtconform.jobs.suite_lock import lock_text, suite_lock
from rtconform.reference.errors import UserError


@cache
def lock_document() -> str:
    """The lock as it stands in the file; a digest is made of thousands of cases, so once."""
    return lock_text(suite_lock())


def refuse_silent_change(path: Path) -> None:
    """Raise UserError, naming them, where suites changed without a new version since the lock at `path` was made."""
    if not path.exists():
        return
    locked = json.loads(path.read_text(encoding="utf-8"))
    now = json.loads(lock_document())
    if locked["rule_set"] != now["rule_set"]:
        return
    changed = [
        name
        for name, entry in now["suites"].items()
        if name in locked["suites"] and locked["suites"][name]["version"] == entry["version"] and locked["suites"][name] != entry
    ]
    if changed:
        raise UserError(f"{', '.join(changed)} changed without a new version: raise the version of the suite, then `make docs`")
