"""Where the randomness of a case comes from: from suite, version, seed and index, and from nothing else.

A generator of its own for each case, so that any case can be made alone and no case disturbs another. Callers draw by
`random()`, `randrange` and `choice` alone: these give the same on every Python that we support.
"""

import hashlib
from random import Random


def draw_for(suite: str, version: str, seed: int, index: int) -> Random:
    """A fresh generator for case number `index` of this suite, version and seed."""
    digest = hashlib.sha256(f"{suite}\n{version}\n{seed}\n{index}".encode()).digest()
    return Random(int.from_bytes(digest[:16]))  # noqa: S311 - cases must repeat themselves, no secret
