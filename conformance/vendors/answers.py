"""The table `[answers]` of a vendor file: how answers in a format of the trade are read, each fault on its line."""

import re
from collections.abc import Iterator
from typing import Any, get_args

from rtconform.conformance.protocol import RoleName
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import Settings, matched_by_id
from rtconform.formats.registry import ANSWERS
from rtconform.formats.settings import (
    OTHER_FAMILY,
    AnswerSettings,
    Columns,
    Dates,
    Empty,
    Ends,
    FormatSettings,
)
from rtconform.reference.documents.coding import Outcome, Payment
from rtconform.reference.toml_tables import TomlFile

MOST_WORDS = 20_000
"""How many charge codes, or words for an outcome, a vendor file may translate."""

_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z](-[0-9A-Z]{2}){0,4}")
_KEYS = AnswerSettings.__struct_fields__
_COLUMN = 'give the column\'s name in the first row, for instance "CPT", or its number from 1 where there is no such row'


def _one_of(words: tuple[str, ...]) -> str:
    return "use " + " or ".join(f'"{word}"' for word in words)


_ADVICE = {"empty": _one_of(get_args(Empty)), "ends": _one_of(get_args(Ends)), "dates": _one_of(get_args(Dates))}
_COLUMN_ADVICE = dict.fromkeys(Columns.__struct_fields__, _COLUMN) | {
    "modifiers": f'{_COLUMN}; a list where there are several: ["Mod 1", "Mod 2"]'
}


def read_answers(file: TomlFile, role: RoleName, formats: FormatSettings, settings: Settings | None) -> AnswerSettings | None:
    """The table; None where it has faults, which `file` then holds."""
    raw = file.root.get("answers", {})
    row = ANSWERS.get((formats.answer, ROLES[role].asks))
    if not isinstance(raw, dict):
        file.fault("must be one table [answers]", "answers")
        return None
    if row is None:
        if "answers" in file.root:
            what = 'says how answers of a format are read, and [format] answer is "json": name the format, or remove the table'
            file.fault(what, "answers")
            return None
        return AnswerSettings()
    known = row.settings
    for key in raw:
        if key in _KEYS and key not in known:
            means = f"it reads {', '.join(known)}" if known else "it needs no [answers]"
            file.fault(f'means nothing where [format] answer = "{formats.answer}": {means}', "answers", key)
    faults_before = len(file.faults)
    columns = _columns(file, raw, needed="columns" in known)
    maps = {key: raw[key] for key in ("outcomes", "payments", "codes") if key in raw}
    _check_words(file, maps)
    plain = {key: value for key, value in raw.items() if key not in ("columns", *maps)}
    read = file.table(AnswerSettings, plain, "answers", advice=_ADVICE)
    if columns is not None:
        for what, *place in _about_columns(columns, settings):
            file.fault(what, *place)
    if read is None or len(file.faults) > faults_before:
        return None
    return AnswerSettings(empty=read.empty, ends=read.ends, dates=read.dates, columns=columns, **maps)


def _columns(file: TomlFile, raw: dict[str, Any], *, needed: bool) -> Columns | None:
    if "columns" not in raw:
        if needed:
            what = 'missing: add a table [answers.columns] that names the columns of your export, at least code = "…"'
            file.fault(what, "answers", "columns")
        return None
    return file.table(Columns, raw["columns"], "answers", "columns", advice=_COLUMN_ADVICE)


def _about_columns(columns: Columns, settings: Settings | None) -> Iterator[tuple[str, ...]]:
    """What does not go together: a sentence, and the table and key that it is about."""
    if columns.id is None and (how := matched_by_id(settings)):
        yield f"missing: with {how} answers are matched by the case's id; name its column", "answers", "columns", "id"
    if columns.modifiers == ():
        yield "an empty list names no column; leave the key out", "answers", "columns", "modifiers"


def _check_words(file: TomlFile, maps: dict[str, Any]) -> None:
    """Hold every entry of the tables of words against what it may stand for."""
    allowed = {"outcomes": get_args(Outcome), "payments": get_args(Payment)}
    for key, table in maps.items():
        if not isinstance(table, dict):
            file.fault(f"must be one table [answers.{key}]", "answers", key)
            continue
        if len(table) > MOST_WORDS:
            file.fault(f"has {len(table)} entries; at most {MOST_WORDS} are read", "answers", key)
            continue
        for word, meaning in table.items():
            if key == "codes" and not (isinstance(meaning, str) and (meaning == OTHER_FAMILY or _CODE.fullmatch(meaning))):
                advice = f'for instance "77407" or "77387-26", or "{OTHER_FAMILY}" for services of another family'
                what = f"{meaning!r:.60} is not a code; write {advice}"
                file.fault(what, "answers", key, word)
            elif key != "codes" and meaning not in allowed[key]:
                file.fault(f"{meaning!r:.60} is not known here; {_one_of(allowed[key])}", "answers", key, word)
