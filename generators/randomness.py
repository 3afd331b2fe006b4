"""Where the randomness of a case comes from: from suite, version, seed and index, and from nothing else.

Each case has its own stream, so that any case can be made alone and no case disturbs another. The stream is read from a hash,
which every Python on every platform computes alike, and which is ready sooner than a seeded generator.
"""

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import shake_128
from itertools import chain, count
from struct import Struct

Draw = Callable[[], float]
"""A stream of numbers, spread evenly over [0, 1): each call gives the next, without end."""

_NUMBERS = Struct("<42I")  # as many as the hash gives at once
_UNIT = 2.0**-32


def draw_for(suite: str, version: str, seed: int, index: int) -> Draw:
    """The stream of case number `index` of this suite, version and seed."""
    key = f"{suite}\n{version}\n{seed}\n{index}\n".encode()
    return chain.from_iterable(map(partial(_part, key), count())).__next__


def _part(key: bytes, number: int) -> Iterator[float]:
    return map(_UNIT.__mul__, _NUMBERS.unpack(shake_128(b"%s%d" % (key, number)).digest(_NUMBERS.size)))
