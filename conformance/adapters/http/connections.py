"""Kept connections to a web service, with nothing left on them that could be taken for the next answer.

A service that sends more than it was asked for (an answer twice, say) leaves bytes on a connection, and the next request on it
would read them first. aiohttp hands such a connection out again. This module looks first, as urllib3 and httpcore do. Bytes that
arrive after the next request was sent can't be distinguished from its answer, but carry another id, or are not HTTP: then the
connection is used no more (`drop`), and the question is put again on one that nobody has used (`fresh`).
"""

import select
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakKeyDictionary

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

_last: ContextVar[tuple[ResponseHandler, bool]] = ContextVar("_last")
_fresh: ContextVar[bool] = ContextVar("_fresh", default=False)


class Connections(aiohttp.TCPConnector):
    """Up to `limit` connections at the same time, each kept for as long as nothing comes on it unasked.

    `tls`: what https goes by; None: as the system does it.
    """

    def __init__(self, limit: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(limit=limit, ssl=tls or True)
        self._waiting: WeakKeyDictionary[ResponseHandler, Callable[[], bool]] = WeakKeyDictionary()

    async def connect(self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout) -> Connection:
        """A connection that is new, or kept and silent; inside `fresh` a new one only."""
        while True:
            connection = await super().connect(req, traces, timeout)
            protocol = connection.protocol
            assert protocol is not None  # noqa: S101 - only a connection that was given back has none
            waiting = self._waiting.get(protocol)
            if waiting is None:
                self._waiting[protocol] = _waiting(connection)
            if waiting is None or not (_fresh.get() or protocol.should_close or waiting()):
                _last.set((protocol, waiting is not None))
                return connection
            connection.close()


@contextmanager
def fresh() -> Iterator[None]:
    """The requests of this task go over connections that nobody has used; kept ones that are in the way are closed."""
    before = _fresh.set(True)
    try:
        yield
    finally:
        _fresh.reset(before)


def was_kept() -> bool:
    """Whether the last request of this task went over a connection that had been used before."""
    return _last.get()[1]


def drop() -> None:
    """The connection of this task's last request is used no more."""
    _last.get()[0].force_close()


def _waiting(connection: Connection) -> Callable[[], bool]:
    """Tells whether something waits to be read on a connection: bytes that nobody asked for, or the end."""
    assert connection.transport is not None  # noqa: S101 - as above
    its_socket = connection.transport.get_extra_info("socket")
    if sys.platform == "win32":
        return lambda: bool(select.select([its_socket], [], [], 0)[0])
    poll = select.poll()
    poll.register(its_socket, select.POLLIN)
    return lambda: bool(poll.poll(0))
