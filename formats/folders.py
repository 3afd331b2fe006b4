"""A message of several files as the bytes of an archive, for ways that carry one body, and unpacked for who reads files."""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

from rtconform.formats.messages import Part


def pack(parts: Iterable[Part]) -> bytes:
    """The parts as a tar archive: the same parts are the same bytes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for part in parts:
            entry = tarfile.TarInfo(part.name)
            entry.size, entry.mode = len(part.content), 0o644
            archive.addfile(entry, io.BytesIO(part.content))
    return stream.getvalue()


def unpacked(document: bytes) -> list[Part]:
    """The parts of an archive that `pack` made."""
    with tarfile.open(fileobj=io.BytesIO(document), mode="r:") as archive:
        found = [(entry.name, archive.extractfile(entry)) for entry in archive]
        return [Part(Path(name).suffix.lstrip("."), stream.read(), name) for name, stream in found if stream is not None]


def write_folder(parts: Iterable[Part], folder: Path) -> None:
    """Each part as a file of a folder that is there."""
    for part in parts:
        (folder / Path(part.name).name).write_bytes(part.content)
