"""Vendors that misbehave on some cases and are right on all others: `chaos.py BEHAVIOUR stream|oneshot`.

Which cases are hit depends on the treatment alone, so that a case behaves alike however often and under whatever id it is asked.
`chaos.py` lists the behaviours; `chaos.py BEHAVIOUR MODE --vendor-file` prints a vendor file to try one with.
"""

import json
import os
import resource
import signal
import sys
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "correct"))
import coder as correct  # noqa: E402 - its folder is known only from here

Answer = dict[str, Any]

TIMEOUT_S = 1.0
"""What the vendor files say; a program that is late is later than this."""

ENDLESS_MB = int(os.environ.get("CHAOS_MB", "1024"))


def is_hit(case: dict[str, Any]) -> bool:
    """Whether a behaviour shows on this case: on every fourth treatment or so."""
    told = [case.get(part) for part in ("billing", "plans", "sessions")]
    return zlib.crc32(json.dumps(told, sort_keys=True).encode()) % 4 == 0


def right(case: dict[str, Any]) -> Answer:
    """The correct answer."""
    return correct.answer(case, correct.code(case))


def send(data: bytes) -> None:
    """Write to standard output, all of it, at once."""
    while data:
        data = data[os.write(1, data) :]


def line(answer: Answer) -> bytes:
    """An answer as it should be sent."""
    return json.dumps(answer).encode() + b"\n"


def hang() -> None:
    """Do nothing, for longer than any test lasts."""
    while True:
        time.sleep(600)


def hangs(answer: Answer) -> None:
    """Hangs."""
    del answer
    hang()


def late(answer: Answer) -> None:
    """Answers after its time is up."""
    time.sleep(TIMEOUT_S * 2)
    send(line(answer))


def twice(answer: Answer) -> None:
    """Answers twice."""
    send(line(answer) * 2)


def again_late(answer: Answer) -> None:
    """Answers, and once more half a second later, when other cases are at hand."""
    send(line(answer))
    threading.Timer(0.5, send, [line(answer)]).start()


def out_of_order(answer: Answer) -> None:
    """Answers when a few later cases have been answered."""
    threading.Timer(0.2, send, [line(answer)]).start()


def other_case(answer: Answer) -> None:
    """Answers a case that nobody asked."""
    send(line(answer | {"id": f"{answer['id']}-other"}))


def half_line(answer: Answer) -> None:
    """Sends half of its answer and exits."""
    whole = line(answer)
    send(whole[: len(whole) // 2])
    os._exit(0)


def endless_line(answer: Answer) -> None:
    """Sends a gigabyte without a newline, then its answer."""
    block = b"x" * (1 << 20)
    for _ in range(ENDLESS_MB):
        send(block)
    send(b"\n" + line(answer))


def invalid_utf8(answer: Answer) -> None:
    """Sends an answer with bytes that are no text in its notes."""
    send(line(answer | {"notes": ["?"]}).replace(b"?", b"\xff\xfe\xc3("))


def utf16(answer: Answer) -> None:
    """Sends its answer in UTF-16."""
    send(json.dumps(answer).encode("utf-16") + b"\n")


def deep_json(answer: Answer) -> None:
    """Sends notes a hundred thousand lists deep."""
    send(line(answer | {"notes": "?"}).replace(b'"?"', b"[" * 100_000 + b"]" * 100_000))


def nan(answer: Answer) -> None:
    """Sends numbers that JSON has not."""
    send(line(answer | {"lines": [{"session": "S1", "code": "77412", "units": float("nan")}]}))


def huge_number(answer: Answer) -> None:
    """Sends a number of half a million digits."""
    send(line(answer | {"lines": [{"session": "S1", "code": "77412", "units": "?"}]}).replace(b'"?"', b"9" * 500_000))


def nul_bytes(answer: Answer) -> None:
    """Sends NUL characters, in text and beside it."""
    send(b"\0\0" + line(answer | {"notes": ["\0"]}))


def no_object(answer: Answer) -> None:
    """Sends a web page where an answer is due."""
    send(f"<html><title>{answer['id']}</title></html>\n".encode())


def blank_lines(answer: Answer) -> None:
    """Sends half a megabyte of blank lines, then its answer."""
    send(b"\n" * (1 << 19) + line(answer))


def byte_by_byte(answer: Answer) -> None:
    """Sends its answer a byte at a time."""
    for byte in line(answer):
        send(bytes([byte]))


def floods(answer: Answer) -> None:
    """Answers cases that nobody asked, for ever."""
    whole = line(answer | {"id": "flood:1"}) * 200
    while True:
        send(whole)


def fills_stderr(answer: Answer) -> None:
    """Writes 64 MB to standard error before its answer."""
    block = (b"all is well " * 8 + b"\n") * 10_000
    for _ in range(64):
        os.write(2, block)
    send(line(answer))


def closes_output(answer: Answer) -> None:
    """Closes its output and stays."""
    del answer
    os.close(1)
    hang()


def closes_input(answer: Answer) -> None:
    """Closes its input and stays, without an answer."""
    del answer
    os.close(0)
    hang()


def crashes(answer: Answer) -> None:
    """Crashes with a traceback."""
    raise RuntimeError(f"out of luck at {answer['id']}")


def segfaults(answer: Answer) -> None:
    """Is killed by a signal."""
    del answer
    os.kill(os.getpid(), signal.SIGSEGV)


def stops(answer: Answer) -> None:
    """Stops itself, as Ctrl-Z does."""
    del answer
    os.kill(os.getpid(), signal.SIGSTOP)


def ignores_sigterm(answer: Answer) -> None:
    """Ignores every signal that can be ignored, and hangs."""
    del answer
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    hang()


def leaks_memory(answer: Answer) -> None:
    """Takes memory until there is no more (it may have 256 MB), and dies of it."""
    del answer
    resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))
    kept = []
    while True:
        kept.append(bytearray(1 << 20))


def forks(answer: Answer) -> None:
    """Leaves a child that holds all pipes open, and exits without an answer."""
    del answer
    if os.fork() == 0:
        hang()
    os._exit(1)


def escapes(answer: Answer) -> None:
    """Leaves a grandchild in a session of its own, as a daemon, that holds all pipes open; exits without an answer."""
    del answer
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            hang()
        os._exit(0)
    os.wait()
    os._exit(1)


def never_reads() -> None:
    """Never reads its input."""
    hang()


def never_answers() -> None:
    """Reads all its input and says nothing."""
    while os.read(0, 1 << 16):
        pass
    hang()


def exits() -> None:
    """Exits at once."""
    os._exit(7)


def flips() -> None:
    """Closes all its pipes and lives on."""
    for descriptor in range(3):
        os.close(descriptor)
    hang()


ON_SOME: dict[str, Callable[[Answer], None]] = {
    behaviour.__name__: behaviour
    for behaviour in (
        *(hangs, late, twice, again_late, out_of_order, other_case, half_line, endless_line, invalid_utf8, utf16, deep_json, nan),
        *(huge_number, nul_bytes, no_object, blank_lines, byte_by_byte, floods, fills_stderr, closes_output, closes_input),
        *(crashes, segfaults, stops, ignores_sigterm, leaks_memory, forks, escapes),
    )
}
ON_ALL: dict[str, Callable[[], None]] = {
    behaviour.__name__: behaviour for behaviour in (never_reads, never_answers, exits, flips)
}
STREAM_ONLY = {"again_late", "out_of_order"}
"""What has no meaning for a program that answers one case and ends."""


def vendor_file(behaviour: str, mode: str) -> str:
    """The vendor file for a behaviour in a mode."""
    about = (ON_SOME.get(behaviour) or ON_ALL[behaviour]).__doc__
    command = [sys.executable, "-S", str(HERE / "chaos.py"), behaviour, mode]
    return (
        f'# {about}\n[vendor]\nname = "Chaos: {behaviour} ({mode})"\nversion = "1"\n\n[adapter]\nkind = "cli"\n'
        f'command = {json.dumps(command)}\nmode = "{mode}"\ntimeout_s = {TIMEOUT_S}\nworkers = 2\n'
    )


def main(name: str, mode: str) -> None:
    """Answer what comes on standard input."""
    if name in ON_ALL:
        ON_ALL[name]()
    for request in sys.stdin.buffer:
        case = json.loads(request)
        if is_hit(case):
            ON_SOME[name](right(case))
        else:
            send(line(right(case)))
        if mode == "oneshot":
            return


if __name__ == "__main__":
    if len(sys.argv) == 1:
        for behaviour_name, behaviour in (ON_SOME | ON_ALL).items():
            print(f"{behaviour_name:16} {behaviour.__doc__}")
    elif sys.argv[3:] == ["--vendor-file"]:
        print(vendor_file(*sys.argv[1:3]), end="")
    else:
        main(*sys.argv[1:3])
