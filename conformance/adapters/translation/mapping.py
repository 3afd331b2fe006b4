"""A vendor's own answer, in JSON, XML or text, made into what is due in its role by JMESPath expressions.

Runs in the translator's process only: the answer and the expressions may want any time and memory.
"""

import re
from collections.abc import Callable
from typing import Any

import jmespath
import msgspec
import xmltodict

from rtconform.conformance.protocol import DIALOGUES, RoleName
from rtconform.conformance.vendors.settings import Response

MAX_MATCHES = 10_000
"""How many matches of a text pattern are looked at."""

Parse = Callable[[bytes], Any]


class MappingFault(Exception):
    """Why a vendor's answer could not be read. `case_id` is the id that it carries, where that much could be read."""

    def __init__(self, what: str, case_id: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.case_id = case_id


class AnswerMapping:
    """The `[response]` table, compiled."""

    def __init__(self, response: Response, role: RoleName) -> None:
        self._role = role
        self._parse = _parser(response)
        self._listed = response.format == "xml"
        self._expressions = {
            name: jmespath.compile(text) for name in DIALOGUES[role].expressions if (text := getattr(response, name)) is not None
        }

    def answer(self, document: bytes) -> dict[str, Any]:
        """The answer as plain data, its shape not yet checked; without an `id` expression its id is empty.

        Raises MappingFault.
        """
        parsed = self._parse(document)
        case_id = self._case_id(parsed)
        try:
            return {"id": case_id, **_PARTS[self._role](self, parsed)}
        except MappingFault as fault:
            raise MappingFault(fault.what, case_id or None) from None

    def _find(self, name: str, parsed: object) -> object:
        expression = self._expressions.get(name)
        if expression is None:
            return None
        try:
            found: object = expression.search(parsed)
            return found
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - jmespath lets the errors of its own insides out
            raise MappingFault(f"response.{name} failed on this answer: {str(error) or type(error).__name__}") from None

    def _case_id(self, parsed: object) -> str:
        if "id" not in self._expressions:
            return ""
        found = _text(self._find("id", parsed))
        if not isinstance(found, str):
            raise MappingFault(f"response.id finds {_kind(found)} in this answer where the case's id was due")
        return found

    def _outcome(self, parsed: object) -> str:
        found = self._find("outcome", parsed)
        if found not in ("coded", "out_of_scope", "needs_review"):
            shown = repr(found) if isinstance(found, str) else _kind(found)
            raise MappingFault(f"response.outcome finds {shown[:100]}; it must give coded, out_of_scope or needs_review")
        return str(found)

    def coding(self, parsed: object) -> dict[str, Any]:
        """What a coder's answer holds beside its id."""
        outcome = self._outcome(parsed)
        lines = [_line(line) for line in self._lines(parsed, may_lack=outcome != "coded")]
        return {"outcome": outcome, "lines": lines, "notes": _notes(self._find("notes", parsed))}

    def disposition(self, parsed: object) -> dict[str, Any]:
        """What an editor's answer holds beside its id."""
        return {"lines": [_disposition_line(line) for line in self._lines(parsed)]}

    def _lines(self, parsed: object, *, may_lack: bool = False) -> list[dict[str, Any]]:
        found = self._find("lines", parsed)
        if found is None and (may_lack or self._listed):  # XML has no empty list, an element without children is null
            return []
        if isinstance(found, dict) and self._listed:
            found = [found]
        if not isinstance(found, list):
            raise MappingFault(f"response.lines finds {_kind(found)} where a list of objects was due")
        for index, line in enumerate(found):
            if not isinstance(line, dict):
                raise MappingFault(f"response.lines finds {_kind(line)} at [{index}] where an object was due")
        return found


_PARTS: dict[RoleName, Callable[[AnswerMapping, object], dict[str, Any]]] = {
    "coder": AnswerMapping.coding,
    "editor": AnswerMapping.disposition,
}
"""Beside the id, what an answer is made of in each role."""


def _parser(response: Response) -> Parse:
    if response.format == "xml":
        return _parse_xml
    if response.format == "text":
        pattern = re.compile(response.pattern or "", re.MULTILINE)
        return lambda document: _parse_text(document, pattern)
    return _parse_json


def _parse_json(document: bytes) -> object:
    try:
        return msgspec.json.decode(document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MappingFault(f"not JSON: {error}") from None


def _parse_xml(document: bytes) -> object:
    try:
        return xmltodict.parse(document, disable_entities=True)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - expat, codecs and xmltodict each have errors of their own
        raise MappingFault(f"not XML: {error}") from None


def _parse_text(document: bytes, pattern: re.Pattern[str]) -> object:
    text = document.decode(errors="replace")
    matches = [match.groupdict() for _, match in zip(range(MAX_MATCHES), pattern.finditer(text), strict=False)]
    return {"text": text, "matches": matches}


def _line(line: dict[str, Any]) -> dict[str, object]:
    """The five keys of a line, in the types that vendors mean by what they write; anything else stays for the decoder."""
    kept = {key: line[key] for key in ("session", "code", "payment") if line.get(key) is not None}
    kept = {key: _text(value) for key, value in kept.items()}
    return {**kept, "modifiers": _modifiers(line.get("modifiers")), "units": _units(line.get("units"))}


def _disposition_line(line: dict[str, Any]) -> dict[str, object]:
    """The five keys of a line of a disposition, in the same way."""
    kept = {key: _text(line[key]) for key in ("disposition", "category", "carc", "reason") if line.get(key) not in (None, "")}
    return {**kept, "number": _units(line.get("number"))}


def _modifiers(value: object) -> object:
    if value is None:
        return []
    value = _text(value)
    if isinstance(value, str):
        return [part for part in re.split(r"[\s,;]+", value) if part]
    if isinstance(value, list):
        return [text for part in value if (text := _text(part)) not in ("", None)]
    return value


def _units(value: object) -> object:
    if value is None or value == "":
        return 1
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,9}(\.0*)?\s*", value):
        return int(float(value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _notes(value: object) -> object:
    if value is None:
        return []
    value = _text(value)
    return [_text(note) for note in value if note is not None] if isinstance(value, list) else [value]


def _text(value: object) -> object:
    """Numbers as text, the way that an id or a code is meant: 77412, not 77412.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return "nothing" if value is None else names.get(type(value), type(value).__name__)
