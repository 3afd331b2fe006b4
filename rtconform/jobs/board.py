"""Builds a board: finds runs and bundles, reads what changed since the last time, verifies bundles, writes the site."""

import datetime as dt
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import msgspec
from msgspec import Struct

from rtconform._version import __version__
from rtconform.conformance.certificates.container import MAX_BYTES
from rtconform.conformance.certificates.envelope import PublicKey
from rtconform.conformance.protocol import RoleName
from rtconform.conformance.runs.folder import FILES, KNOWN_FAULTS, MANIFEST, RunFolder
from rtconform.conformance.runs.locking import hold
from rtconform.jobs.board_bundles import Trusted, as_published, bundle_seen, digest_of_bundle, standing_on
from rtconform.reference.documents.wire import encode
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import open_regular, put_whole, read_regular
from rtconform.reports.board.document import Board, CertificateSeen, RunSeen, Unread, VendorSeen
from rtconform.reports.board.history import compared, latest, lives
from rtconform.reports.board.page import file_names, files_of, reads_as
from rtconform.reports.board.reading import run_seen
from rtconform.reports.text import one_line

DOCUMENT = "board.json"
CACHE = ".rtconform-board.json"
LOCK = ".rtconform-board.lock"
BUNDLE = ".zip"
MOST = 100_000
"""Runs and bundles that a board takes."""

LONGEST_NAME = 1000
"""Characters of a vendor's name: a longer one is no name."""

Progress = Callable[[int, int], None]
"""Called with how many runs and bundles were read, and how many there are."""


class _Kept(Struct, frozen=True):
    """What was read of one run or bundle: whose it is, and one of the two."""

    vendor: str
    role: RoleName
    run: RunSeen | None = None
    certificate: CertificateSeen | None = None


class _Cache(Struct, frozen=True, tag_field="schema", tag="rtconform.board-cache/1"):
    """What the last build read, by the digest of what it read, and the files that it wrote; of another version: nothing."""

    rtconform: str
    kept: dict[str, _Kept]
    files: tuple[str, ...]


@dataclass
class _Gathered:
    kept: dict[str, _Kept] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)


def build_board(
    places: Sequence[Path],
    out: Path,
    *,
    keys: Sequence[PublicKey],
    on: dt.date,
    title: str,
    progress: Progress,
    commitments: Collection[str] = (),
) -> Board:
    """Build the board of everything at `places` in the folder `out`, new or a board's. `keys`: certifiers' public keys;
    `commitments`: those to seeds that certifiers published.

    A place is a run folder, a bundle, or a folder that holds such, at any depth. What can't be read is on the board in words, and
    the rest stands. Raises UserError for a place that does not exist, and for an `out` that is not a board's, or in which another
    build is under way.
    """
    _cache(out)  # nothing is written into a folder that is not a board's
    found = list(islice(_found(places), MOST + 1))
    if len(found) > MOST:
        raise UserError(f"more than {MOST:,} runs and bundles: build several boards")
    with _held(out):
        return _built(found, out, Trusted({key.id: key for key in keys}, frozenset(commitments)), on, title, progress)


def _built(found: Sequence[Path], out: Path, trusted: Trusted, on: dt.date, title: str, progress: Progress) -> Board:
    end = dt.datetime.combine(on, dt.time.max, dt.UTC)
    cache = _cache(out)
    gathered = _Gathered()
    for number, path in enumerate(found, 1):
        _gather(path, cache.kept, trusted, gathered)
        progress(number, len(found))
    by_then = [one for one in gathered.kept.values() if _began(one) <= end]
    board = Board(on, title, _vendors(by_then, on), tuple(gathered.unread), len(gathered.kept) - len(by_then))
    _write(out, board, _Cache(__version__, dict(sorted(gathered.kept.items())), ()), cache.files)
    return board


@contextmanager
def _held(out: Path) -> Iterator[None]:
    """The folder, made where there is none, and kept to this build."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{error.filename or out}: can't write there: {error.strerror}") from None
    held = hold(out, LOCK, "another board is being built there")
    try:
        yield
    finally:
        os.close(held)


def _found(places: Sequence[Path]) -> Iterator[Path]:
    """The run folders and bundles at these places, each once, in the order of their real paths."""
    met: dict[Path, Path] = {}
    for place in places:
        if not place.exists():
            raise UserError(f"{place}: no such file or folder")
        for path in _at(place):
            met.setdefault(path.resolve(), path)
    yield from (met[real] for real in sorted(met))


def _at(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    for folder, folders, files in os.walk(place):
        if MANIFEST in files:
            folders.clear()  # nothing inside a run is another run
            yield Path(folder)
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(BUNDLE))


def _gather(path: Path, before: dict[str, _Kept], trusted: Trusted, gathered: _Gathered) -> None:
    try:
        if path.is_dir():
            name = _digest_of_run(path)
            kept = before.get(name) or _of_run(path, name)
        else:
            name = digest_of_bundle(path, trusted.keys)
            then = before.get(name)
            kept = then if then and as_published(then.certificate, trusted.commitments) else _of_bundle(path, trusted)
    except (UserError, OSError) as error:
        why = error.strerror or "can't be read" if isinstance(error, OSError) else str(error)
        gathered.unread.append(Unread(one_line(path.name), one_line(why.replace(str(path), path.name))))  # where it is, is ours
    else:
        gathered.kept[name] = kept


def _digest_of_run(path: Path) -> str:
    """SHA-256 (hexadecimal) of the run's records and of what was recognised in them."""
    whole = hashlib.sha256()
    for name in (*FILES, KNOWN_FAULTS):
        if not (path / name).exists():
            whole.update(b"\0none")
            continue
        with open_regular(path / name) as stream:
            content = hashlib.sha256()
            while chunk := stream.read(1 << 20):
                content.update(chunk)
            whole.update(content.digest())
    return whole.hexdigest()


def _began(kept: _Kept) -> dt.datetime:
    """When the run began, or the certificate was issued."""
    if kept.run is not None:
        return kept.run.started_at
    assert kept.certificate is not None  # noqa: S101 - it is one of the two
    return kept.certificate.issued_at


def _of_run(path: Path, name: str) -> _Kept:
    vendor, seen = run_seen(RunFolder(path), name)
    _check_name(vendor.name, path)
    return _Kept(vendor.name, vendor.role, run=seen)


def _check_name(name: str, path: Path) -> None:
    if len(name) > LONGEST_NAME:
        raise UserError(f"{path}: the vendor's name has {len(name):,} characters; give it one of at most {LONGEST_NAME:,}")


def _of_bundle(path: Path, trusted: Trusted) -> _Kept:
    vendor, seen = bundle_seen(path, trusted)
    _check_name(vendor.name, path)
    return _Kept(vendor.name, vendor.role, certificate=seen)


def _vendors(kept: Iterable[_Kept], on: dt.date) -> tuple[VendorSeen, ...]:
    by_vendor: dict[tuple[str, RoleName], list[_Kept]] = {}
    for one in kept:
        by_vendor.setdefault((one.vendor, one.role), []).append(one)
    alike = Counter((reads_as(name), role) for name, role in by_vendor)
    return tuple(
        _vendor(name, role, by_vendor[name, role], on, twin=alike[reads_as(name), role] > 1) for name, role in sorted(by_vendor)
    )


def _vendor(name: str, role: RoleName, kept: list[_Kept], on: dt.date, *, twin: bool) -> VendorSeen:
    page, badge = file_names(name, role)
    runs = compared(one.run for one in kept if one.run is not None)
    certificates = [standing_on(one.certificate, on) for one in kept if one.certificate is not None]
    ordered = tuple(sorted(certificates, key=lambda one: (one.issued_at, one.id)))
    written = name.encode("ascii", "backslashreplace").decode() if twin or one_line(name) != name else ""
    return VendorSeen(name, role, page, badge, runs, latest(runs), ordered, one_line(written), lives(runs))


def _cache(out: Path) -> _Cache:
    """What the last build left in `out`. Raises UserError where `out` holds anything that is not a board."""
    empty = _Cache(__version__, {}, ())
    if not out.exists():
        return empty
    if not out.is_dir():
        raise UserError(f"{out}: not a folder; give --out a new folder, or one that holds a board")
    try:
        kept = msgspec.json.decode(read_regular(out / CACHE, MAX_BYTES), type=_Cache)
    except OSError:
        if any(one.name != LOCK for one in out.iterdir()):
            raise UserError(f"{out}: holds something that is not a board: nothing was written; give --out a new folder") from None
        return empty
    except msgspec.MsgspecError:
        raise UserError(f"{out / CACHE}: damaged; remove {out} and build the board again") from None
    return kept if kept.rtconform == __version__ else msgspec.structs.replace(empty, files=kept.files)


def _write(out: Path, board: Board, cache: _Cache, before: Sequence[str]) -> None:
    """The files of the board, each whole or as it was; those of the last build that are no more are removed, and no others."""
    files = {**files_of(board), DOCUMENT: encode(board) + b"\n"}
    cache = msgspec.structs.replace(cache, files=tuple(files))
    try:
        # what is on its way to be written is told first: a build that is broken off here leaves a folder that is a board's
        put_whole(out / CACHE, msgspec.json.encode(msgspec.structs.replace(cache, files=(*dict.fromkeys((*before, *files)),))))
        for name, content in files.items():
            put_whole(out / name, content)
        for name in before:
            if name not in files and Path(name).name == name:
                (out / name).unlink(missing_ok=True)
        put_whole(out / CACHE, msgspec.json.encode(cache))
    except OSError as error:
        raise UserError(f"{error.filename or out}: can't write there: {error.strerror}") from None
