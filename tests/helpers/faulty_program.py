"""A sample vendor with one fault that is the same in every format, and slow where a file `pause` beside it says so.

    python faulty_program.py right|faulty PROGRAM [ARGUMENT...]

Every sample coder hands its case to the plain coder (`tests/vendors/correct`), every sample editor its claim to the plain editor: here
these leave out the modifiers, or allow 77417. So the verdicts must be the same whatever the format. `-` as the program is the plain
coder or editor itself, over JSON. The coder in JavaScript has the fault as an option of its own, and is fed slowly.
"""

import runpy
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vendors" / "correct"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vendors" / "correct_editor"))
import coder  # their folders are known only from here
import editor

PAUSE = Path("pause")
FAULTY = sys.argv[1] == "faulty"
Json = dict[str, Any]
right_coding, right_edits = coder.code, editor.edit


def wait() -> None:
    """Take the time that a file says."""
    if PAUSE.exists():
        time.sleep(float(PAUSE.read_text()))


def coded(case: Json, *more: Any) -> Json:
    """The right coding without its modifiers."""
    wait()
    made = right_coding(case, *more)
    return {**made, "lines": [{**line, "modifiers": []} for line in made["lines"]]} if FAULTY else made


def edited(claim: Json) -> dict[int, editor.Edit]:
    """The right edits, but that a port image is always paid."""
    wait()
    images = {line["number"] for line in claim["lines"] if FAULTY and line["code"] == "77417"}
    return {number: editor.ALLOW if number in images else edit for number, edit in right_edits(claim).items()}


def fed(command: list[str]) -> None:
    """Hand each line of standard input on, slowly."""
    with subprocess.Popen(command, stdin=subprocess.PIPE) as program:
        assert program.stdin is not None
        for line in sys.stdin.buffer:
            wait()
            program.stdin.write(line)
            program.stdin.flush()


def main() -> None:
    """Run the program that the arguments name."""
    program, arguments = sys.argv[2], sys.argv[3:]
    if program == "-":
        editor.serve(edited) if arguments == ["editor"] else coder.serve(coded)
    elif program.endswith(".mjs"):
        fed(["node", program, *arguments, *(["forgets-modifiers"] if FAULTY else [])])
    else:
        coder.code, editor.edit = coded, edited  # before anything else imports them
        sys.argv[:] = [program, *arguments]
        sys.path.insert(0, str(Path(program).parent))
        runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
