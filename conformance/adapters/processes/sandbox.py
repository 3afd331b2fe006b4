"""A sandbox around a vendor's program, made by bubblewrap (`bwrap`, Linux).

The program finds in it

- the system's programs and libraries, the vendor file's folder and what its interpreter needs, all read-only;
- its own temporary folder, and its own processes only;
- of our environment only the variables that name languages and paths;
- no network.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from rtconform.conformance.adapters.processes.watchdog import MARK
from rtconform.conformance.adapters.program.child import why_not_started
from rtconform.conformance.vendors.settings import CliSettings, Vendor
from rtconform.reference.errors import VendorUnreachable
from rtconform.reference.regular_file import read_regular

_SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store", "/gnu/store"),
    *("/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/timezone"),
    *("/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/fonts", "/etc/dotnet", "/etc/mono"),
)
_SYSTEM_TOO = ("java*", "php*", "R")
_OF_A_PREFIX = ("bin", "lib", "lib64", "libexec", "conf", "shims", "versions", "version", "plugins", "pyvenv.cfg")
"""What an interpreter needs of the folder that its `bin` stands in. Not `share`, `etc`: under ~/.local these are a person's."""

_PASSED_ON = ("PATH", "LANG", "LANGUAGE", "TZ", "JAVA_HOME", "DOTNET_ROOT")
_PROBE_S = 20
_NONE = "none: "
_NONE_OF = {
    "http": f"{_NONE}a web service runs where its maker runs it",
    "python": f"{_NONE}a Python callable runs in rtconform's own process",
    "mllp": f"{_NONE}a system that is reached by MLLP runs where its maker runs it",
    "dicom": f"{_NONE}a DICOM node runs where its maker runs it",
    "folder": f"{_NONE}a product that watches a folder runs where its maker runs it",
}
_BUBBLEWRAP = "bubblewrap"
_KEPT_FROM = "no network, no other files, no other processes"
_HOPS = 20


@dataclass(frozen=True)
class Boundary:
    """What is around a vendor, in `words` for the certificate. `why_none`: why there is nothing although there should be."""

    vendor: Vendor
    words: str
    why_none: str = ""


def enclosed(vendor: Vendor, *, hidden: Sequence[Path] = (), readable: Sequence[Path] = ()) -> Boundary:
    """The vendor with its program in a sandbox, where there can be one.

    `hidden` is out of its sight wherever it lies; `readable` are files and folders that it needs beside its own folder. Raises
    VendorUnreachable where its program is not there.
    """
    settings = vendor.settings
    if not isinstance(settings, CliSettings):
        return Boundary(vendor, _NONE_OF[settings.kind])
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return _none(vendor, "bubblewrap (bwrap) is not installed")
    search = vendor.filled(settings.env["PATH"]) if "PATH" in settings.env else os.environ.get("PATH", os.defpath)
    program = _Program(settings.command[0], vendor.folder.resolve(), search)
    if why := program.why_not_started:
        raise VendorUnreachable(why)
    own = set(settings.env)
    dropped = [MARK, *(name for name in os.environ if name not in own and name not in _PASSED_ON and not name.startswith("LC_"))]
    sandbox = (bwrap, *_arguments(program, hidden, readable, dropped, homeless="HOME" not in own), "--")
    try:
        tried = subprocess.run([*sandbox, "true"], capture_output=True, timeout=_PROBE_S, check=False)  # noqa: S603 - bwrap itself
    except (OSError, subprocess.TimeoutExpired) as error:
        return _none(vendor, f"bubblewrap can't run here: {error}")
    if tried.returncode:
        said = " ".join(tried.stderr.decode(errors="replace").split())[:200]
        return _none(vendor, f"bubblewrap can't run here: {said or f'it ended with exit code {tried.returncode}'}")
    return Boundary(replace(vendor, sandbox=sandbox), f"{_BUBBLEWRAP}{_version(bwrap)}: {_KEPT_FROM}")


def why_not_around(kind: str, words: str) -> str:
    """Why these words can't have been written of what was around a vendor of this kind; empty: they can."""
    if kind in _NONE_OF:
        return "" if words == _NONE_OF[kind] else f"a vendor of kind {kind} is said to have run in: {words[:200] or 'nothing'}"
    made = words.startswith(_BUBBLEWRAP) and words.endswith(f": {_KEPT_FROM}")
    return "" if made or words.startswith(_NONE) else f"no sandbox of rtconform's: {words[:200] or 'nothing'}"


def unenclosed(vendor: Vendor) -> Boundary:
    """The vendor as it is, because the certifier wants it so."""
    if isinstance(vendor.settings, CliSettings):
        return Boundary(vendor, f"{_NONE}--no-sandbox was given")
    return enclosed(vendor)


def _none(vendor: Vendor, why: str) -> Boundary:
    return Boundary(vendor, f"{_NONE}{why}", why)


def _version(bwrap: str) -> str:
    done = subprocess.run([bwrap, "--version"], capture_output=True, timeout=_PROBE_S, check=False)  # noqa: S603 - bwrap itself
    return f" {done.stdout.decode(errors='replace').strip().removeprefix('bubblewrap ')[:20]}".rstrip()


@dataclass(frozen=True)
class _Program:
    """The program of a vendor file, found as the system will find it."""

    name: str
    folder: Path
    search: str = field(repr=False)

    @cached_property
    def place(self) -> Path | None:
        if os.sep in self.name:
            return self.folder / self.name
        found = shutil.which(self.name, path=self.search)
        return Path(found).absolute() if found else None

    @property
    def why_not_started(self) -> str:
        place = self.place
        if place is None or not place.exists():
            return why_not_started(FileNotFoundError(), self.name, self.folder)
        if not place.is_file() or not os.access(place, os.X_OK):
            return why_not_started(PermissionError(), self.name, self.folder)
        return ""

    def needs(self) -> Iterator[Path]:
        """The files and folders, outside the system's own, that it and the programs on its path need."""
        todo = [*(Path(entry) / "any" for entry in self.search.split(os.pathsep) if entry.startswith("/"))]
        todo += [self.place] if self.place else []
        for _ in range(_HOPS + len(todo)):  # of links and interpreters
            if not todo:
                return
            place = todo.pop()
            yield from _with_prefix(place)
            if place.is_symlink():
                todo.append(Path(os.path.normpath(place.parent / place.readlink())))
            elif place.is_file():
                todo += [place.resolve(), *self._interpreter(place)] if place.resolve() != place else self._interpreter(place)

    def _interpreter(self, script: Path) -> list[Path]:
        """What its first line names."""
        try:
            first = read_regular(script, 256).partition(b"\n")[0]
        except OSError:  # a program that may be started, not read
            return []
        if not first.startswith(b"#!"):
            return []
        try:
            words = shlex.split(first[2:].decode(errors="replace"))
        except ValueError:
            return []
        named = [word for word in words[1:] if not word.startswith("-") and "=" not in word] if words else []
        found = shutil.which(named[0], path=self.search) if named and Path(words[0]).name == "env" else None
        return [Path(path) for path in (*words[:1], found or "") if path.startswith("/")]


def _with_prefix(place: Path) -> Iterator[Path]:
    """A program, or where it stands in a `bin` what belongs to that; of a person's home never more than the program."""
    prefix = place.parent.parent
    if any(place.is_relative_to(system) for system in _SYSTEM):
        return
    if place.parent.name in ("bin", "sbin", "shims") and not _home().is_relative_to(prefix):
        yield from (prefix / name for name in _OF_A_PREFIX if (prefix / name).exists())
    elif place.exists():
        yield place


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # the account has none
        return Path("/nonexistent")


def _arguments(
    program: _Program, hidden: Sequence[Path], readable: Sequence[Path], dropped: Sequence[str], *, homeless: bool
) -> Iterator[str]:
    yield from ("--unshare-all", "--cap-drop", "ALL", "--die-with-parent")
    shown = [*map(Path, _SYSTEM), *(found for pattern in _SYSTEM_TOO for found in sorted(Path("/etc").glob(pattern)))]
    for system in shown:
        yield from ("--ro-bind-try", str(system), str(system))
    yield from ("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp")  # noqa: S108 - the sandbox's own
    needed = list(dict.fromkeys(program.needs()))
    for place in needed:
        yield from ("--ro-bind-try", str(place), str(place))
    given = [program.folder, *(path.absolute() for path in readable)]
    for place in given:
        yield from ("--ro-bind", str(place), str(place))
    yield from _masks(hidden, [path.resolve() for path in (*shown, *needed, *given)])
    for name in dropped:
        yield from ("--unsetenv", name)
    yield from ("--setenv", "TMPDIR", "/tmp")  # noqa: S108 - the sandbox's own
    if homeless:
        yield from ("--setenv", "HOME", "/tmp")  # noqa: S108 - the sandbox's own
    yield from ("--chdir", str(program.folder))


def _masks(hidden: Sequence[Path], shown: Sequence[Path]) -> Iterator[str]:
    """What is to be hidden and lies in something that is shown is covered by nothing."""
    for path in dict.fromkeys(path.resolve() for path in hidden):
        if path.exists() and any(path.is_relative_to(place) for place in shown):
            yield from ("--tmpfs", str(path)) if path.is_dir() else ("--ro-bind", os.devnull, str(path))
