"""What keeps a run folder to one run: a lock on it, and no writing through a link. On POSIX systems, and on Windows."""

import os
import sys

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
