"""A small web service of ours to which a vendor posts its answers: one body, one answer."""

import ssl
from collections.abc import Callable

from aiohttp import web

from rtconform.conformance.adapters.answers import LONGEST_ANSWER
from rtconform.conformance.adapters.awaited import AwaitedAnswers
from rtconform.conformance.adapters.connecting import host_and_port
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.reference.errors import VendorUnreachable

CLOSE_LIMIT_S = 0.5


class Listener:
    """Takes what is posted or put to any path of `address` (host:port), and says 204 once it is taken.

    `tls` makes what https goes by; where it makes nothing, http is spoken.
    """

    def __init__(
        self, address: str, exchange: Exchange, awaited: AwaitedAnswers, tls: Callable[[], ssl.SSLContext | None]
    ) -> None:
        self._address, self._tls = address, tls
        self._exchange, self._awaited = exchange, awaited
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen. Raises VendorUnreachable where the address can't be had."""
        tls = self._tls()
        service = web.Application(client_max_size=LONGEST_ANSWER)
        service.router.add_post("/{path:.*}", self._take)
        service.router.add_put("/{path:.*}", self._take)
        runner = self._runner = web.AppRunner(service, access_log=None, shutdown_timeout=CLOSE_LIMIT_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, *host_and_port(self._address), ssl_context=tls).start()
        except OSError as error:
            what = f"can't listen on {self._address} for answers: {error.strerror}"
            raise VendorUnreachable(f"{what}; is [adapter] listen free?") from None

    async def close(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        try:
            content = await request.read()
        except web.HTTPRequestEntityTooLarge:
            self._exchange.event("stray_output", f"answers: a body of more than {LONGEST_ANSWER} bytes was posted: not read")
            raise
        await self._awaited.take(content)
        return web.Response(status=204)
