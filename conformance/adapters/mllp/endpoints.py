"""The two ends of MLLP: connections to the vendor, and the address of ours to which it may connect. TLS for both."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from rtconform.conformance.adapters.answers import LONGEST_ANSWER
from rtconform.conformance.adapters.connecting import host_and_port, why_not_connected
from rtconform.conformance.adapters.mllp.connection import Connection, Take
from rtconform.conformance.adapters.tls import connecting, listening, not_accepted, why_no_tls
from rtconform.conformance.vendors.settings import MllpSettings
from rtconform.reference.errors import VendorUnreachable

CONNECT_LIMIT_S = 10.0
MOST_CONNECTIONS = 64
"""How many connections the vendor may hold to our address at the same time."""


class Endpoints:
    """Opens connections whose messages go to `take`. Paths of certificates are relative to `folder`.

    `tell` is called with what happens to a connection that the vendor opens and that comes to nothing.
    """

    def __init__(self, settings: MllpSettings, folder: Path, take: Take, tell: Callable[[str], None]) -> None:
        self._settings, self._folder, self._take, self._tell = settings, folder, take, tell
        self._server: asyncio.Server | None = None
        self._listening: ssl.SSLContext | None = None
        self._held: set[Connection] = set()
        self._opening = 0

    async def connect(self) -> Connection:
        """A connection to the vendor. Raises VendorUnreachable."""
        settings = self._settings
        place = f"{settings.host}:{settings.port}"
        limit = min(CONNECT_LIMIT_S, settings.timeout_s)
        tls = connecting(settings, self._folder) if settings.tls else None
        try:
            reader, writer = await asyncio.wait_for(
                asyncio.open_connection(settings.host, settings.port, ssl=tls, limit=LONGEST_ANSWER), limit
            )
        except TimeoutError:
            raise VendorUnreachable(f"no {'TLS ' if settings.tls else ''}connection to {place} within {limit:g} s") from None
        except ssl.SSLCertVerificationError as error:
            raise VendorUnreachable(not_accepted(place, error)) from None
        except ssl.SSLError as error:
            raise VendorUnreachable(f"no TLS with {place}: {why_no_tls(error)}") from None
        except (OSError, UnicodeError) as error:
            what = f"can't connect to {place}: {why_not_connected(error)}"
            raise VendorUnreachable(f"{what}; is the system running, are [adapter] host and port right?") from None
        return self._connection(reader, writer)

    async def listen(self) -> None:
        """Take connections at our address, where there is one. Raises VendorUnreachable."""
        if not self._settings.listen:
            return
        host, port = host_and_port(self._settings.listen)
        self._listening = listening(self._settings, self._folder) if self._settings.tls else None
        try:
            self._server = await asyncio.start_server(self._taken, host, port, limit=LONGEST_ANSWER)
        except OSError as error:
            what = f"can't listen on {self._settings.listen} for answers: {error.strerror}"
            raise VendorUnreachable(f"{what}; is [adapter] listen free?") from None

    async def close(self) -> None:
        """Listen no more, and close what the vendor opened."""
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*(connection.close() for connection in self._held))

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._held) + self._opening >= MOST_CONNECTIONS:
            writer.close()
            return
        if self._listening is not None and not await self._secured(writer, self._listening):
            return
        connection = self._connection(reader, writer)
        self._held.add(connection)
        await connection.finished()
        self._held.discard(connection)

    async def _secured(self, writer: asyncio.StreamWriter, context: ssl.SSLContext) -> bool:
        """Begin TLS on a connection that the vendor opened; asyncio's own server would say of a failure nothing at all."""
        self._opening += 1
        try:
            await writer.start_tls(context, ssl_handshake_timeout=CONNECT_LIMIT_S)
        except OSError as error:
            self._tell(f"mllp: a connection to {self._settings.listen} was refused: {why_no_tls(error)}")
            writer.close()
            return False
        finally:
            self._opening -= 1
        return True

    def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Connection:
        found: socket.socket | None = writer.get_extra_info("socket")
        if found is not None:
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each message waits for the ACK of the one before
        return Connection(reader, writer, self._take)
