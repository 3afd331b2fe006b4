"""rtconform: certifies software that codes radiation treatment delivery for dates of service in 2026.

The public API, typed: docs/reference/python-api.md shows each name with an example. Everything else is reached by its layer:
`rtconform.reference`, `rtconform.generators`, `rtconform.formats`, `rtconform.conformance`, `rtconform.reports`.
"""

from typing import TYPE_CHECKING

from rtconform._version import __version__
from rtconform.reference import RULE_SET

if TYPE_CHECKING:
    from rtconform import strategies
    from rtconform.api import (
        Adjudication,
        Answer,
        Case,
        Claim,
        Coder,
        Coding,
        Disposition,
        Event,
        GivenAnswer,
        Item,
        Json,
        Judgement,
        Manifest,
        Result,
        Run,
        Suite,
        Summary,
        Vendor,
        Verdict,
        code,
        edit,
        judge,
        run,
        suite,
        suites,
        vendor,
    )
    from rtconform.generators.suites.written.suitefile import SuiteFileError
    from rtconform.pytest.cases import parametrize
    from rtconform.reference.errors import DocumentError, Fault, RecordsChanged, RtconformError, UserError, VendorUnreachable

__all__ = [
    "RULE_SET",
    "Adjudication",
    "Answer",
    "Case",
    "Claim",
    "Coder",
    "Coding",
    "Disposition",
    "DocumentError",
    "Event",
    "Fault",
    "GivenAnswer",
    "Item",
    "Json",
    "Judgement",
    "Manifest",
    "RecordsChanged",
    "Result",
    "RtconformError",
    "Run",
    "Suite",
    "SuiteFileError",
    "Summary",
    "UserError",
    "Vendor",
    "VendorUnreachable",
    "Verdict",
    "__version__",
    "code",
    "edit",
    "judge",
    "parametrize",
    "run",
    "strategies",
    "suite",
    "suites",
    "vendor",
]

# Importing rtconform must stay cheap: what is exported is imported when it is first used. A type checker reads the block
# above instead; a test holds the two together.
_ELSEWHERE = {
    "parametrize": "rtconform.pytest.cases",
    "SuiteFileError": "rtconform.generators.suites.written.suitefile",
    **dict.fromkeys(
        ("DocumentError", "Fault", "RecordsChanged", "RtconformError", "UserError", "VendorUnreachable"),
        "rtconform.reference.errors",
    ),
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        import importlib  # noqa: PLC0415 - seldom needed

        if name == "strategies":
            return importlib.import_module("rtconform.strategies")
        if name not in __all__:
            raise AttributeError(f"module 'rtconform' has no attribute {name!r}")
        value = getattr(importlib.import_module(_ELSEWHERE.get(name, "rtconform.api")), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
