"""The independent coder (`tests/vendors/correct/coder.py`), as a function of plain values."""

import importlib.util
from collections.abc import Callable
from typing import Any

from tests.helpers import VENDORS


def _loaded() -> Callable[[dict[str, Any]], dict[str, Any]]:
    spec = importlib.util.spec_from_file_location("correct_coder", VENDORS / "correct" / "coder.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    code: Callable[[dict[str, Any]], dict[str, Any]] = module.code
    return code


CORRECT = _loaded()
