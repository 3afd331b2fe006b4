"""The adapter for a Python callable, called in threads of this process."""

import asyncio
import importlib
import inspect
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack, chdir, redirect_stdout, suppress
from dataclasses import dataclass
from functools import reduce
from typing import Any

import msgspec

from rtconform.conformance.adapters import SILENT, Log, Reply, Stderr
from rtconform.conformance.adapters.answers import LONGEST_ANSWER
from rtconform.conformance.adapters.exchange import Exchange
from rtconform.conformance.protocol import Question, Writing
from rtconform.conformance.vendors.settings import PythonSettings, Vendor
from rtconform.reference.errors import VendorUnreachable

MOST_HANGING = 64
"""How many calls may hang at the same time before no more are made: a thread can't be killed."""


@dataclass(frozen=True)
class _Called:
    """What a call came to: what it returned, as bytes, or what is wrong."""

    document: bytes = b""
    fault: str = ""
    error: str = ""
    trace: str = ""
    refused: bool = False


@dataclass(frozen=True)
class _Call:
    argument: Any
    done: "asyncio.Future[_Called]"


class _Caller:
    """A thread that calls the function, one call after the other. Daemon: one that hangs does not keep the program alive."""

    def __init__(self, function: Callable[..., Any], loop: asyncio.AbstractEventLoop) -> None:
        self._function = function
        self._loop = loop
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self._run, daemon=True, name="python adapter")
        self.thread.start()

    def call(self, argument: object) -> "asyncio.Future[_Called]":
        """Begin a call."""
        done: asyncio.Future[_Called] = self._loop.create_future()
        self._calls.put(_Call(argument, done))
        return done

    def stop(self) -> None:
        """End the thread once its call has come back."""
        self._calls.put(None)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while (call := self._calls.get()) is not None:
                called = _call(self._function, call.argument, runner)
                with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                    self._loop.call_soon_threadsafe(_finish, call.done, called)


class PythonAdapter:
    """Calls the function in up to `workers` threads at the same time."""

    def __init__(self, vendor: Vendor, settings: PythonSettings, log: Log, workers: int) -> None:
        self.window = workers
        self._vendor = vendor
        self._settings = settings
        self._exchange = Exchange(vendor, log)
        self._function: Callable[..., Any] | None = None
        self._restored = ExitStack()
        self._idle: list[_Caller] = []
        self._hanging: list[_Caller] = []

    async def start(self) -> None:
        """Import the callable, unless the vendor brings it. Raises VendorUnreachable, or UserError for a wrong template."""
        await self._exchange.start()
        # what the callable prints must not get among our results
        self._restored.enter_context(redirect_stdout(sys.stderr))
        self._restored.enter_context(chdir("."))  # a callable that changes into another folder does so for itself
        self._function = self._vendor.function or _import(self._settings.function, str(self._vendor.folder))

    async def ask(self, question: Question, writing: Writing | None = None) -> Reply:
        """Call the function with one case, as a dict, or as text where there is a request template or no JSON."""
        return await self._exchange.ask(question, writing, self._ask)

    async def _ask(self, questions: Sequence[Question], request: bytes) -> Sequence[Reply]:
        (question,) = questions
        return [await self._called(question, request)]

    async def _called(self, question: Question, request: bytes) -> Reply:
        argument = _argument(request) if self._vendor.template is None else request.decode()
        caller = self._free_caller()
        timeout_s = self._settings.timeout_s
        if caller is None:
            return self._exchange.failure("timeout", f"not called: {MOST_HANGING} earlier calls have not come back yet")
        started = time.perf_counter()
        try:
            called = await asyncio.wait_for(caller.call(argument), timeout_s)
        except TimeoutError:
            self._abandon(caller, question.id)
            latency_ms = (time.perf_counter() - started) * 1000
            return self._exchange.failure("timeout", f"no answer within {timeout_s:g} s", latency_ms=latency_ms)
        except asyncio.CancelledError:
            self._abandon(caller, question.id)
            raise
        self._idle.append(caller)
        return await self._reply(question, called, (time.perf_counter() - started) * 1000)

    async def close(self) -> None:
        """End the threads; one whose call hangs ends when its call does."""
        for caller in self._idle:
            caller.stop()
        for caller in self._idle:
            caller.thread.join()
        self._idle.clear()
        self._restored.close()
        await self._exchange.close()

    def _free_caller(self) -> _Caller | None:
        if self._idle:
            return self._idle.pop()
        self._hanging = [caller for caller in self._hanging if caller.thread.is_alive()]
        if len(self._hanging) >= MOST_HANGING:
            return None
        assert self._function is not None  # noqa: S101 - start() comes first
        return _Caller(self._function, asyncio.get_running_loop())

    def _abandon(self, caller: _Caller, case_id: str) -> None:
        caller.stop()
        self._hanging.append(caller)
        self._exchange.event("restart", "a call did not come back in time; a new thread takes over", (case_id,))

    async def _reply(self, question: Question, called: _Called, latency_ms: float) -> Reply:
        trace = self._exchange.shown_tail(called.trace.encode(errors="replace"), cut=False)
        stderr = Stderr(trace, "case") if trace else SILENT
        if called.error:
            detail = f"the callable raised {called.error}"
            return self._exchange.failure("error", detail, stderr=stderr, latency_ms=latency_ms, refused=called.refused)
        if called.fault:
            return self._exchange.failure("invalid", called.fault, called.document, stderr=stderr, latency_ms=latency_ms)
        return await self._exchange.reply(question, called.document, latency_ms=latency_ms)


def _argument(request: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return msgspec.json.decode(request)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return request.decode(errors="replace")


def _call(function: Callable[..., Any], argument: object, runner: asyncio.Runner) -> _Called:
    try:
        returned = function(argument)
        if inspect.isawaitable(returned):
            returned = runner.run(_awaited(returned))
        return _encoded(returned)
    except BaseException as error:  # noqa: BLE001 - SystemExit too: whatever the vendor's code raises is its answer
        lines = traceback.format_exception_only(error)
        trace = "".join(traceback.format_exception(error))
        return _Called(error=lines[-1].strip()[:500], trace=trace, refused=_refuses(error))


def _refuses(error: BaseException) -> bool:
    """Whether the callable says that it can't read its argument: by a ValueError, or as the validating libraries do."""
    return any(kind.__name__ in ("ValueError", "ValidationError", "DecodeError") for kind in type(error).__mro__)


async def _awaited(returned: Any) -> Any:  # noqa: ANN401 - whatever a vendor's callable returns
    return await returned


def _encoded(returned: object) -> _Called:
    if returned is None:
        return _Called(fault="the callable returned None; it must return the answer as a dict or as JSON text")
    if isinstance(returned, str):
        document = returned.encode(errors="replace")
    elif isinstance(returned, (bytes, bytearray, memoryview)):
        document = bytes(returned)
    else:
        try:
            document = msgspec.json.encode(returned)
        except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
            return _Called(fault=f"the callable returned what JSON can't hold: {error}")
    if len(document) > LONGEST_ANSWER:
        return _Called(document[:LONGEST_ANSWER], fault=f"more than {LONGEST_ANSWER} bytes came where one answer is due")
    return _Called(document)


def _finish(done: "asyncio.Future[_Called]", called: _Called) -> None:
    if not done.done():
        done.set_result(called)


def _import(name: str, folder: str) -> Callable[..., Any]:
    module_name, _, attribute = name.partition(":")
    sys.path.insert(0, folder)
    try:
        function = reduce(getattr, attribute.split("."), importlib.import_module(module_name))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        reason = traceback.format_exception_only(error)[-1].strip()
        raise VendorUnreachable(f"{name} can't be imported: {reason}; correct [adapter] callable, or install it") from None
    finally:
        with suppress(ValueError):
            sys.path.remove(folder)
    if not callable(function):
        raise VendorUnreachable(f"{name} is a {type(function).__name__}, not a callable; correct [adapter] callable")
    called: Callable[..., Any] = function
    return called
