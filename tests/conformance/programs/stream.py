"""Small vendors that read cases line by line, each behaving in one way: `python3 stream.py BEHAVIOUR [ARGUMENT]`."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Case = dict[str, object]


def answer(case: Case, **changes: object) -> str:
    return json.dumps({"id": case["id"], "outcome": "coded", "lines": [{"session": "S1", "code": "77412"}], **changes})


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def cases() -> Iterator[Case]:
    for line in sys.stdin:
        yield json.loads(line)


def is_second(case: Case) -> bool:
    return str(case["id"]).endswith(":2")


def right() -> None:
    """Answers every case."""
    for case in cases():
        say(answer(case))


def backwards() -> None:
    """Waits for three cases, then answers the last first."""
    source = cases()
    for case in reversed([next(source) for _ in range(3)]):
        say(answer(case))


def runaway() -> None:
    """Answers six cases in one piece, the last first, the second such that the pattern `(a+)+$` never ends on it."""
    source = cases()
    asked = [next(source) for _ in range(6)]
    say("\n".join(f"{case['id']} {'a' * 40}{'!' if is_second(case) else ''}" for case in reversed(asked)))
    for case in source:
        say(f"{case['id']} {'a' * 40}{'!' if is_second(case) else ''}")


def twice() -> None:
    """Answers everything twice."""
    for case in cases():
        say(answer(case) + "\n" + answer(case))


def again_later() -> None:
    """Answers the first case a second time when its input has ended."""
    first = None
    for case in cases():
        first = first or case
        say(answer(case))
    if first is not None:
        say(answer(first))


def half_answer() -> None:
    """Exits in the middle of its answer to the second case."""
    for case in cases():
        if is_second(case):
            sys.stdout.write(answer(case)[:40])
            sys.exit(5)
        say(answer(case))


def no_newline() -> None:
    """Answers when its input has been read, without a newline at the end, and exits."""
    sys.stdout.write(answer(next(cases())))


def unknown_id() -> None:
    """Answers cases that nobody asked."""
    for case in cases():
        say(answer(case, id=f"{case['id']}-x"))


def not_json() -> None:
    """Says something else."""
    for _ in cases():
        say("Welcome to Coder 3000")


def chatty() -> None:
    """Says something else beside its answers."""
    for number, case in enumerate(cases()):
        say(f"log line {number}\n{answer(case)}\n")


def no_id() -> None:
    """Leaves the id out."""
    for case in cases():
        document = json.loads(answer(case))
        del document["id"]
        say(json.dumps(document))


def wrong_shape() -> None:
    """Has an outcome that does not exist and a code that is none."""
    for case in cases():
        say(answer(case, outcome="maybe", lines=[{"session": "S1", "code": "99"}]))


def torn() -> None:
    """Sends half an answer to the second case."""
    for case in cases():
        say(answer(case)[:40] if is_second(case) else answer(case))


def long_line() -> None:
    """Sends a line of ten megabytes for the second case."""
    for case in cases():
        say("x" * 10_000_000 if is_second(case) else answer(case))


def long_answer() -> None:
    """Sends an answer of ten megabytes for the second case."""
    for case in cases():
        say(answer(case, notes=["x" * 10_000_000]) if is_second(case) else answer(case))


def binary() -> None:
    """Sends binary garbage, with and without newlines, before every answer."""
    for case in cases():
        sys.stdout.buffer.write(bytes(range(256)) * 4 + b"\n\xff\xfe\x00\n")
        say(answer(case))


def never() -> None:
    """Reads and never answers."""
    for _ in cases():
        pass
    time.sleep(60)


def hangs() -> None:
    """Hangs on the second case."""
    for case in cases():
        if is_second(case):
            time.sleep(60)
        say(answer(case))


def ignores() -> None:
    """Passes over the second case."""
    for case in cases():
        if not is_second(case):
            say(answer(case))


def crashes() -> None:
    """Exits with 3 on the second case, after a word on standard error."""
    for case in cases():
        if is_second(case):
            sys.stderr.write("boom on the second\n")
            sys.exit(3)
        say(answer(case))


def buffered_crash() -> None:
    """Holds all answers back and crashes on the second case, so that they are lost with it."""
    for case in cases():
        if is_second(case):
            os._exit(3)
        sys.stdout.write(answer(case) + "\n")
        if str(case["id"]).endswith(":9"):
            sys.stdout.flush()


def segfaults() -> None:
    """Is killed by a signal on the second case."""
    for case in cases():
        if is_second(case):
            os.kill(os.getpid(), signal.SIGSEGV)
        say(answer(case))


def exits() -> None:
    """Exits at once."""
    sys.exit(7)


def one_only() -> None:
    """Answers one case and exits."""
    say(answer(next(cases())))


def fills_stderr() -> None:
    """Writes far more to standard error than a pipe holds, before every answer."""
    for case in cases():
        sys.stderr.write("".join(f"line {number} of case {case['id']}\n" for number in range(20_000)))
        sys.stderr.flush()
        say(answer(case))


def forks() -> None:
    """Leaves a child that holds the pipes open, writes its pid into the file given, answers, exits on the second case."""
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    Path(sys.argv[2]).write_text(str(child), encoding="ascii")
    for case in cases():
        if is_second(case):
            os._exit(0)
        say(answer(case))


def closes_output() -> None:
    """Answers one case, closes its output and stays."""
    say(answer(next(cases())))
    os.close(1)
    time.sleep(60)


def html() -> None:
    """Puts HTML everywhere that takes text."""
    for case in cases():
        say(answer(case, lines=[{"session": "<script>alert(1)</script>", "code": "77412"}], notes=["<img src=x onerror=y>"]))


def tells_secret() -> None:
    """Prints its licence on standard error, as a stray line and as a note."""
    licence = os.environ["LICENSE"]
    for case in cases():
        sys.stderr.write(f"licence {licence} is fine\n")
        sys.stderr.flush()
        say(f"using {licence}")
        say(answer(case, notes=[f"done with {licence}"]))


def own_shape() -> None:
    """Has requests and answers of its own."""
    for case in cases():
        charges = [{"fx": "S1", "cpt": 77412, "mods": "26, 59", "qty": "2"}]
        say(json.dumps({"ref": case["visit"], "status": "OK", "charges": charges, "remark": "fine"}))


BEHAVIOURS: dict[str, Callable[[], None]] = {
    name: value for name, value in list(globals().items()) if callable(value) and (value.__doc__ or "").endswith(".")
}

if __name__ == "__main__":
    BEHAVIOURS[sys.argv[1]]()
