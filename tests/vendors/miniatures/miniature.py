"""Vendors in miniature, each with one bad habit: `miniature.py BEHAVIOUR` answers cases as the behaviour's docstring says."""

import json
import secrets
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "correct"))
import coder as correct  # its folder is known only from here

Cases = Iterable[dict[str, Any]]
Sent = Iterator[dict[str, Any] | bytes]  # an answer, or raw bytes

LEVELS = ("77402", "77407", "77412")
HTML = "<script>alert('rtconform')</script><img src=x onerror=alert(1)>\"'&</td></table>"


def right(case: dict[str, Any]) -> dict[str, Any]:
    """The correct answer."""
    return correct.answer(case, correct.code(case))


def one_code(case: dict[str, Any], code: str) -> dict[str, Any]:
    """One code for every session, whatever the case."""
    lines = [{"session": session["id"], "code": code, "modifiers": [], "units": 1} for session in case["sessions"]]
    return {"id": case["id"], "outcome": "coded", "lines": lines}


def always_77412(cases: Cases) -> Sent:
    """Codes 77412 for every session of every case."""
    for case in cases:
        yield one_code(case, "77412")


def memoriser(cases: Cases) -> Sent:
    """Right where the id names a suite ("suite:seed:index"), as if learnt by heart; 77402 for any other id."""
    for case in cases:
        yield right(case) if ":" in case["id"] else one_code(case, "77402")


def order_dependent(cases: Cases) -> Sent:
    """Codes each case with the code that the case before it should have had."""
    before = "77407"
    for case in cases:
        yield one_code(case, before)
        lines = right(case)["lines"]
        before = lines[0]["code"] if lines else "77412"


def by_position(cases: Cases) -> Sent:
    """Codes by the number of cases so far, the three levels in turn."""
    for position, case in enumerate(cases):
        yield one_code(case, LEVELS[position % 3])


def unstable(cases: Cases) -> Sent:
    """Codes a level at random."""
    for case in cases:
        yield one_code(case, secrets.choice(LEVELS))


def liar(cases: Cases) -> Sent:
    """Right where a code is due; codes 77407 where none is, unknown techniques and impossible sessions too."""
    for case in cases:
        answer = right(case)
        yield answer if answer["outcome"] == "coded" else one_code(case, "77407")


def noisy(cases: Cases) -> Sent:
    """Right, but logs to standard output and standard error between its answers."""
    for case in cases:
        print(f"WARN  case {case['id']} has {len(case['sessions'])} sessions", file=sys.stderr, flush=True)
        yield f"INFO  coding {case['id']} ...\n".encode()
        yield right(case)
        yield b"INFO  done\n\n"


def huge_line(cases: Cases) -> Sent:
    """Sends one line of 10 MB before its first answer; right otherwise."""
    yield b"x" * 10_000_000 + b"\n"
    for case in cases:
        yield right(case)


def binary(cases: Cases) -> Sent:
    """Answers every third case with binary garbage; right otherwise."""
    for number, case in enumerate(cases, start=1):
        yield b"\x00\xff\xfe\x80\x1b[2J\xc3(\n" if number % 3 == 0 else right(case)


def never(cases: Cases) -> Sent:
    """Reads every case and never answers."""
    for _ in cases:
        yield b""


def twice(cases: Cases) -> Sent:
    """Right, and says everything twice."""
    for case in cases:
        yield right(case)
        yield right(case)


def exits(_cases: Cases) -> Sent:
    """Exits at once, reading nothing."""
    yield from ()


def crashes(cases: Cases) -> Sent:
    """Crashes on every seventh case that a process sees; right until then."""
    for number, case in enumerate(cases, start=1):
        if number % 7 == 0:
            raise RuntimeError(f"case {case['id']}: out of luck")
        yield right(case)


def html(cases: Cases) -> Sent:
    """Script in every free field, and on standard error: of a right answer in its notes, of every second one in its lines too."""
    for number, case in enumerate(cases):
        print(HTML, file=sys.stderr, flush=True)
        answer = right(case) | {"notes": [HTML], HTML: HTML}
        if number % 2:
            answer["lines"] = [{"session": HTML, "code": HTML, "modifiers": [HTML], "units": 1, "payment": HTML}]
        yield answer


def wrong_id(cases: Cases) -> Sent:
    """Right, but under an id that nobody asked for."""
    for case in cases:
        yield right(case) | {"id": f"{case['id']}-other"}


def no_id(cases: Cases) -> Sent:
    """Right, but says of no case that it is the answer to it."""
    for case in cases:
        yield {key: value for key, value in right(case).items() if key != "id"}


def half_line(cases: Cases) -> Sent:
    """Sends half of its first answer and exits."""
    for case in cases:
        whole = json.dumps(right(case)).encode()
        yield whole[: len(whole) // 2]
        return


BEHAVIOURS = {
    behaviour.__name__: behaviour
    for behaviour in (
        *(always_77412, memoriser, order_dependent, by_position, unstable, liar),
        *(noisy, huge_line, binary, never, twice, exits, crashes, html, wrong_id, no_id, half_line),
    )
}


def main() -> None:
    """Send what the named behaviour makes of the cases on standard input, each answer at once."""
    cases = (json.loads(line) for line in sys.stdin)
    for sent in BEHAVIOURS[sys.argv[1]](cases):
        sys.stdout.buffer.write(sent if isinstance(sent, bytes) else json.dumps(sent).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
