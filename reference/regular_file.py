"""Opening what somebody else named: a regular file, or an error in words, never waiting for the other end of a pipe; and putting
a file in place whole.
"""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Nothing is waited for, nothing is handed on to programs, no byte is translated; each where the system knows it."""

_KINDS = (
    (stat.S_ISDIR, "is a folder, not a file"),
    (stat.S_ISFIFO, "is a pipe, not a file: write what comes out of it to a file first"),
    (stat.S_ISSOCK, "is a socket, not a file"),
    (stat.S_ISCHR, "is a device, not a file"),
    (stat.S_ISBLK, "is a device, not a file"),
)


def shown(path: Path | str) -> str:
    """The path as text that can be written anywhere: bytes of it that are not UTF-8 stand as `\\udcXX`."""
    return str(path).encode(errors="backslashreplace").decode()


def open_regular(path: Path) -> BinaryIO:
    """The file at `path`, to be read. Raises OSError, with `strerror` in words, also where it is a pipe, a device or a folder."""
    return os.fdopen(regular_descriptor(path, os.O_RDONLY), "rb")


def read_regular(path: Path, longest: int = -1) -> bytes:
    """Its content, or the first `longest` bytes of it. Raises OSError as `open_regular` does."""
    with open_regular(path) as stream:
        return stream.read(longest)


def put_whole(path: Path, content: bytes, temporary: str = "") -> None:
    """Put a file at `path`, in place of what is there: nobody sees it before it is whole. Raises OSError.

    `temporary`: what it is called until then (empty: its name and `.tmp`); no link that somebody has laid there is followed.
    """
    written = path.with_name(temporary or f"{path.name}.tmp")
    written.unlink(missing_ok=True)
    with written.open("xb") as stream:
        stream.write(content)
    written.replace(path)


def regular_descriptor(path: Path | str, flags: int, mode: int = 0o644) -> int:
    """The descriptor of a file opened with `flags`. Raises OSError where that is not a regular file; nothing is waited for."""
    try:
        descriptor = os.open(path, flags | _AT_ONCE, mode)
    except ValueError:  # a NUL character
        raise OSError(errno.EINVAL, "no file can have this name", str(path)) from None
    except OSError as error:
        if error.errno == errno.ENXIO:  # a pipe that nobody reads, a socket
            raise OSError(errno.ENXIO, "is a pipe or a socket, not a file", str(path)) from None
        raise
    found = os.fstat(descriptor).st_mode
    if stat.S_ISREG(found):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, next((what for is_one, what in _KINDS if is_one(found)), "is not a file"), str(path))
