"""One MLLP connection, whoever opened it: frames read within bounds, acknowledgments matched, messages acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from rtconform.conformance.adapters.answers import LONGEST_ANSWER
from rtconform.conformance.adapters.mllp.framing import (
    FS,
    VT,
    Acknowledgment,
    acknowledged,
    acknowledgments,
    control_of,
    framed,
    header_of,
)
from rtconform.conformance.adapters.tls import why_no_tls

CLOSE_LIMIT_S = 0.5

Take = Callable[[bytes, Acknowledgment | None], Awaitable[None]]
"""Is given each message that came, and what it acknowledges."""


class Broken(Exception):
    """Why a connection is of no more use, in words."""


class Connection:
    """`take` is given everything that comes but acknowledgments that `send` waits for. `used`: it has carried a message."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, take: Take) -> None:
        self._reader, self._writer, self._take = reader, writer, take
        self._waiting: dict[bytes, asyncio.Future[Acknowledgment]] = {}
        self._why = ""
        self.used = False
        self._reading = asyncio.get_running_loop().create_task(self._read())

    @property
    def alive(self) -> bool:
        """Whether it can carry a message, as far as is known."""
        return not self._why and not self._reader.at_eof()

    async def send(self, message: bytes) -> Acknowledgment:
        """Send a message, and wait for the first acknowledgment of it. Raises Broken."""
        if not self.alive:
            raise Broken(self._why or "the connection was closed")
        control = control_of(message)
        waiting: asyncio.Future[Acknowledgment] = asyncio.get_running_loop().create_future()
        self._waiting[control] = waiting
        self.used = True
        try:
            self._writer.write(framed(message))
            await self._writer.drain()
            return await waiting
        except OSError as error:
            await asyncio.wait([self._reading], timeout=CLOSE_LIMIT_S)  # the reader knows why, where the other side said so
            raise Broken(self._why or f"the connection was lost: {why_no_tls(error)}") from None
        finally:
            self._waiting.pop(control, None)

    async def finished(self) -> None:
        """Wait until the connection is over."""
        await asyncio.wait([self._reading])

    async def close(self) -> None:
        """Close it; what waits is told."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._give_up("the connection was closed")
        self._writer.close()
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), CLOSE_LIMIT_S)

    async def _read(self) -> None:
        try:
            while True:
                content = await self._reader.readuntil(FS)
                message = content[:-1].partition(VT)[2].rpartition(VT)[2] if VT in content else b""
                await self._came(message.strip(b"\r\n") or content[:-1].strip())
        except asyncio.IncompleteReadError:
            self._give_up("the connection was closed by the other side")
        except asyncio.LimitOverrunError:
            self._give_up(f"a message of more than {LONGEST_ANSWER} bytes came")
        except OSError as error:
            self._give_up(f"the connection was lost: {why_no_tls(error)}")
        self._writer.close()

    async def _came(self, message: bytes) -> None:
        said = acknowledged(message)
        waiting = self._waiting.get(said.control) if said else None
        if said is None and header_of(message):
            for acknowledgment in acknowledgments(message):
                self._writer.write(framed(acknowledgment))
            await self._writer.drain()
        await self._take(message, said)
        if said is not None and waiting is not None and not waiting.done():
            waiting.set_result(said)

    def _give_up(self, why: str) -> None:
        self._why = self._why or why
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Broken(self._why))
