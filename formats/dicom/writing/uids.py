"""Unique identifiers: `2.25.` and a hash, so that the same case always has the same ones, and none says which case it is."""

import hashlib

ROOT = "2.25."


def uid(*names: str) -> str:
    """The UID of what these names name, at most 44 characters."""
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    return f"{ROOT}{int.from_bytes(digest[:16])}"
