"""The translator's process: renders request templates and reads vendors' own answers, where neither can do harm.

The template sandbox guards attributes, not time or memory, and a pattern can run for ever. So both run here: this
process limits its own memory, and its parent (`client.py`) kills it when a request takes too long.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from rtconform.conformance.adapters.translation.formatted import formatted
from rtconform.conformance.adapters.translation.frames import (
    CONFIGURE,
    FAULTY,
    GOOD,
    HEAD,
    HELLO,
    READ,
    RENDER,
    Handler,
    Refusal,
    Refused,
)
from rtconform.conformance.plain_data import MappingFault
from rtconform.conformance.protocol import RoleName
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import Response
from rtconform.formats.settings import AnswerSettings, FormatSettings

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from rtconform.conformance.adapters.translation.mapping import AnswerMapping

if sys.platform != "win32":
    import resource

MEMORY = 512 * 1024 * 1024
"""How much memory a translation may take beyond what the process starts with, in bytes."""

LONGEST_REQUEST = 1024 * 1024
"""Longest rendered request, in bytes."""

ORPHAN_LIMIT_S = 30
"""When a translation whose parent has died ends by itself; a living parent kills it long before."""


class Configuration(msgspec.Struct, frozen=True):
    """What is to be translated, for a vendor in `role`. `one_line`: a request must be one line; `json`: it must be JSON."""

    role: RoleName
    template: str | None
    template_name: str
    one_line: bool
    json: bool
    response: Response | None
    format: FormatSettings = FormatSettings()
    answers: AnswerSettings = AnswerSettings()


def main() -> None:
    """Answer frames until standard input ends."""
    _limit_memory()
    handlers: dict[bytes, Handler] = {HELLO: lambda _: b""}
    output = sys.stdout.buffer
    for kind, payload in _frames(sys.stdin.buffer):
        _alarm(ORPHAN_LIMIT_S)
        try:
            if kind == CONFIGURE:
                handlers |= _configured(msgspec.json.decode(payload, type=Configuration))
                status, reply = GOOD, b""
            else:
                status, reply = GOOD, handlers[kind](payload)
        except Refused as refused:
            status, reply = FAULTY, msgspec.json.encode(refused.refusal)
        except MemoryError:
            refusal = Refusal(f"it needs more than {MEMORY // 1024**2} MiB of memory")
            status, reply = FAULTY, msgspec.json.encode(refusal)
        _alarm(0)
        output.write(HEAD.pack(len(reply) + 1, status) + reply)
        output.flush()


def _alarm(seconds: int) -> None:
    if sys.platform != "win32":
        signal.alarm(seconds)


def _frames(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    while len(head := stream.read(HEAD.size)) == HEAD.size:
        length, kind = HEAD.unpack(head)
        yield kind, stream.read(length - 1)


def _limit_memory() -> None:
    if sys.platform != "win32":  # this module is imported everywhere, its process starts on POSIX only (`program/child.py`)
        with suppress(OSError, ValueError):  # not every system has the limit or reports a size; time is limited anyway
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            limit = pages * resource.getpagesize() + MEMORY
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _configured(configuration: Configuration) -> dict[bytes, Handler]:
    handlers: dict[bytes, Handler] = {}
    if configuration.template is not None:
        template = _compile(configuration.template, configuration.template_name)
        handlers[RENDER] = lambda case: _render(template, configuration, case)
    if configuration.response is not None:
        from rtconform.conformance.adapters.translation.mapping import AnswerMapping  # noqa: PLC0415 - 40 ms, needed only here

        mapping = AnswerMapping(configuration.response, configuration.role)
        handlers[READ] = lambda document: _read(mapping, document)
    if not configuration.format.plain:
        handlers |= formatted(configuration.role, configuration.format, configuration.answers)
    return handlers


def _compile(source: str, name: str) -> "Template":
    import jinja2  # noqa: PLC0415 - 60 ms, needed only where there is a template

    environment = _environment()
    try:
        code = environment.compile(source, name=name, filename=name)
    except jinja2.TemplateSyntaxError as error:
        raise Refused(Refusal(error.message or "syntax error", error.lineno)) from None
    except (RecursionError, OverflowError, ValueError) as error:
        raise Refused(Refusal(f"can't be compiled: {error}")) from None
    return environment.template_class.from_code(environment, code, environment.globals)


def _environment() -> "ImmutableSandboxedEnvironment":
    from jinja2 import StrictUndefined  # noqa: PLC0415 - 60 ms, needed only where there is a template
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - the same

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # the request may be JSON, XML or text: the template says which escape it needs
        keep_trailing_newline=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.clear()
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    return environment


def _render(template: "Template", configuration: Configuration, case: bytes) -> bytes:
    values = msgspec.json.decode(case)
    try:
        text = "".join(_bounded(template.generate({**values, ROLES[configuration.role].wire.question: values})))
    except (Refused, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a template can raise whatever the values that it handles can
        what = str(error) or type(error).__name__
        raise Refused(Refusal(what[:500], _template_line(error, configuration.template_name))) from None
    return _formed(text.encode(errors="replace"), configuration)


def _bounded(parts: Iterator[str]) -> Iterator[str]:
    length = 0
    for part in parts:
        length += len(part)
        if length > LONGEST_REQUEST:
            raise Refused(Refusal(f"the request becomes longer than {LONGEST_REQUEST} bytes"))
        yield part


def _formed(request: bytes, configuration: Configuration) -> bytes:
    if len(request) > LONGEST_REQUEST:
        raise Refused(Refusal(f"the request becomes longer than {LONGEST_REQUEST} bytes"))
    request = request.strip()
    if not request:
        raise Refused(Refusal("the request becomes empty"))
    lines = request.splitlines()
    if configuration.json or (configuration.one_line and len(lines) > 1):
        try:
            msgspec.json.decode(request)
            compact = msgspec.json.format(request, indent=-1)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            what = "the content type says JSON" if configuration.json else f"it has {len(lines)} lines where one is sent"
            raise Refused(Refusal(f"the request becomes no JSON, and {what}: {error}")) from None
        return compact if configuration.one_line else request
    return request


def _template_line(error: BaseException, name: str) -> int | None:
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _read(mapping: "AnswerMapping", document: bytes) -> bytes:
    try:
        return msgspec.json.encode(mapping.answer(document))
    except MappingFault as fault:
        raise Refused(Refusal(fault.what[:1000], case_id=fault.case_id)) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused(Refusal(f"can't be read: {str(error)[:500]}")) from None


if __name__ == "__main__":
    main()
