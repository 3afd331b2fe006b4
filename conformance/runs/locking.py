"""What keeps a folder to one writer: a lock on it, and no writing through a link. On POSIX systems, and on Windows."""

import os
import sys
from pathlib import Path

from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import regular_descriptor

if sys.platform == "win32":
    import msvcrt

    NO_LINK = 0  # Windows opens no link to a file differently; making one there is a right of its own

    def lock(descriptor: int) -> None:
        """Lock the file for this process, until the descriptor is closed. Raises OSError where another one has it."""
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    NO_LINK = os.O_NOFOLLOW

    def lock(descriptor: int) -> None:
        """Lock the file for this process, until the descriptor is closed. Raises OSError where another one has it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def hold(folder: Path, name: str, busy: str) -> int:
    """Hold `folder` by its file `name` until the descriptor is closed or the process ends. Raises UserError, with `busy` held."""
    try:
        descriptor = regular_descriptor(folder / name, os.O_RDWR | os.O_CREAT | NO_LINK)
    except OSError as error:
        raise UserError(f"{folder}: can't write there: {error.strerror}") from None
    try:
        lock(descriptor)
    except OSError:
        os.close(descriptor)
        raise UserError(f"{folder}: {busy}; wait for it or give another --out") from None
    return descriptor
