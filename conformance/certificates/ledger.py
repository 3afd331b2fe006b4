"""Seeds that are spent: a commitment is answered once, whatever copy or link of its file is given.

A ledger is a text file, a line for each seed: the commitment, a space, when its run began. It only grows.
"""

import datetime as dt
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rtconform.conformance.runs.locking import NO_LINK, lock
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import regular_descriptor

LONGEST = 64 * 1024 * 1024
"""Longest ledger that is read, in bytes: 700,000 seeds."""

_TRIES, _PAUSE_S = 1000, 0.02

BESIDE_KEY = ".spent"
"""What the name of a key's file is followed by in the name of its ledger."""


def ledgers(key: Path | None) -> tuple[Path, ...]:
    """Where seeds are noted: beside the key, if it is in a file, and in the account's state folder."""
    beside = [key.resolve().with_name(f"{key.resolve().name}{BESIDE_KEY}")] if key is not None else []
    try:
        home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    except RuntimeError:  # the account has no home
        home = None
    own = [home / "rtconform" / "spent-seeds"] if home is not None and home.is_absolute() else []
    if not beside and not own:
        raise UserError(
            "no place to note that the seed is spent: name a folder in the environment, XDG_STATE_HOME=/var/lib/certifier"
        )
    return (*beside, *own)


def spend(commitment: str, places: Sequence[Path], now: dt.datetime) -> None:
    """Note the seed as spent in every ledger, at once for all who do the same. Raises UserError where it is spent already."""
    line = f"{commitment} {now:%Y-%m-%dT%H:%M:%SZ}\n".encode()
    with ExitStack() as open_ledgers:
        descriptors = [_opened(open_ledgers, path) for path in sorted(places)]  # one order: none waits for one who waits for it
        for descriptor, path in zip(descriptors, sorted(places), strict=True):
            if since := _spent(descriptor, commitment, path):
                raise UserError(
                    f"seed {commitment[:12]}…: used in a run before ({since}, {path}): its cases are known; commit to a new seed"
                )
        for descriptor, path in zip(descriptors, sorted(places), strict=True):
            try:
                os.write(descriptor, line)
                os.fsync(descriptor)
            except OSError as error:
                raise UserError(f"{path}: can't note that the seed is used: {error.strerror}") from None


def _opened(stack: ExitStack, path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = regular_descriptor(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | NO_LINK, 0o600)
    except OSError as error:
        raise UserError(f"{path}: can't note that the seed is used: {error.strerror}") from None
    stack.callback(os.close, descriptor)
    for _ in range(_TRIES):
        try:
            lock(descriptor)
        except OSError:
            time.sleep(_PAUSE_S)  # another one notes a seed, which is soon done
        else:
            return descriptor
    raise UserError(f"{path}: another program holds it; wait for it, and try again")


def _spent(descriptor: int, commitment: str, path: Path) -> str:
    """When it was spent, as the ledger has it; empty: it was not."""
    size = os.fstat(descriptor).st_size
    if size > LONGEST:
        raise UserError(f"{path}: longer than {LONGEST} bytes: this is not a ledger of seeds")
    for line in _content(descriptor, size).decode(errors="replace").splitlines():
        found, _, since = line.partition(" ")
        if found == commitment:
            return since or "no date"
    return ""


def _content(descriptor: int, size: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return b"".join(iter(lambda: os.read(descriptor, size + 1), b""))
