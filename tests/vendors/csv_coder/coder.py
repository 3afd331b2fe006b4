"""A coder that answers with a charge export as a spreadsheet leaves it: semicolons, a byte order mark, 26.0 and US dates.

What it bills is what the correct coder next door bills. The fault that it can have, by its argument: `forgets-modifiers`.
"""

import csv
import io
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "correct"))
import coder as correct  # its folder is known only from here
import reading

Json = dict[str, Any]

COLUMNS = ["Account", "Visit", "DOS", "CPT", "Mod 1", "Mod 2", "Qty", "Status"]
STATUS = {"coded": "Posted", "needs_review": "Held", "out_of_scope": "Not ours"}


def export(case: Json) -> str:
    """The export for one case."""
    coded = correct.code(case)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    begun = {session["id"]: datetime.fromisoformat(session["started_at"]) for session in case["sessions"]}
    status = STATUS[coded["outcome"]]
    for line in coded["lines"]:
        modifiers = [] if "forgets-modifiers" in sys.argv else [f"{m}.0" if m.isdecimal() else m for m in line["modifiers"]]
        when = begun[line["session"]].strftime("%m/%d/%Y %I:%M:%S %p")
        mods = [*modifiers, "", ""][:2]
        writer.writerow([case["id"], line["session"], when, f'="{line["code"]}"', *mods, f"{line.get('units', 1)}.0", status])
    if not coded["lines"]:
        writer.writerow([case["id"], "", "", "", "", "", "", status])
    return "\ufeff" + text.getvalue()


def held(account: str) -> str:
    """The export for what is no case: a person has to see it."""
    row = [account, *[""] * (len(COLUMNS) - 2), STATUS["needs_review"]]
    return "\ufeff" + ";".join(COLUMNS) + "\r\n" + ";".join(row) + "\r\n"


def main() -> None:
    """Answer each case of standard input; a blank line ends its export."""
    for line in sys.stdin.buffer:
        try:
            text = export(reading.read(line))
        except reading.Unreadable:
            text = held(reading.id_of(line) or "")
        sys.stdout.buffer.write(text.encode() + b"\r\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
