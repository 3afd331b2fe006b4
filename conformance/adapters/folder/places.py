"""The two folders that are shared with a vendor: files put whole into `in`, files taken from `out` once they are whole.

Whatever stands in `out` was put there by somebody else: links are not followed, pipes and devices not opened, no more than a file
may hold is read, and no more files are looked at than a look can take.
"""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rtconform.conformance.adapters.answers import LONGEST_ANSWER
from rtconform.reference.errors import VendorUnreachable
from rtconform.reference.regular_file import put_whole, regular_descriptor

IN, OUT = "in", "out"

REST_S = 0.3
"""A file whose size and time have not changed for so long is whole, in seconds; with NAME.done beside it, at once."""

MOST_FILES = 20_000
"""How many entries of a folder one look takes in."""

MOST_AT_ONCE = 200
"""How many files one look reads."""

_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".done")
_State = tuple[int, int, int]


@dataclass(frozen=True)
class Found:
    """A file of `out`, whole. `content` is at most the longest answer; `longer`: there was more."""

    name: str
    content: bytes
    longer: bool = False


@dataclass
class _Seen:
    state: _State
    since: float


class Places:
    """The folders `in` and `out` of one folder. `strange`: what stands in `out` and is not a file, to be told once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.strange: list[str] = []
        self._old: dict[str, _State] = {}
        self._seen: dict[str, _Seen] = {}
        self._told: set[str] = set()

    def open(self, *, asks: bool = True) -> int:
        """Make the folders where they are missing; how many files stood in `out` before. Raises VendorUnreachable.

        Without `asks` nothing is asked by files, and only `out` is made.
        """
        try:
            for name in (IN, OUT) if asks else (OUT,):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            self._old = {entry.name: state for entry, state in self._files()}
        except OSError as error:
            raise VendorUnreachable(f"{error.filename or self.folder}: {error.strerror}; is [adapter] folder right?") from None
        return len(self._old)

    def put(self, name: str, content: bytes) -> None:
        """Put a file into `in`, which nobody sees before it is whole. Raises OSError."""
        put_whole(self.folder / IN / name, content, f".{name}.tmp")

    def stands(self, name: str) -> bool:
        """Whether a file that was put into `in` is still there."""
        return (self.folder / IN / name).exists()

    def take_back(self, name: str) -> None:
        """Remove a file from `in` that nobody needs any more; who reads it may have done so already."""
        with suppress(OSError):
            (self.folder / IN / name).unlink(missing_ok=True)

    def look(self) -> list[Found]:
        """The files of `out` that are whole and were not there before. Each is removed once it is read. Raises OSError."""
        now = time.monotonic()
        files = {entry.name: state for entry, state in self._files()}
        self._seen = {name: seen for name, seen in self._seen.items() if name in files}
        whole = []
        for name, state in files.items():
            if name.endswith(_UNFINISHED) or self._old.get(name) == state:
                continue
            seen = self._seen.get(name)
            if seen is None or seen.state != state:
                seen = self._seen[name] = _Seen(state, now)
            done = f"{name}.done" in files or f"{Path(name).stem}.done" in files
            if done or (state[1] > 0 and now - seen.since >= REST_S):
                whole.append(name)
        return [found for name in whole[:MOST_AT_ONCE] if (found := self._read(name, files[name])) is not None]

    def _files(self) -> Iterator[tuple["os.DirEntry[str]", _State]]:
        with os.scandir(self.folder / OUT) as entries:
            for entry in islice(entries, MOST_FILES):
                if entry.name.startswith("."):
                    continue
                try:
                    found = entry.stat(follow_symlinks=False)
                except OSError:
                    continue  # renamed or removed meanwhile
                if stat.S_ISREG(found.st_mode):
                    yield entry, (entry.inode(), found.st_size, found.st_mtime_ns)
                elif entry.name not in self._told and len(self._told) < MOST_FILES:
                    self._told.add(entry.name)
                    self.strange.append(entry.name)

    def _read(self, name: str, state: _State) -> Found | None:
        path = self.folder / OUT / name
        try:
            with os.fdopen(regular_descriptor(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as stream:
                content = stream.read(LONGEST_ANSWER + 1)
        except OSError:
            return None  # gone, or no file any more: the next look says
        self._seen.pop(name, None)
        try:
            path.unlink()
        except OSError:
            self._old[name] = state  # it can't be removed: it is not read again as it is
        for done in (f"{name}.done", f"{Path(name).stem}.done"):
            with suppress(OSError):
                (self.folder / OUT / done).unlink()
        return Found(name, content[:LONGEST_ANSWER], len(content) > LONGEST_ANSWER)
