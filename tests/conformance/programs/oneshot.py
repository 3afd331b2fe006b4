"""Small vendors that are started for one case, each behaving in one way: `python3 oneshot.py BEHAVIOUR [ARGUMENT]`."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path


def read() -> dict[str, object]:
    document: dict[str, object] = json.loads(sys.stdin.readline())
    return document


def answer(**changes: object) -> str:
    return json.dumps({"id": read()["id"], "outcome": "coded", "lines": [{"session": "S1", "code": "77412"}], **changes})


def right() -> None:
    """Answers."""
    print(answer())


def pretty() -> None:
    """Answers on many lines."""
    print(json.dumps(json.loads(answer()), indent=2))


def twice() -> None:
    """Answers twice."""
    text = answer()
    print(text + "\n" + text)


def nothing() -> None:
    """Reads, and says nothing."""
    read()


def wrong_id() -> None:
    """Answers another case."""
    print(answer(id="made:99"))


def fails() -> None:
    """Answers, then exits with 4 and a word on standard error."""
    print(answer())
    sys.stderr.write("cannot code this\n")
    sys.exit(4)


def killed() -> None:
    """Is killed by a signal."""
    os.kill(os.getpid(), signal.SIGKILL)


def hangs() -> None:
    """Reads, and hangs."""
    read()
    sys.stderr.write("thinking\n")
    sys.stderr.flush()
    time.sleep(60)


def floods() -> None:
    """Writes for ever."""
    while True:
        sys.stdout.write("x" * 65536)


def fills_stderr() -> None:
    """Writes far more to standard error than a pipe holds, then answers."""
    sys.stderr.write("".join(f"line {number}\n" for number in range(100_000)))
    print(answer())


def deaf() -> None:
    """Closes its input without reading, and answers by heart."""
    os.close(0)
    print(json.dumps({"id": "made:1", "outcome": "out_of_scope"}))


def forks() -> None:
    """Leaves a child that holds the pipes open and writes its pid into the file given."""
    text = answer()
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    Path(sys.argv[2]).write_text(str(child), encoding="ascii")
    print(text)


def xml() -> None:
    """Answers in XML."""
    print(f"<Reply><Ref>{read()['id']}</Ref><Line fx='S1'><Code>77412</Code><Mod>26</Mod></Line></Reply>")


def xml_entities() -> None:
    """Answers in XML with an entity that expands."""
    read()
    print('<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><r>&b;</r>')


def text() -> None:
    """Answers in plain text."""
    print(f"case {read()['id']}\nS1 77412 x2\nS1 77387 x1\nend")


BEHAVIOURS: dict[str, Callable[[], None]] = {
    name: value for name, value in list(globals().items()) if callable(value) and (value.__doc__ or "").endswith(".")
}

if __name__ == "__main__":
    BEHAVIOURS[sys.argv[1]]()
