"""TLS of associations: pynetdicom says of a failure in its own log alone, so that the connection has to tell it."""

import ssl
from collections.abc import Callable
from typing import Any, cast


class Secured:
    """Stands for the context of one association. `failure`: what went wrong with TLS; None: nothing."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._made: _Telling | None = None
        self.failure: OSError | None = None

    def wrap_socket(self, *args: Any, **named: Any) -> "_Telling":  # noqa: ANN401 - whatever pynetdicom says
        """A connection by TLS that tells what goes wrong."""
        made = cast("_Telling", self._context.wrap_socket(*args, **named))
        made.tell = self._failed
        self._made = made
        return made

    def close(self) -> None:
        """Close the connection; pynetdicom leaves one open that came to nothing."""
        if self._made is not None:
            self._made.close()

    def _failed(self, error: OSError) -> None:
        # what is sent may find the connection closed before what came is read, which says why
        if self.failure is None or isinstance(self.failure, ssl.SSLEOFError):
            self.failure = error


def telling(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same context, whose connections tell what goes wrong."""
    context.sslsocket_class = _Telling
    return context


class _Telling(ssl.SSLSocket):
    tell: Callable[[OSError], None]

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - as ssl has it
        try:
            super().do_handshake(block)
        except OSError as error:
            self.tell(error)
            raise

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        # of TLS 1.3 a server says only after our handshake that it takes no certificate of ours
        try:
            return super().recv(buflen, flags)
        except ssl.SSLError as error:
            self.tell(error)
            raise

    def send(self, data: Any, flags: int = 0) -> int:  # noqa: ANN401 - as ssl has it
        try:
            return super().send(data, flags)
        except ssl.SSLError as error:
            self.tell(error)
            raise
