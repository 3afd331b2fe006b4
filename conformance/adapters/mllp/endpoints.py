"""The two ends of MLLP: connections to the vendor, and the address of ours to which it may connect. TLS for both."""

import asyncio
import socket
import ssl
from pathlib import Path

from rtconform.conformance.adapters.answers import LONGEST_ANSWER
from rtconform.conformance.adapters.connecting import host_and_port, why_not_connected
from rtconform.conformance.adapters.mllp.connection import Connection, Take
from rtconform.conformance.vendors.settings import MllpSettings
from rtconform.reference.errors import VendorUnreachable

CONNECT_LIMIT_S = 10.0
MOST_CONNECTIONS = 64
"""How many connections the vendor may hold to our address at the same time."""


class Endpoints:
    """Opens connections whose messages go to `take`. Paths of certificates are relative to `folder`."""

    def __init__(self, settings: MllpSettings, folder: Path, take: Take) -> None:
        self._settings, self._folder, self._take = settings, folder, take
        self._server: asyncio.Server | None = None
        self._held: set[Connection] = set()

    async def connect(self) -> Connection:
        """A connection to the vendor. Raises VendorUnreachable."""
        settings = self._settings
        place = f"{settings.host}:{settings.port}"
        limit = min(CONNECT_LIMIT_S, settings.timeout_s)
        try:
            reader, writer = await asyncio.wait_for(
                asyncio.open_connection(
                    settings.host, settings.port, ssl=self._tls(ssl.Purpose.SERVER_AUTH), limit=LONGEST_ANSWER
                ),
                limit,
            )
        except TimeoutError:
            raise VendorUnreachable(f"no {'TLS ' if settings.tls else ''}connection to {place} within {limit:g} s") from None
        except ssl.SSLCertVerificationError as error:
            advice = "name the authority that signed it: [adapter] authority"
            raise VendorUnreachable(f"the certificate of {place} is not accepted: {error.verify_message}; {advice}") from None
        except ssl.SSLError as error:
            raise VendorUnreachable(f"no TLS with {place}: {error.reason or error}; is [adapter] tls right?") from None
        except (OSError, UnicodeError) as error:
            what = f"can't connect to {place}: {why_not_connected(error)}"
            raise VendorUnreachable(f"{what}; is the system running, are [adapter] host and port right?") from None
        return self._connection(reader, writer)

    async def listen(self) -> None:
        """Take connections at our address, where there is one. Raises VendorUnreachable."""
        if not self._settings.listen:
            return
        host, port = host_and_port(self._settings.listen)
        tls = self._tls(ssl.Purpose.CLIENT_AUTH)
        try:
            self._server = await asyncio.start_server(self._taken, host, port, ssl=tls, limit=LONGEST_ANSWER)
        except OSError as error:
            what = f"can't listen on {self._settings.listen} for answers: {error.strerror}"
            raise VendorUnreachable(f"{what}; is [adapter] listen free?") from None

    async def close(self) -> None:
        """Listen no more, and close what the vendor opened."""
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*(connection.close() for connection in self._held))

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._held) >= MOST_CONNECTIONS:
            writer.close()
            return
        connection = self._connection(reader, writer)
        self._held.add(connection)
        await connection.finished()
        self._held.discard(connection)

    def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Connection:
        found: socket.socket | None = writer.get_extra_info("socket")
        if found is not None:
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each message waits for the ACK of the one before
        return Connection(reader, writer, self._take)

    def _tls(self, purpose: ssl.Purpose) -> ssl.SSLContext | None:
        """TLS as the vendor file has it, to connect or to be connected to. Raises VendorUnreachable."""
        if not self._settings.tls:
            return None
        try:
            context = ssl.create_default_context(purpose, cafile=self._path(self._settings.authority))
            if (certificate := self._path(self._settings.certificate)) is not None:
                context.load_cert_chain(certificate, self._path(self._settings.key))
        except OSError as error:  # an ssl.SSLError is one
            raise VendorUnreachable(f"[adapter] authority, certificate or key can't be used: {error}") from None
        return context

    def _path(self, name: str) -> str | None:
        return str(self._folder / name) if name else None
