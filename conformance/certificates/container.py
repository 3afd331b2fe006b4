"""The file of a bundle: a ZIP of stored files whose every byte follows from the names and contents of the files.

Any unpacker reads it. Our reader takes names and sizes from it, packs the files again and compares. If any byte differs, in a
header or a checksum too, the bundle was altered. Nothing is ever inflated, or unpacked to a path.
"""

import io
import re
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from rtconform.reference.errors import UserError

MAX_BYTES = 256 * 1024 * 1024
"""Largest bundle that is read or written."""

MAX_FILES = 32

_NAME = re.compile(rb"[a-z][a-z0-9-]{0,40}(\.[a-z0-9]{1,10}){1,2}")
_LOCAL = struct.Struct("<4s5H3I2H")
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The first day that ZIP knows: the file must not depend on the clock."""
_UNIX = 3
"""The system that a container names as its maker, on every system."""
_PERMISSIONS = 0o100644 << 16


@dataclass(frozen=True)
class Contents:
    """The files of a bundle by name. `altered`: where the container is not what these files are packed as (empty: nowhere)."""

    files: Mapping[str, bytes]
    altered: str = ""


def pack(files: Mapping[str, bytes]) -> bytes:
    """The container of these files, in their order: a pure function of names and contents. Raises UserError where too large."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            if packed.tell() + len(content) > MAX_BYTES:
                raise UserError(f"the bundle would be larger than {MAX_BYTES} bytes, at {name}: certify on fewer cases")
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.create_system, entry.external_attr = _UNIX, _PERMISSIONS
            archive.writestr(entry, content)
    return packed.getvalue()


def unpack(bundle: bytes, source: str) -> Contents:
    """The files in a container. Raises UserError, naming `source` and the place, where there are none to be found."""
    if len(bundle) > MAX_BYTES:
        raise UserError(f"{source}: larger than {MAX_BYTES} bytes, the most that a bundle may have")
    files: dict[str, bytes] = {}
    starts: list[tuple[int, str]] = []
    position = 0
    while bundle[position : position + 4] == b"PK\3\4":
        name, begin, size = _header(bundle, position, source)
        if name in files:
            raise UserError(f"{source}: byte {position}: a second {name}; a bundle holds each file once")
        if len(files) == MAX_FILES:
            raise UserError(f"{source}: byte {position}: more than {MAX_FILES} files, the most that a bundle may have")
        if size > len(bundle) - begin:
            raise UserError(f"{source}: byte {position}: {name} is cut off: get the bundle again")
        files[name] = bundle[begin : begin + size]
        starts.append((position, name))
        position = begin + size
    if not files:
        raise UserError(f"{source}: not a bundle: it does not begin like one; give a file that rtconform certify wrote")
    packed = pack(files)
    if packed == bundle:
        return Contents(files)
    differs = next((i for i, (ours, theirs) in enumerate(zip(packed, bundle, strict=False)) if ours != theirs), None)
    place = min(len(packed), len(bundle)) if differs is None else differs
    within = next((name for start, name in reversed(starts) if start <= place < position), "the table of contents")
    return Contents(files, f"byte {place} ({within}) is not what these contents are packed as")


def _header(bundle: bytes, position: int, source: str) -> tuple[str, int, int]:
    """Name, beginning and size of the file whose header stands at `position`."""
    cut_off = UserError(f"{source}: byte {position}: the file is cut off: get the bundle again")
    try:
        _, _, flags, method, _, _, _, stored, size, name_length, extra_length = _LOCAL.unpack_from(bundle, position)
    except struct.error:
        raise cut_off from None
    if flags or method or stored != size:
        what = "compressed, encrypted or streamed, so somebody packed it again: give the file that rtconform certify wrote"
        raise UserError(f"{source}: byte {position}: {what}")
    end_of_name = position + _LOCAL.size + name_length
    if end_of_name > len(bundle):
        raise cut_off
    name = bundle[position + _LOCAL.size : end_of_name]
    if not _NAME.fullmatch(name):
        raise UserError(f"{source}: byte {position}: {name[:60]!r} is not the name of a file in a bundle")
    return name.decode("ascii"), end_of_name + extra_length, size
