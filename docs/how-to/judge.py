"""Judge answers from exported files alone: python judge.py EXPORT_DIR ANSWERS.jsonl (nothing but Python's standard library)."""

import json
import sys
from collections import Counter
from pathlib import Path

DELIVERY = {"77402", "77407", "77412"}
REPEAT, LEVEL = {"59", "76", "77", "XE"}, {"59", "XE", "XS", "XP", "XU"}
MARKS = REPEAT | LEVEL  # one may mark a second session's line: of the same code, or of another level
PACKAGED = {("facility", "77387", ()), ("facility", "77387", ("TC",)), ("technical", "77387", ("TC",))}

files = (Path(sys.argv[2]), Path(sys.argv[1], "cases.jsonl"), Path(sys.argv[1], "accepted.jsonl"))
answers, cases, accepted = (map(json.loads, file.read_bytes().splitlines()) for file in files)
given = {answer["id"]: answer for answer in answers}
for case, right in zip(cases, accepted, strict=True):
    answer, claim, units = given.get(case["id"], {}), case["billing"]["claim"], []
    lines = [(x["session"], x["code"], tuple(sorted(x.get("modifiers", []))), x) for x in answer.get("lines", [])]
    packages = PACKAGED | {(claim, "77417", x[2]) for x in lines if claim in ("facility", "technical")}
    lines = [x for x in lines if x[3].get("payment") != "bundled" or (claim, x[1], x[2]) not in packages]
    for session, code, modifiers, line in lines:  # further units stand for further sessions, those that have no such line
        taken, count = {x[0] for x in lines if x[1] == code or {x[1], code} <= DELIVERY}, line.get("units", 1)
        free = [s["id"] for s in case["sessions"] if s["beams_delivered"] and s["id"] not in taken]
        units += [(home, code, modifiers) for home in [session, *free, *[session] * count][:count]]
    bare = {code for _, code, modifiers in units if not MARKS & {*modifiers}}
    for i, (session, code, modifiers) in enumerate(units):
        taken = (REPEAT if code in bare else set()) | (LEVEL if code in DELIVERY and (bare & DELIVERY) - {code} else set())
        if len(MARKS & {*modifiers}) == 1 and MARKS & {*modifiers} <= taken:
            units[i] = (session, code, tuple(m for m in modifiers if m not in MARKS))
    found = answer.get("outcome"), sorted([s, c, list(m), n] for (s, c, m), n in Counter(units).items())
    match = [number for number, way in enumerate(right["accepted"]) if (way["outcome"], way["lines"]) == found]
    print(case["id"], "unanswered" if not answer else "fail" if not match else "accepted" if match[0] else "pass")
