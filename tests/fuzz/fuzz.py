"""Fuzzes everything that reads what others wrote: run folders, bundles, vendor and suite files, tables, cases, claims, answers.

    PYTHONPATH=tests python -m fuzz.fuzz 60        for 60 minutes; `make fuzz MINUTES=60`

Each reader gets damaged copies of sound files, and noise. The law: what comes back is data, or an error of ours that is told in
words; anything else, and whatever takes more than 4 GiB of memory, is a fault. `test_fuzz.py` runs a moment of it with the other tests.
"""

import resource
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rtconform.reference.errors import RtconformError
from tests.fuzz.readers import GROUPS, Reader

TURN_S = 4.0
"""About how long a reader is tried before the next has its turn: some take a millisecond a document, some a second."""

FIRST = 10
MOST = 2000

MEMORY = 4 * 1024**3


def fuzz(reader: Reader, examples: int, tried: Counter[str], name: str) -> None:
    """Try `examples` documents on a reader."""

    @settings(
        max_examples=examples, deadline=None, database=None, phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(reader.damage(reader.sound) | st.binary(max_size=200))
    def law(document: bytes) -> None:
        tried[name] += 1
        try:
            reader.target(document)
            tried[f"{name}: read"] += 1
        except RtconformError as error:
            if not str(error).strip():
                raise AssertionError("an error without words") from error

    law()


def main(minutes: float) -> None:
    """Go round the readers until the time is up; print how many documents each got."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    end = time.monotonic() + 60 * minutes
    tried: Counter[str] = Counter()
    faults = 0
    readers = {name: reader for make in GROUPS.values() for name, reader in make().items()}
    turns = dict.fromkeys(readers, FIRST)
    while time.monotonic() < end:
        for name, reader in readers.items():
            began = time.monotonic()
            try:
                fuzz(reader, turns[name], tried, name)
            except BaseException as fault:
                if isinstance(fault, KeyboardInterrupt):
                    raise
                faults += 1
                print(f"{name}: {fault!r:.500}: {str(getattr(fault, '__notes__', ''))[-1500:]}", flush=True)
            turns[name] = max(FIRST, min(MOST, int(turns[name] * TURN_S / (time.monotonic() - began))))
    for name in readers:
        print(f"{name:30} {tried[name]:9,} documents, {tried[name + ': read']:9,} of them readable")
    read = sum(tried[f"{name}: read"] for name in readers)
    total = sum(tried[name] for name in readers)
    print(f"{total:,} documents ({read:,} readable) on {len(readers)} readers in {minutes:g} minutes, {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(float(sys.argv[1]))
