"""A claim editor built from CMS's published tables and the forms alone: PTP, MUE, status indicators, deleted codes, places, bills.

It knows no treatment and no session. `--without 77412/77407` leaves a row of the pairs out, `--units 77412=3` changes one of the
units, and `--bypass 76` takes one modifier more for separating: an editor with one wrong row.
"""

import argparse
import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Edit = tuple[str, str | None]

TABLES = Path(__file__).resolve().parents[3] / "reference" / "national_edits" / "snapshot"
SEPARATING = {"59", "XE", "XS", "XP", "XU", "LT", "RT"}
FROM_2026 = {"77436", "77437", "77438", "77439"}
LIVING = {"77402", "77407", "77412", "77387", "77417", *FROM_2026}
DELIVERY = {"77402", "77407", "77412"}
ALLOW: Edit = ("allow", None)


def table(name: str) -> Json:
    """A table of the snapshot."""
    found: Json = json.loads((TABLES / f"{name}.json").read_text(encoding="utf-8"))
    return found


class Editor:
    """The tables, and what is done with a claim by them."""

    def __init__(self, without: list[str], units: list[str], bypass: list[str]) -> None:
        rows = table("ptp-hospital-2026-10-01")["ptp"]
        self.pairs = {
            (row["column1"], row["column2"]): row for row in rows if f"{row['column1']}/{row['column2']}" not in without
        }
        self.most = {
            setting: {row["code"]: row["units"] for row in table(f"mue-{setting}-2026-10-01")["mue"]}
            for setting in ("hospital", "practitioner")
        }
        for change in units:
            code, _, number = change.partition("=")
            for most in self.most.values():
                most[code] = int(number)
        self.separating = SEPARATING | set(bypass)
        self.status = {row["code"]: row["status"] for row in table("addendum_b-hospital-2026-01-01")["status"]}
        fees = table("fee_schedule-practitioner-2026-07-01")["fees"]
        self.fees = {(row["code"], row["modifier"]): row["status"] for row in fees}

    def edit(self, claim: Json) -> Iterator[tuple[int, Edit]]:
        """What is done with each line, by number."""
        alone = {line["number"]: self.alone(claim, line) for line in claim["lines"]}
        for line in claim["lines"]:
            edit = alone[line["number"]]
            yield line["number"], self.together(claim, line) if edit == ALLOW else edit

    def alone(self, claim: Json, line: Json) -> Edit:
        """By its code, its modifiers, its form and its place."""
        code, day = line["code"], line["date_of_service"]
        parts = {"26", "TC"} & set(line["modifiers"])
        if code in FROM_2026:
            return ALLOW if day >= "2026-01-01" else ("deny", "181")
        if code not in self.status:
            return "deny", "181"
        if code not in LIVING:
            return ALLOW
        if any((code, part) not in self.fees for part in parts):
            return "deny", "4"
        return self.professional(claim, line, parts) if claim["kind"] == "professional" else self.hospital(claim, line, parts)

    def professional(self, claim: Json, line: Json, parts: set[str]) -> Edit:
        """CMS-1500: the fee schedule's status, and the places of service."""
        code, place = line["code"], claim["place_of_service"]
        if self.fees[code, next(iter(parts), "")] == "B":
            return "bundle", "97"
        known = {"11", "24"} if code in DELIVERY else {"11", "19", "21", "22", "24", "31", "32"}
        if place not in known or (code in DELIVERY and claim["stay"]):
            return "deny", "5"
        united = claim["payer"] == "unitedhealthcare" and line["date_of_service"] >= "2026-03-01"
        return ("deny", "4") if code == "77387" and not parts and (united or place != "11") else ALLOW

    def hospital(self, claim: Json, line: Json, parts: set[str]) -> Edit:
        """UB-04: the status indicator, the type of bill, the revenue code."""
        if (claim["type_of_bill"] or "").removeprefix("0")[:2] != "13" or claim["billing_provider"] != "hospital":
            return "deny", "5"
        if "26" in parts:
            return "deny", "5"
        if self.status[line["code"]] == "N":
            return "bundle", "97"
        return ALLOW if (line["revenue_code"] or "").removeprefix("0") in {"330", "333", "339"} else ("deny", "16")

    def together(self, claim: Json, line: Json) -> Edit:
        """By the other lines of its days: pairs, on a hospital's claim, and units."""
        most = self.most["hospital" if claim["kind"] == "institutional" else "practitioner"]
        days = days_of(line)
        units: Counter[dt.date] = Counter()
        for other in claim["lines"]:
            if other["code"] == line["code"] and other["number"] <= line["number"]:
                units.update({day: other["units"] // len(days_of(other)) for day in days_of(other)})
        if any(units[day] > most[line["code"]] for day in days):
            return "deny", "151"
        for other in claim["lines"] if claim["kind"] == "institutional" else ():
            row = self.pairs.get((other["code"], line["code"]))
            marked = self.separating & {*line["modifiers"], *other["modifiers"]}
            if (
                row
                and not (row["indicator"] == "1" and marked)
                and any(str(d) >= row["effective"] for d in days & days_of(other))
            ):
                return "deny", "236"
        return ALLOW


def days_of(line: Json) -> set[dt.date]:
    """The days of a line."""
    first = dt.date.fromisoformat(line["date_of_service"])
    last = dt.date.fromisoformat(line["date_of_service_end"] or line["date_of_service"])
    return {first + dt.timedelta(days=number) for number in range((last - first).days + 1)}


def main() -> None:
    """Answer each claim of standard input, a line each, until it ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--without", "--units", "--bypass"):
        parser.add_argument(option, action="append", default=[])
    given = parser.parse_args()
    editor = Editor(given.without, given.units, given.bypass)
    for text in sys.stdin:
        claim = json.loads(text)
        lines = [{"number": number, "disposition": done, "carc": carc} for number, (done, carc) in editor.edit(claim)]
        print(json.dumps({"schema": "rtconform.disposition/1", "id": claim["id"], "lines": lines}), flush=True)


if __name__ == "__main__":
    main()
