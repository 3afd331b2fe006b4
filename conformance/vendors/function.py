"""A vendor without a file: a Python callable, described by a program of its own."""

import hashlib
import inspect
from pathlib import Path

from rtconform.conformance.protocol import Coder, RoleName, Supports
from rtconform.conformance.vendors.settings import PythonSettings, Response, Vendor
from rtconform.reference.errors import UserError

LONGEST_NAME = 200
MOST_SECONDS = 3600
MOST_WORKERS = 256


def function_vendor(function: Coder, *, name: str, version: str, role: RoleName, timeout_s: float, workers: int) -> Vendor:
    """The vendor that this callable is. `name` empty: the callable's own. Raises UserError for what no vendor file may say."""
    own = str(getattr(function, "__qualname__", type(function).__qualname__))
    name = name or own[:LONGEST_NAME]
    if not version or len(version) > LONGEST_NAME or len(name) > LONGEST_NAME:
        raise UserError(f"name and version of a vendor have 1 to {LONGEST_NAME} characters")
    if not 0 < timeout_s <= MOST_SECONDS:
        raise UserError(f"timeout_s={timeout_s}: give seconds, above 0 and at most {MOST_SECONDS}")
    if not 1 <= workers <= MOST_WORKERS:
        raise UserError(f"workers={workers}: give a whole number from 1 to {MOST_WORKERS}")
    where = f"{getattr(function, '__module__', '') or '<program>'}:{own}"
    return Vendor(
        name=name,
        version=version,
        role=role,
        supports=Supports(),
        settings=PythonSettings(kind="python", function=where, timeout_s=timeout_s, workers=workers),
        template=None,
        response=Response(),
        file=Path(getattr(getattr(function, "__code__", None), "co_filename", "<program>")),
        file_digest=hashlib.sha256(_source(function).encode()).hexdigest(),
        variables={},
        function=function,
    )


def _source(function: Coder) -> str:
    """The callable's source where there is one to read, else what Python calls it."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return repr(type(function))
