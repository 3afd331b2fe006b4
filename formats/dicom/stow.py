"""The body of a STOW-RS request: objects one after the other, as multipart/related."""

from collections.abc import Iterable

from rtconform.formats.messages import Part

_BOUNDARY = "a3e0c51d7b4f4d5f9c2b86d0e71f5a49"
MULTIPART = f'multipart/related; type="application/dicom"; boundary={_BOUNDARY}'
"""The media type of a request of `multipart`."""


def multipart(parts: Iterable[Part]) -> bytes:
    """Objects as the body of a request."""
    head = f"--{_BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    return b"".join(head + part.content + b"\r\n" for part in parts) + f"--{_BOUNDARY}--\r\n".encode()
