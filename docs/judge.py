"""Judge answers from exported files alone: python judge.py EXPORT_DIR ANSWERS.jsonl (nothing but Python's standard library)."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

DELIVERY, REPEAT = {"77402", "77407", "77412"}, {"59", "76", "XE"}  # one of the latter may mark a second session's line
PACKAGED = {("facility", "77387", ()), ("facility", "77387", ("TC",)), ("technical", "77387", ("TC",))}


def canonical(answer: dict[str, Any], case: dict[str, Any]) -> tuple[str, list[list[Any]]]:
    """The outcome and the sorted lines [session, code, modifiers, units], each unit with the session that it stands for."""
    claim, treated = case["billing"]["claim"], [s["id"] for s in case["sessions"] if s["beams_delivered"]]
    units: list[tuple[str, str, tuple[str, ...]]] = []
    lines = [(x["session"], x["code"], tuple(sorted(x.get("modifiers", []))), x) for x in answer.get("lines", [])]
    packages = [x for x in lines if x[3].get("payment") == "bundled" and claim in ("facility", "technical")]
    lines = [x for x in lines if x not in packages or not (x[1] == "77417" or (claim, x[1], x[2]) in PACKAGED)]
    for session, code, modifiers, line in lines:
        taken = {x[0] for x in lines if x[1] == code or {x[1], code} <= DELIVERY}
        homes = [session, *(s for s in treated if s not in taken)][: line.get("units", 1)]
        units += [(home, code, modifiers) for home in [*homes, *[session] * (line.get("units", 1) - len(homes))]]
    plain = {"delivery" if code in DELIVERY else code for _, code, modifiers in units if not REPEAT & set(modifiers)}
    for i, (session, code, modifiers) in enumerate(units):
        if ("delivery" if code in DELIVERY else code) in plain and len(REPEAT & set(modifiers)) == 1:
            units[i] = (session, code, tuple(m for m in modifiers if m not in REPEAT))
    return answer["outcome"], sorted([s, c, list(m), n] for (s, c, m), n in Counter(units).items())


def main(folder: str, answers: str) -> None:
    """Print each case's id with pass, accepted, fail or unanswered."""
    given = {answer["id"]: answer for answer in map(json.loads, Path(answers).read_text().splitlines())}
    exported = [(Path(folder) / name).read_text().splitlines() for name in ("cases.jsonl", "accepted.jsonl")]
    for case, right in zip(*(map(json.loads, lines) for lines in exported), strict=True):
        answer = canonical(given[case["id"]], case) if case["id"] in given else None
        match = [number for number, way in enumerate(right["accepted"]) if (way["outcome"], way["lines"]) == answer]
        print(case["id"], "unanswered" if answer is None else "fail" if not match else "accepted" if match[0] else "pass")


if __name__ == "__main__":
    main(*sys.argv[1:])
