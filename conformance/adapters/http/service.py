"""The adapter for a web service: one request a case."""

import asyncio
import datetime as dt
import logging
import ssl
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

import aiohttp
import msgspec
import stamina
from yarl import URL

from rtconform._version import __version__
from rtconform.conformance.adapters import Log, Reply
from rtconform.conformance.adapters.answers import LONGEST_ANSWER
from rtconform.conformance.adapters.connecting import why_not_connected
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.adapters.http import connections, redirects
from rtconform.conformance.adapters.tls import connecting, fault_in, not_accepted, why_no_tls
from rtconform.conformance.protocol import Question, Writing
from rtconform.conformance.vendors.settings import HttpSettings, Vendor
from rtconform.reference.errors import VendorUnreachable

TRIES = 3
"""How often a case is sent where the service says that it is busy (429, 503) or drops an idle connection."""

CONNECT_LIMIT_S = 10.0

_CHUNK = 16 * 1024
_ABOUT_THE_WAY = (401, 403, 404, 405, 407, 408, 429)  # 4xx that says nothing of the document
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}

# stamina says every retry in the log; without a log of the user's own that would end up on standard error
logging.getLogger("stamina").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class _Response:
    status: int
    body: bytes
    fault: str = ""
    location: str = ""
    not_followed: str = ""
    tries: int = 1


class _Busy(Exception):
    """The service asks to be asked later."""

    def __init__(self, response: _Response, wait_s: float | None) -> None:
        super().__init__(response.status)
        self.response = response
        self.wait_s = wait_s


class HttpAdapter:
    """Keeps up to `workers` requests under way. TLS certificates are checked; redirects lead only where the vendor file says."""

    def __init__(self, vendor: Vendor, settings: HttpSettings, log: Log, workers: int) -> None:
        self.window = workers
        self._settings = settings
        self._folder = vendor.folder
        self._tls: ssl.SSLContext | None = None
        self._url = URL(vendor.filled(settings.url))
        self._redirects_to = frozenset(map(redirects.host_of, settings.allow_redirects_to))
        self._headers = {
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": f"rtconform/{__version__}",
            **{name: vendor.filled(value) for name, value in settings.headers.items()},
            "Content-Type": settings.content_type,
        }
        self._exchange = Exchange(vendor, log)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """See that somebody listens. Raises VendorUnreachable, or UserError where the request template is wrong."""
        await self._exchange.start()
        try:
            if self._url.scheme == "https":
                self._tls = connecting(self._settings, self._folder)
            await self._reach()
        except VendorUnreachable as error:
            raise VendorUnreachable(self._exchange.redactor.text(str(error))) from None  # the host may be secret too
        self._session = aiohttp.ClientSession(
            connector=connections.Connections(self.window, self._tls),
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=None),  # the limit is on a request with all its redirects: see _send
            cookie_jar=aiohttp.DummyCookieJar(),  # a case must not depend on another through a cookie
            auto_decompress=False,  # decompressed here, within bounds
        )

    async def _reach(self) -> None:
        host, port = self._url.host or "", self._url.port or 0
        limit = min(CONNECT_LIMIT_S, self._settings.timeout_s)
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(host, port, ssl=self._tls), limit)
        except TimeoutError:
            over = "TLS " if self._tls else ""
            raise VendorUnreachable(f"{self._named()}: no {over}connection to {host}:{port} within {limit:g} s") from None
        except ssl.SSLCertVerificationError as error:
            raise VendorUnreachable(f"{self._named()}: {not_accepted(f'{host}:{port}', error)}") from None
        except ssl.SSLError as error:
            raise VendorUnreachable(
                f"{self._named()}: no TLS with {host}:{port}: {error.reason or error}; should [adapter] url begin with http://?"
            ) from None
        except UnicodeError:
            raise VendorUnreachable(f"{self._named()}: {host!r} is not the name of a host; is [adapter] url right?") from None
        except OSError as error:
            what = f"{self._named()}: can't connect to {host}:{port}: {why_not_connected(error)}"
            raise VendorUnreachable(f"{what}; is the service running, is [adapter] url right?") from None
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Send one case."""
        return await self._exchange.ask(question, writing, self._ask_on_a_good_connection)

    async def ask_many(self, questions: Sequence[Question]) -> Sequence[Reply]:
        """Send several questions in one request."""
        replies = await self._exchange.ask_many(questions, self._ask)
        return [reply if reply.status == "answered" else msgspec.structs.replace(reply, alone=True) for reply in replies]

    async def _ask_on_a_good_connection(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        replies = await self._ask(questions, request)
        if replies[0].answers_another and connections.was_kept():
            with connections.fresh():  # what came may have been left over from a case before
                return await self._ask(questions, request)
        return replies

    async def _ask(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        started = time.perf_counter()
        response = await self._response(request, started)
        replies: Sequence[Reply] = [response] * len(questions) if isinstance(response, Reply) else []
        if isinstance(response, _Response):
            latency_ms = (time.perf_counter() - started) * 1000
            replies = await self._exchange.replies(questions, response.body, latency_ms=latency_ms)
        if any(reply.status != "answered" for reply in replies):
            connections.drop()
        return replies

    async def _response(self, request: bytes, started: float) -> _Response | Reply:
        """A response whose body may be an answer, or the reply where none came."""
        try:
            response = await self._send_patiently(request)
        except TimeoutError:
            return self._failure("timeout", f"no answer within {self._settings.timeout_s:g} s", started)
        except aiohttp.ClientResponseError as error:  # its status is none that the service sent
            fault = self._failure("error", f"what came is not HTTP: {' '.join(error.message.split())}".rstrip(" ^"), started)
            return msgspec.structs.replace(fault, answers_another=True)  # the rest of something, perhaps
        except (aiohttp.ClientError, OSError, ValueError) as error:
            of_tls = fault_in(error)
            words = f"no TLS: {why_no_tls(of_tls)}" if of_tls is not None else str(error) or type(error).__name__
            return self._failure("error", f"the request failed: {words}", started)
        if status_fault := _status_fault(response):
            refused = 400 <= response.status < 500 and response.status not in _ABOUT_THE_WAY
            return self._failure("error", status_fault, started, response.body, refused=refused)
        if response.fault:
            return self._failure("invalid", response.fault, started, response.body)
        return response

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
        await self._exchange.close()

    async def _send_patiently(self, request: bytes) -> _Response:
        """The response. Trying again costs more to set up than a request, so that is done only once a first try has failed."""
        try:
            return await self._send(request)
        except (_Busy, aiohttp.ClientError, OSError) as error:
            return await self._send_again(request, error)

    async def _send_again(self, request: bytes, failure: Exception) -> _Response:
        """The response, tried again where the first try's `failure` is such that this may help."""
        retrying = stamina.retry_context(
            on=self._wait_before_retry, attempts=TRIES, timeout=None, wait_initial=0.1, wait_max=2.0, wait_jitter=0.1
        )
        tries = 0
        try:
            async for attempt in retrying:
                tries = attempt.num
                with attempt:
                    if tries == 1:
                        raise failure
                    return await self._send(request)
        except _Busy as busy:
            return replace(busy.response, tries=tries)
        raise AssertionError("a retry context ends by returning or raising")

    def _wait_before_retry(self, error: Exception) -> bool | float:
        """Whether to try again, and if the service says when, how many seconds from now."""
        if isinstance(error, _Busy):
            if error.wait_s is None:
                return True
            return error.wait_s if error.wait_s <= self._settings.timeout_s else False
        if isinstance(error, aiohttp.ClientConnectorError):
            return False
        return isinstance(error, (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError))

    async def _send(self, request: bytes) -> _Response:
        async with asyncio.timeout(self._settings.timeout_s):
            url = self._url
            for _ in range(1 + redirects.MOST):
                response = await self._send_to(url, request)
                if not (300 <= response.status < 400 and response.location):
                    return response
                try:
                    url = redirects.followed(url, response.status, response.location, self._redirects_to)
                except redirects.NotFollowed as why:
                    return replace(response, not_followed=str(why))
            return replace(response, not_followed=f"more than {redirects.MOST} in a row are not followed")

    async def _send_to(self, url: URL, request: bytes) -> _Response:
        assert self._session is not None  # noqa: S101 - start() comes first
        async with self._session.request(self._settings.method, url, data=request, allow_redirects=False) as response:
            body, fault = await _bounded_body(response)
            received = _Response(response.status, body, fault, response.headers.get("Location", ""))
            if response.status in (429, 503):
                raise _Busy(received, _retry_after(response.headers.get("Retry-After")))
            return received

    def _failure(self, status: str, detail: str, started: float, received: bytes = b"", *, refused: bool = False) -> Reply:
        latency_ms = (time.perf_counter() - started) * 1000
        return self._exchange.failure(status, detail, received, latency_ms=latency_ms, refused=refused)

    def _named(self) -> str:
        return self._settings.url


def _status_fault(response: _Response) -> str:
    if 200 <= response.status < 300:
        return ""
    if response.not_followed:
        return f"the service answered {response.status}, a redirect to {response.location}: {response.not_followed}"
    hints = {401: "check the headers", 403: "check the headers", 404: "check [adapter] url", 405: "check [adapter] method"}
    hint = f"; {hints[response.status]}" if response.status in hints else ""
    tries = f", {response.tries} times" if response.tries > 1 else ""
    return f"the service answered {response.status}{tries}{hint}"


async def _bounded_body(response: aiohttp.ClientResponse) -> tuple[bytes, str]:
    """The body, decompressed, up to the longest answer; and what is wrong with it, if anything is."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "") and encoding not in _WINDOW_BITS:
        return b"", f"the answer is encoded as {encoding[:50]!r}; use gzip, deflate or none"
    inflate = zlib.decompressobj(_WINDOW_BITS[encoding]) if encoding in _WINDOW_BITS else None
    body = bytearray()
    while not response.content.at_eof():
        chunk = await response.content.read(_CHUNK)
        try:
            body += inflate.decompress(chunk, LONGEST_ANSWER + 1 - len(body)) if inflate else chunk
        except zlib.error as error:
            return bytes(body), f"the answer is not {encoding}, as its header says: {error}"
        if len(body) > LONGEST_ANSWER:
            response.close()
            return bytes(body[:LONGEST_ANSWER]), f"more than {LONGEST_ANSWER} bytes came where one answer is due"
        if inflate and inflate.unused_data:
            response.close()
            return bytes(body), f"more came after the end of the {encoding} data"
    if inflate and not inflate.eof:
        return bytes(body), f"the answer is {encoding}, and its end is missing"
    return bytes(body), ""


def _retry_after(value: str | None) -> float | None:
    """Seconds from now, from a number of seconds or a date; None where nothing usable is said."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value[:10])
    with suppress(ValueError):
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())
    return None
