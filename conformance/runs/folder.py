"""The run folder: `manifest.json`, `results.jsonl` (append-only, a result a line) and `events.jsonl`.

A killed run leaves whole lines and at most one torn one, which is cut off when the run is resumed.
"""

import errno
import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec.structs import replace

from rtconform.conformance.cause import Cause, unrecorded
from rtconform.conformance.records import Event, KnownFaults, Manifest, Result
from rtconform.conformance.runs.locking import NO_LINK, hold
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reference.documents.wire import MAX_DOCUMENT_BYTES, decode, decode_lines, encode
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import open_regular, put_whole, read_regular, regular_descriptor

MANIFEST = "manifest.json"
RESULTS = "results.jsonl"
EVENTS = "events.jsonl"
FILES = (MANIFEST, RESULTS, EVENTS)
KNOWN_FAULTS = "known-faults.json"


class Unwritable(UserError):
    """Nothing more can be written to a run folder: `place` and `why`. What was written is kept, and the run can be resumed."""

    def __init__(self, place: str, why: str) -> None:
        self.place = place
        self.why = why
        super().__init__(f"{place}: {why}; what was written is kept: make room, and continue with --resume")


class RunFolder:
    """A run's records, read as often as needed, never changed. Raises UserError where the folder holds no run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            document = read_regular(path / MANIFEST, MAX_DOCUMENT_BYTES + 1)
        except OSError as error:
            raise UserError(f"{path}: not a run ({MANIFEST}: {error.strerror}); give a folder made by rtconform run") from None
        self.manifest = decode(document, Manifest, str(path / MANIFEST))

    def results(self) -> Iterator[Result]:
        """The results in the order in which they were written; a torn last line is passed over.

        Where a version wrote them that did not record causes, they have those that verdict and rules tell.
        """
        for _, result in decode_lines(_whole_lines(self.path / RESULTS), Result, str(self.path / RESULTS)):
            if VERDICTS[result.verdict].conformant:
                causes: tuple[Cause, ...] = ()  # whatever a folder of somebody else's says of one that stands
            else:
                causes = result.causes or unrecorded(result.verdict, result.rules, result.explanation)
            yield result if causes == result.causes else replace(result, causes=causes)

    def known_faults(self) -> KnownFaults | None:
        """The known faults that were recognised at the end of the run; None: they were not looked for."""
        try:
            with (self.path / KNOWN_FAULTS).open("rb") as stream:
                document = stream.read(MAX_DOCUMENT_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UserError(f"{self.path / KNOWN_FAULTS}: {error.strerror}") from None
        return decode(document, KnownFaults, str(self.path / KNOWN_FAULTS))

    def events(self) -> Iterator[Event]:
        """The events in order."""
        for _, event in decode_lines(_whole_lines(self.path / EVENTS), Event, str(self.path / EVENTS)):
            yield event


def manifest_document(manifest: Manifest) -> bytes:
    """The manifest as it is written, laid out for people."""
    return msgspec.json.format(encode(manifest), indent=2) + b"\n"


def write_known_faults(path: Path, found: KnownFaults) -> None:
    """Write down in the run folder at `path` what was recognised, in place of what an earlier look found. Raises UserError."""
    try:
        put_whole(path / KNOWN_FAULTS, msgspec.json.format(encode(found), indent=2) + b"\n")
    except OSError as error:
        raise UserError(f"{path / KNOWN_FAULTS}: can't write there: {error.strerror}") from None


class RunWriter:
    """Appends results and events to a run folder, at once and not through a buffer; holds the folder against a second run.

    It remembers the digest of what it wrote (with `keep` the bytes too): a folder can be changed by others meanwhile.
    """

    def __init__(self, path: Path, manifest: Manifest, *, resume: bool, keep: bool = False) -> None:
        self.path = path
        self._digests = {name: hashlib.sha256() for name in FILES}
        self._kept: dict[str, list[bytes]] | None = {name: [] for name in FILES} if keep else None
        _make_folder(path)
        self._lock = hold(path, ".lock", "another run is writing there")
        try:
            self._open(manifest, resume=resume)
        except OSError as error:
            os.close(self._lock)
            where = error.filename or path
            raise UserError(f"{where}: can't write there: {error.strerror}; give another --out, or make room") from None
        except BaseException:
            os.close(self._lock)
            raise

    def _open(self, manifest: Manifest, *, resume: bool) -> None:
        path = self.path
        existing = path / MANIFEST
        if existing.exists():
            if not resume:
                raise UserError(f"{path} already holds a run: give another --out, or continue it with --resume")
            _check_same(RunFolder(path).manifest, manifest, path)
        else:
            put_whole(existing, manifest_document(manifest))
        for name in (RESULTS, EVENTS):
            _cut_torn_line(path / name)
        for name in FILES:
            for piece in _pieces(path / name):  # of a run that is resumed there is something already
                self._wrote(name, piece)
        self.manifest = RunFolder(path).manifest
        self._results, self._events = _appending(path / RESULTS), _appending(path / EVENTS)

    def done(self) -> set[str]:
        """Ids of the cases that have a result."""
        return {result.id for result in RunFolder(self.path).results()}

    def result(self, result: Result) -> None:
        """Append one result."""
        self._append(self._results, encode(result) + b"\n")

    def results(self, results: Iterable[Result]) -> None:
        """Append some results at once."""
        self.results_of_part(b"".join(encode(result) + b"\n" for result in results))

    def results_of_part(self, lines: bytes) -> None:
        """Append the results of a part that was run elsewhere: whole lines, as that part's folder has them."""
        if lines:
            self._append(self._results, lines)

    def event(self, event: Event) -> None:
        """Append one event."""
        self._append(self._events, encode(event) + b"\n")

    def changed(self) -> tuple[str, ...]:
        """The files that are not, or no longer, what was written here."""
        return tuple(name for name in FILES if _digest(self.path / name) != self._digests[name].hexdigest())

    def written(self) -> Mapping[str, bytes]:
        """What was written, by file, whatever stands in the folder now. Only of a writer that keeps it."""
        assert self._kept is not None  # noqa: S101 - asked for when the writer was made
        return {name: b"".join(pieces) for name, pieces in self._kept.items()}

    def _append(self, stream: io.FileIO, lines: bytes) -> None:
        _append(stream, lines)
        self._wrote(RESULTS if stream is self._results else EVENTS, lines)

    def _wrote(self, name: str, content: bytes) -> None:
        self._digests[name].update(content)
        if self._kept is not None:
            self._kept[name].append(content)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._results.close()
        self._events.close()
        os.close(self._lock)


def _no_link(path: str, flags: int) -> int:
    """Open a file, but no link to one: a folder that somebody else made must not have us write elsewhere."""
    return regular_descriptor(path, flags | NO_LINK)


def _appending(path: Path) -> io.FileIO:
    return io.FileIO(str(path), "ab", opener=_no_link)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path}: can't make the run folder: {error.strerror}") from None


def _check_same(old: Manifest, new: Manifest, path: Path) -> None:
    compared = ("rule_set", "mode", "suites", "seed", "only", "baseline", "shard")
    differences = [name for name in compared if getattr(old, name) != getattr(new, name)]
    if [replace(suite, file="") for suite in old.suites] == [replace(suite, file="") for suite in new.suites]:
        differences = [name for name in differences if name != "suites"]  # one file may be named in two ways
    if old.vendor.file_digest != new.vendor.file_digest:
        differences.append("vendor file")
    if [one.digest for one in old.payer_profiles] != [one.digest for one in new.payer_profiles]:
        differences.append("payer profiles")
    if differences:
        raise UserError(
            f"{path}: can't resume, this run differs from the one begun there in: {', '.join(differences)}; "
            "give what that run was given, or another --out"
        )


def _whole_lines(path: Path) -> Iterator[bytes]:
    try:
        with open_regular(path) as stream:
            while line := stream.readline(MAX_DOCUMENT_BYTES + 2):
                if line.endswith(b"\n") or len(line) > MAX_DOCUMENT_BYTES:  # the latter is refused when it is decoded
                    yield line
    except FileNotFoundError:
        return
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from None


def _cut_torn_line(path: Path) -> None:
    if not path.exists():
        return
    with io.FileIO(str(path), "rb+", opener=_no_link) as stream:
        end = stream.seek(0, os.SEEK_END)
        position = end
        while position > 0:
            step = min(65536, position)
            stream.seek(position - step)
            newline = stream.read(step).rfind(b"\n")
            if newline >= 0:
                position = position - step + newline + 1
                break
            position -= step
        if position != end:
            stream.truncate(position)


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with open_regular(path) as stream:
            while piece := stream.read(1 << 20):
                yield piece
    except OSError:  # not there; or made unreadable: what it holds is then not what was written
        return


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(path):
        digest.update(piece)
    return digest.hexdigest()


def _append(stream: io.FileIO, lines: bytes) -> None:
    try:
        written = stream.write(lines)
    except OSError as error:
        raise _unwritable(stream, error.errno) from None
    if written < len(lines):
        raise _unwritable(stream, errno.ENOSPC)


def _unwritable(stream: io.FileIO, number: int | None) -> "Unwritable":
    return Unwritable(str(stream.name), os.strerror(number or errno.EIO))
