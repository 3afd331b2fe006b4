"""Claim editors in miniature, each with one bad habit: `miniature.py BEHAVIOUR` answers claims as the behaviour's docstring says."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "correct_editor"))
import editor as correct  # its folder is known only from here

Claims = Iterable[dict[str, Any]]
Sent = Iterator[dict[str, Any]]


def right(claim: dict[str, Any]) -> dict[str, Any]:
    """The correct disposition."""
    edits = correct.edit(claim)
    return {"id": claim["id"], "lines": [{"number": n, "disposition": edit.disposition} for n, edit in edits.items()]}


def all_of_it(claim: dict[str, Any], disposition: str) -> dict[str, Any]:
    """One disposition for every line."""
    return {"id": claim["id"], "lines": [{"number": line["number"], "disposition": disposition} for line in claim["lines"]]}


def always_allow(claims: Claims) -> Sent:
    """Pays everything."""
    yield from (all_of_it(claim, "allow") for claim in claims)


def always_deny(claims: Claims) -> Sent:
    """Denies everything."""
    yield from (all_of_it(claim, "deny") for claim in claims)


def always_review(claims: Claims) -> Sent:
    """Holds everything for a person."""
    yield from (all_of_it(claim, "review") for claim in claims)


def memoriser(claims: Claims) -> Sent:
    """Right where the id names a suite, as if learnt by heart; denies any other claim."""
    yield from (right(claim) if ":" in claim["id"] else all_of_it(claim, "deny") for claim in claims)


def order_dependent(claims: Claims) -> Sent:
    """Pays every other claim."""
    yield from (all_of_it(claim, "allow" if number % 2 else "deny") for number, claim in enumerate(claims))


def half(claims: Claims) -> Sent:
    """Leaves out the last line of every claim."""
    for claim in claims:
        whole = right(claim)
        yield {**whole, "lines": whole["lines"][:-1]}


def hold(claims: Claims) -> Sent:
    """Right, but 77412 is always held for a person."""
    for claim in claims:
        whole = right(claim)
        codes = {line["number"]: line["code"] for line in claim["lines"]}
        held = [{**x, "disposition": "review"} if codes[x["number"]] == "77412" else x for x in whole["lines"]]
        yield {**whole, "lines": held}


def other_words(claims: Claims) -> Sent:
    """Right, but every stop is a denial with CARC 16."""
    for claim in claims:
        lines = right(claim)["lines"]
        stop = {"disposition": "deny", "carc": "16"}
        yield {"id": claim["id"], "lines": [line if line["disposition"] == "allow" else line | stop for line in lines]}


if __name__ == "__main__":
    for sent in globals()[sys.argv[1]](map(json.loads, sys.stdin)):
        print(json.dumps(sent), flush=True)
