"""Suites from plain cases: a JSON Lines file of cases, as `rtconform generate` and `rtconform hunt` write them, is a suite.

Such a file says nothing but the treatments: what is right is worked out by the reference. For expectations of one's own, and
words beside the cases, there are suite files in TOML (`suitefile.py`).
"""

from pathlib import Path

from rtconform.generators.handmade import HandmadeSuite
from rtconform.generators.suite import SuiteCase
from rtconform.reference.errors import UserError
from rtconform.reference.wire import decode_cases

_VERSION = "1"


def load_case_file(path: Path) -> HandmadeSuite:
    """The cases in the file at `path`, in order; named by what all their ids begin with, up to the colon, else after the file.

    Raises UserError for a file that can't be read or has no case, DocumentError, with the line, for one that is no case.
    """
    try:
        with path.open("rb") as stream:
            found = [case for _, case in decode_cases(stream, str(path))]
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror or error}") from None
    if not found:
        raise UserError(f"{path}: no case in it; each line is one, as `rtconform generate` writes them")
    names = {case.id.partition(":")[0] if ":" in case.id else path.stem for case in found}
    name = names.pop() if len(names) == 1 else path.stem
    return HandmadeSuite(name, _VERSION, f"the cases of {path.name}", tuple(SuiteCase(case) for case in found))
