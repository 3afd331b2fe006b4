"""rtconform: certifies software that codes radiation treatment delivery for dates of service in 2026.

The public API, also for use inside Python pipelines. Everything else is reached by its layer: `rtconform.reference`,
`rtconform.generators`, `rtconform.conformance`, `rtconform.reports`.
"""

from rtconform._version import __version__
from rtconform.reference import RULE_SET

__all__ = ["RULE_SET", "__version__", "code", "decode_case", "run"]


def __getattr__(name: str) -> object:
    # importing rtconform must stay cheap: the API brings the wire types, and `run` an HTTP client
    if name in ("code", "decode_case", "run"):
        from rtconform import api  # noqa: PLC0415 - on purpose, see above

        return getattr(api, name)
    raise AttributeError(f"module 'rtconform' has no attribute {name!r}")
