"""What vendors write in answers of their own shape, made into the types that they mean by it."""

import re
from typing import Any


class MappingFault(Exception):
    """Why a vendor's answer could not be read. `case_id` is the id that it carries, where that much could be read."""

    def __init__(self, what: str, case_id: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.case_id = case_id


def text(value: object) -> object:
    """Numbers as text, the way that an id or a code is meant: 77412, not 77412.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def texts(line: dict[str, Any], *keys: str) -> dict[str, object]:
    """Those of the keys that the line gives, as text; anything else stays for the decoder, which refuses it."""
    return {key: text(line[key]) for key in keys if line.get(key) is not None}


def modifiers(value: object) -> object:
    """A list, or text with blanks, commas or semicolons between."""
    if value is None:
        return []
    value = text(value)
    if isinstance(value, str):
        return [part for part in re.split(r"[\s,;]+", value) if part]
    if isinstance(value, list):
        return [part for each in value if (part := text(each)) not in ("", None)]
    return value


def whole(value: object) -> object:
    """A whole number, also as text or with a fraction of nothing; 1 where there is none."""
    if value is None or value == "":
        return 1
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,9}(\.0*)?\s*", value):
        return int(float(value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def notes(value: object) -> object:
    """A list of texts, or one text."""
    if value is None:
        return []
    value = text(value)
    return [text(note) for note in value if note is not None] if isinstance(value, list) else [value]


def kind(value: object) -> str:
    """What a value is, in words."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return "nothing" if value is None else names.get(type(value), type(value).__name__)
