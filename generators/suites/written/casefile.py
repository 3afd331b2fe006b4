"""Suites from plain cases or claims: a JSON Lines file of them, as `generate` and `hunt` write it, is a suite.

Such a file says nothing but what is asked: what is right is worked out by the reference. For expectations of one's own, and
words beside the cases, there are suite files in TOML (`suitefile.py`).
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from rtconform.generators.suites.suite import AnySuite, SuiteCase, SuiteClaim
from rtconform.generators.suites.written.handmade import HandmadeSuite
from rtconform.reference.documents.wire import decode_cases, decode_claims
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import read_regular

_VERSION = "1"
_CLAIM = "rtconform.claim/1"


def load_case_file(path: Path) -> AnySuite:
    """The cases, or the claims, in the file at `path`, in order; the first line says which they are.

    The suite is named by what all their ids begin with, up to the colon, else after the file. Raises UserError for a file that
    can't be read or has none, DocumentError, with the line, for a line that is something else.
    """
    try:
        lines = read_regular(path).splitlines()
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror or error}") from None
    if _first_schema(lines) == _CLAIM:
        claims = [claim for _, claim in decode_claims(lines, str(path))]
        name = _name(path, [claim.id for claim in claims])
        return HandmadeSuite(name, _VERSION, f"the claims of {path.name}", tuple(map(SuiteClaim, claims)), asks="claim")
    cases = [case for _, case in decode_cases(lines, str(path))]
    if not cases:
        raise UserError(f"{path}: holds no case; write one on each line, as `rtconform generate` does")
    return HandmadeSuite(
        _name(path, [case.id for case in cases]), _VERSION, f"the cases of {path.name}", tuple(map(SuiteCase, cases))
    )


def _first_schema(lines: Sequence[bytes]) -> object:
    """What the first line that is not blank says of itself; what can't be read is left to the decoder."""
    first = next((line for line in lines if line.strip()), b"")
    try:
        document = json.loads(first)
    except (ValueError, RecursionError):
        return None
    return document.get("schema") if isinstance(document, dict) else None


def _name(path: Path, ids: Iterable[str]) -> str:
    names = {one.partition(":")[0] if ":" in one else path.stem for one in ids}
    return names.pop() if len(names) == 1 else path.stem
