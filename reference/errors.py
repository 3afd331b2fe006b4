"""Errors, and who has to act on each.

    RtconformError
    ├── UserError              something handed to us is wrong: exit 2, a message, no traceback
    │   └── DocumentError      a document (case, answer, TOML) has faults, each with its place
    │       └── SuiteFileError a suite file has faults, each with a line of its own (generators/suites/written/suitefile.py)
    ├── RecordsChanged         another program changed a run's records while it was under way: exit 1
    └── VendorUnreachable      the vendor's program or service could not be started or reached at all: exit 3

Anything else that escapes is our own bug and stays loud. Errors carry data; `str()` renders it for a person.
"""

from dataclasses import dataclass


class RtconformError(Exception):
    """Root of every error that rtconform raises on purpose."""

    exit_code = 2


class UserError(RtconformError):
    """A mistake in what we were given: the message says what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Fault:
    """One fault of a document: `what`, and `path` from the document's root, for instance `$.plans[0].beams[2].energy`."""

    what: str
    path: str = "$"

    def __str__(self) -> str:
        return f"{self.what} @ {self.path}"


class DocumentError(UserError):
    """All faults of one document.

    `source` is the file (or `<stdin>`), `line` counts from 1 (None: the document is the whole file).
    """

    def __init__(self, source: str, line: int | None, faults: tuple[Fault, ...], advice: str = "") -> None:
        self.source = source
        self.line = line
        self.faults = faults
        self.advice = advice
        super().__init__(source, line, faults)

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        lines = [f"{place}: {fault}" for fault in self.faults]
        return "\n".join([*lines, self.advice] if self.advice else lines)


class RecordsChanged(RtconformError):
    """What a run wrote down is not there any more as it was written: nothing can be concluded from it."""

    exit_code = 1


class VendorUnreachable(RtconformError):
    """The vendor's program could not be started, or its service could not be reached, at all."""

    exit_code = 3
