"""A coder whose system only knows DFT: cases in as JSON, HL7 v2 messages out, written by hl7apy and not by our own writer.

What it bills is what the correct coder next door bills. `coder.py [OPTION...]`: `charges` sends a DFT a charge and then an ACK,
where it else sends one DFT a visit; `blocks` ends messages with a blank line, where it else frames them as MLLP does; `local`
bills under numbers of its own charge master; `reverses` bills every delivery twice and takes one back. The fault that it can
have: `forgets-modifiers` (FT1-26 is empty).
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from hl7apy.core import Message

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "correct"))
import coder as correct  # its folder is known only from here
import reading

Json = dict[str, Any]

OTHER_SERVICE = "77427"
"""A charge of another family, which a billing system sends along with the rest."""

LOCAL = {"77402": "RT-0402", "77407": "RT-0407", "77412": "RT-0412", "77387": "RT-0387", "77417": "RT-0417"}


def message(kind: str, structure: str) -> Message:
    """A message with its header."""
    made = Message(structure, version="2.5.1")
    made.msh.msh_3, made.msh.msh_4, made.msh.msh_5, made.msh.msh_6 = "CODER", "CLINIC", "BILLING", "CLINIC"
    made.msh.msh_7 = "20260101"
    made.msh.msh_9 = kind
    made.msh.msh_10 = "1"
    made.msh.msh_11 = "P"
    made.msh.msh_12 = "2.5.1"
    return made


def charges(case: Json, lines: list[Json]) -> Message:
    """The DFT of some charges."""
    made = message("DFT^P03^DFT_P03", "DFT_P03")
    made.evn.evn_1, made.evn.evn_2 = "P03", "20260101"
    made.pid.pid_3 = f"{case['patient']['id']}^^^CLINIC^MR"
    made.pid.pid_5 = "DOE^JO"
    made.pv1.pv1_2 = "O"
    made.pv1.pv1_19 = case["id"]
    begun = {session["id"]: datetime.fromisoformat(session["started_at"]) for session in case["sessions"]}
    for number, line in enumerate(lines, 1):
        segment = made.add_group("DFT_P03_FINANCIAL").add_segment("FT1")
        segment.ft1_1 = str(number)
        segment.ft1_4 = f"{begun[line['session']]:%Y%m%d%H%M%S}"
        segment.ft1_6 = line.get("type", "CG")
        segment.ft1_7 = LOCAL.get(line["code"], line["code"]) if "local" in sys.argv else line["code"]
        segment.ft1_10 = str(line.get("units", 1))
        segment.ft1_23 = f"{case['id']}.{line['session']}^CLINIC"
        if "local" not in sys.argv:
            segment.ft1_25 = f"{line['code']}^^CPT4"
        if "forgets-modifiers" not in sys.argv:
            for modifier in line.get("modifiers", []):
                segment.add_field("ft1_26").value = f"{modifier}^^CPT4"
    return made


def acknowledgment(name: str, code: str, said: str = "") -> Message:
    """The ACK that ends an answer, or is all of it."""
    made = message("ACK", "ACK")
    made.msa.msa_1, made.msa.msa_2 = code, name
    if said:
        made.msa.msa_3 = said
    return made


def messages(case: Json) -> list[Message]:
    """Everything that is sent about a case."""
    coded = correct.code(case)
    if coded["outcome"] == "needs_review":
        return [acknowledgment(case["id"], "AE", "the record does not say what was done")]
    lines = list(coded["lines"])
    if coded["outcome"] == "out_of_scope":
        lines = [{"session": case["sessions"][0]["id"], "code": OTHER_SERVICE}]
    if not lines:
        return [acknowledgment(case["id"], "AA")]
    if "reverses" in sys.argv and coded["outcome"] == "coded":
        lines = [*lines, lines[0], {**lines[0], "type": "CD"}]
    if "charges" in sys.argv:
        return [*(charges(case, [line]) for line in lines), acknowledgment(case["id"], "AA")]
    return [charges(case, lines)]


def written(made: Message) -> bytes:
    """A message in its frame."""
    if "blocks" in sys.argv:
        return made.to_er7().encode() + b"\r\n\r\n"
    return made.to_mllp().encode()


def main() -> None:
    """Answer each case of standard input."""
    for line in sys.stdin.buffer:
        try:
            made = messages(reading.read(line))
        except reading.Unreadable as fault:
            made = [acknowledgment(reading.id_of(line) or "", "AE", str(fault)[:80])]
        sys.stdout.buffer.write(b"".join(written(one) for one in made))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
