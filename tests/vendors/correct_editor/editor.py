"""A correct claim editor in plain Python: a claim a line in, a disposition a line out. Faults: none.

Written from the rule book and the payers' page alone; the record is read by the correct coder next door.
"""

import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "correct"))
import coder as record_reader  # its folder is known only from here

Json = dict[str, Any]

DELIVERY = {"77402", "77407", "77412"}
DELETED = {
    **dict.fromkeys("77403 77404 77406 77408 77409 77411 77413 77414 77416 77418".split(), "2015-01-01"),
    **dict.fromkeys("77014 77385 77386 77401".split(), "2026-01-01"),
    **dict.fromkeys((f"G60{number:02}" for number in range(1, 18)), "2026-01-01"),
}
NEW_IN_2026 = {"77436", "77437", "77438", "77439"}
AGAIN = {"59", "76", "77", "XE"}  # a further session of the same code
APART = {"59", "XE", "XS", "XP", "XU"}  # a further session of another level
OFFICE, HOSPITAL = {"11", "49"}, {"19", "22"}
PHYSICIANS_PLACES = {*OFFICE, *HOSPITAL, "21", "23", "24", "31", "32"}
OUTPATIENT_BILLS = {"12", "13", "14", "85"}
ELSEWHERE = set("77301 77371 77372 77373 77427 77520 77522 77523 77525 G0339 G0340".split())  # services outside this family
MARKED_SECOND_SESSION = {"commercial"}  # payers that ask for a modifier, or units, on a second session


# National edits, typed from the hospitals' pairs v32.3 and the unlikely units of 2026 Q4: in force on the first day, not known before.
IN_FORCE = dt.date(2026, 10, 1)
NOT_ADOPTED = {"commercial", "unitedhealthcare"}
ALWAYS_APART = {  # column 1: never paid beside it
    **{key: {"77402", "77407", "77412", "77427", "77387"} for key in ("77371", "77372", "77373")},
    **dict.fromkeys(("77520", "77522", "77523", "77525"), DELIVERY),
    "77301": {"77387", "77417"},
    **{key: {"77387"} for key in ("G0339", "G0340")},
}
APART_UNLESS_MARKED = {  # column 1: not paid beside it unless a modifier separates the two
    "77407": {"77402"},
    "77412": {"77402", "77407"},
    **dict.fromkeys(("77301", "G0339", "G0340"), DELIVERY),
}
ON_THE_BODY = {"LT", "RT"}
UNITS_A_DAY = {"77402": 2, "77407": 2, "77412": 2, "77387": 2, "77417": 1, "77427": 1}
EXCEEDED_WITH_RECORD = {"77402", "77407", "77412", "77387"}


class Edit(NamedTuple):
    """What is done with a line, and why."""

    disposition: str
    category: str | None = None
    carc: str | None = None


ALLOW = Edit("allow")


def by_code(_: Json, line: Json) -> Edit | None:
    """What the code says on its day; "allow" for what these edits do not cover."""
    code, day = line["code"], line["date_of_service"]
    if code in DELETED:
        return Edit("deny", "code_deleted", "181") if day >= DELETED[code] else ALLOW
    if code in NEW_IN_2026:
        return ALLOW if day >= "2026-01-01" else Edit("deny", "code_not_yet_in_effect", "181")
    if code in ELSEWHERE:
        return ALLOW
    if code not in {*DELIVERY, "77387", "77417"}:
        return Edit("deny", "code_not_known", "181")
    return ALLOW if day < "2026-01-01" else None


def by_modifier(claim: Json, line: Json) -> Edit | None:
    """Delivery and port images have no parts; the technical part of guidance is packaged, the professional one needs 26."""
    code, parts = line["code"], {"26", "TC"} & set(line["modifiers"])
    if (code in DELIVERY and parts) or (code == "77417" and "26" in parts):
        return Edit("deny", "component_modifier", "4")
    if code == "77417" or (code == "77387" and ("TC" in parts or (claim["kind"] == "institutional" and not parts))):
        return Edit("bundle", "packaged_service", "97")
    united = claim["payer"] == "unitedhealthcare" and line["date_of_service"] >= "2026-03-01"
    if code == "77387" and not parts and (united or claim["place_of_service"] not in OFFICE):
        return Edit("deny", "required_modifier", "4")
    return None


def by_form(claim: Json, line: Json) -> Edit | None:
    """Whose claim this is, and whether it may carry the line."""
    place = claim["place_of_service"]
    if claim["kind"] == "professional":
        if line["code"] == "77387":
            return None if place in PHYSICIANS_PLACES else Edit("deny", "place_of_service", "5")
        if place in {*HOSPITAL, "21"}:
            return Edit("deny", "delivery_on_professional_claim", "5")
        if place not in {*OFFICE, "24"}:
            return Edit("deny", "place_of_service", "5")
        return Edit("deny", "facility_stay", "190") if claim["stay"] else None
    if (claim["type_of_bill"] or "").removeprefix("0")[:2] not in OUTPATIENT_BILLS:
        return Edit("deny", "type_of_bill", "5")
    if claim["billing_provider"] not in {None, "hospital"}:
        return Edit("deny", "place_of_service", "5")
    if line["code"] in DELIVERY and (line["revenue_code"] or "").zfill(4) not in {"0330", "0333", "0339"}:
        return Edit("deny", "revenue_code", "16")
    return Edit("deny", "guidance_on_facility_claim", "5") if line["code"] == "77387" else None


ALONE: list[Callable[[Json, Json], Edit | None]] = [by_code, by_modifier, by_form]


def coded_record(claim: Json, day: str) -> Json:
    """What a coder bills for the record, whoever's claim it is, with its alternatives."""
    if claim["kind"] == "institutional":
        setting, whose = "hospital_outpatient", "facility"
    else:
        office = claim["place_of_service"] in OFFICE
        setting, whose = ("freestanding", "global") if office else ("hospital_outpatient", "professional")
    billing = {"date_of_service": day, "setting": setting, "claim": whose, "payer": claim["payer"]}
    return record_reader.code({**claim["treatment"], "id": claim["id"], "patient": claim["patient"], "billing": billing})


def by_record(claim: Json, line: Json, session: str, coded: Json) -> Edit:
    """What the record says of a line for a session."""
    if coded["outcome"] == "out_of_scope":
        return Edit("deny", "outside_this_family", "150")
    if coded["outcome"] == "needs_review":
        return Edit("review", "record_unclear", "16")
    found = next((one for one in claim["treatment"]["sessions"] if one["id"] == session), None)
    if not found or not found["beams_delivered"]:
        return Edit("deny", "session_not_delivered", "150")
    readings = [coded["lines"], *(other["lines"] for other in coded["alternatives"] if other["session"] == session)]
    if any(right["code"] == line["code"] and right["session"] == session for lines in readings for right in lines):
        return ALLOW
    if line["code"] in DELIVERY:
        return Edit("deny", "level_not_supported", "150")
    return Edit("deny", "guidance_not_supported", "16")


def sessions_billed(lines: list[Json], delivered: list[str] | None) -> Iterator[tuple[Json, list[str]]]:
    """The sessions that each line bills: its own, then for each further unit one that no other line bills."""
    named = {line["session"] for line in lines if line["session"]}
    free = [session for session in delivered or [] if session not in named]
    for line in lines:
        alone = f"line {line['number']}"
        first = line["session"] or (alone if delivered is None else free.pop(0) if free else delivered[0] if delivered else alone)
        more = range(line["units"] - 1)
        if delivered is None:
            yield line, [first, *(f"{first}, unit {unit}" for unit in more)]
        else:
            yield line, [first, *(free.pop(0) for _ in more if free)]


def days_of(line: Json) -> int:
    """How many days a line spans: its units are of all of them."""
    first, last = (
        dt.date.fromisoformat(day) for day in (line["date_of_service"], line["date_of_service_end"] or line["date_of_service"])
    )
    return (last - first).days + 1


def by_day(claim: Json, lines: list[Json], by_session: Callable[[Json, list[str]], Edit]) -> Iterator[tuple[int, Edit]]:
    """The lines of one service on one day, one for each session."""
    record = claim["treatment"]
    delivered = [one["id"] for one in record["sessions"] if one["beams_delivered"]] if record else None
    guidance = lines[0]["code"] == "77387"
    again = Edit("deny", "guidance_repeated" if guidance else "delivery_repeated", "97")
    seen: Counter[str] = Counter()
    unmarked: Counter[str] = Counter()
    for line, sessions in sessions_billed(lines, delivered):
        edit = by_session(line, sessions)
        most = 2 * days_of(line) if delivered is None else len(sessions)
        if edit.disposition == "allow" and line["units"] > most:
            edit = again if guidance else Edit("deny", "units_exceed_sessions", "151")
        if edit.disposition == "allow" and seen[sessions[0]]:
            edit = again
        marked = bool(AGAIN & set(line["modifiers"]))
        if edit.disposition == "allow" and claim["payer"] in MARKED_SECOND_SESSION and not marked:
            unmarked[line["code"]] += 1
            edit = Edit("deny", "repeat_modifier", "4") if unmarked[line["code"]] > 1 else edit
        seen[sessions[0]] += edit.disposition == "allow"
        yield line["number"], edit


def edit(claim: Json) -> dict[int, Edit]:
    """What is done with each line of the claim, by number."""
    edits = {line["number"]: next(filter(None, (look(claim, line) for look in ALONE)), None) for line in claim["lines"]}
    left = [line for line in claim["lines"] if edits[line["number"]] is None]
    for day in {line["date_of_service"] for line in left}:
        coded = coded_record(claim, day) if claim["treatment"] else None

        def by_sessions(line: Json, sessions: list[str], coded: Json | None = coded) -> Edit:
            found = [by_record(claim, line, session, coded) for session in sessions] if coded else []
            return next((one for one in found if one.disposition != "allow"), ALLOW)

        for codes in (DELIVERY, {"77387"}):
            lines = [line for line in left if line["date_of_service"] == day and line["code"] in codes]
            if lines:
                edits.update(by_day(claim, lines, by_sessions))
    return by_tables(claim, {number: found or ALLOW for number, found in edits.items()})


def all_days(line: Json) -> set[dt.date]:
    """The days of a line on which the national edits are in force."""
    first = dt.date.fromisoformat(line["date_of_service"])
    days = {first + dt.timedelta(days=number) for number in range(days_of(line))}
    return {day for day in days if day >= IN_FORCE}


def paired(first: Json, second: Json) -> bool:
    """Whether the second line is not paid beside the first."""
    if second["code"] in ALWAYS_APART.get(first["code"], set()):
        return True
    marks = {*first["modifiers"], *second["modifiers"]} & (APART | ON_THE_BODY)
    return second["code"] in APART_UNLESS_MARKED.get(first["code"], set()) and not marks


def by_tables(claim: Json, edits: dict[int, Edit]) -> dict[int, Edit]:
    """What the national edits stop of that which nothing else does, for payers that adopt them."""
    if claim["payer"] in NOT_ADOPTED:
        return edits
    found = dict(edits)
    units: Counter[tuple[str, bool, dt.date]] = Counter()
    for line in claim["lines"]:
        most = UNITS_A_DAY.get(line["code"])
        if edits[line["number"]] != ALLOW or most is None or (claim["treatment"] and line["code"] in EXCEEDED_WITH_RECORD):
            continue
        services = [(line["code"], "26" in line["modifiers"], day) for day in all_days(line)]
        each = line["units"] // days_of(line)
        if any(units[service] + each > most for service in services):
            found[line["number"]] = Edit("deny", "national_mue", "151")
        else:
            units.update(dict.fromkeys(services, each))
    for second in claim["lines"] if claim["kind"] == "institutional" else ():
        beside = [one for one in claim["lines"] if edits[one["number"]] == ALLOW and all_days(one) & all_days(second)]
        if found[second["number"]] == ALLOW and any(paired(first, second) for first in beside):
            found[second["number"]] = Edit("deny", "national_ptp", "236")
    return found


def serve(editor: Callable[[Json], dict[int, Edit]]) -> None:
    """Answer each claim of standard input, a line each, until it ends."""
    for text in sys.stdin:
        claim = json.loads(text)
        lines = [
            {"number": number, "disposition": edit.disposition, "category": edit.category, "carc": edit.carc}
            for number, edit in editor(claim).items()
        ]
        print(json.dumps({"schema": "rtconform.disposition/1", "id": claim["id"], "lines": lines}), flush=True)


if __name__ == "__main__":
    serve(edit)
