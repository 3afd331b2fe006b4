"""Parts of a page that are stored compressed, and whether two pages say the same whatever compressed them.

The same text may be compressed to other bytes by another release of zlib, so pages are compared by what is unpacked.
"""

import base64
import binascii
import json
import re
import zlib
from array import array
from collections.abc import Iterator

_PACKED = re.compile(rb'(<script type="application/octet-stream" id="[a-z0-9-]+">)([^<]*)(?=</script>)')
"""A packed part as the template of the report writes it; `[^<]`, so that what is not base64 is found, and refused."""


def pack(value: object) -> str:
    """A JSON value, compressed, as base64. What its objects hold is compressed one by one: never is all of it there as text."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"".join([*(compressor.compress(text.encode("utf-8", "replace")) for text in _texts(value)), compressor.flush()])
    return base64.b64encode(packed).decode("ascii")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for number, (name, item) in enumerate(value.items()):
            yield f"{',' if number else '{'}{json.dumps(name)}:"
            yield from _texts(item)
        yield "}" if value else "{}"
    else:
        plain = value.tolist() if isinstance(value, array) else value
        yield json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def same_page(made: bytes, found: bytes) -> bool:
    """Whether a page that came from elsewhere says what the page made here says, to the byte, once both are unpacked."""
    ours, theirs = _PACKED.split(made), _PACKED.split(found)
    if len(ours) != len(theirs):
        return False
    return all(
        mine == other or (place % 3 == 2 and _same_packed(mine, other))
        for place, (mine, other) in enumerate(zip(ours, theirs, strict=True))
    )


def _same_packed(made: bytes, found: bytes) -> bool:
    text = zlib.decompress(base64.b64decode(made), -zlib.MAX_WBITS)
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        told = unpacker.decompress(base64.b64decode(found, validate=True), len(text) + 1)  # no more: it may be a bomb
    except (binascii.Error, zlib.error):
        return False
    return told == text and unpacker.eof and not unpacker.unused_data
