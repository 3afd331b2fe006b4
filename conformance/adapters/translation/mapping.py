"""A vendor's own answer, in JSON, XML or text, made into the answer of its role by JMESPath expressions.

This runs in the translator's process only, because the answer and the expressions may take any time and memory.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jmespath
import msgspec
import xmltodict

from rtconform.conformance import plain_data
from rtconform.conformance.plain_data import MappingFault
from rtconform.conformance.protocol import RoleName
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import Response

MAX_MATCHES = 10_000
"""How many matches of a text pattern are looked at."""

Parse = Callable[[bytes], Any]


class AnswerMapping:
    """The `[response]` table, compiled."""

    def __init__(self, response: Response, role: RoleName) -> None:
        self._wire = ROLES[role].wire
        self._parse = _parser(response)
        self._listed = response.format == "xml"
        self._expressions = {
            name: jmespath.compile(text) for name in self._wire.expressions if (text := getattr(response, name)) is not None
        }

    def answer(self, document: bytes) -> dict[str, Any]:
        """The answer as plain data, its shape not yet checked; without an `id` expression its id is empty.

        Raises MappingFault.
        """
        found = _Found(self._expressions, self._parse(document), listed=self._listed)
        case_id = found.id()
        try:
            return {"id": case_id, **self._wire.parts(found)}
        except MappingFault as fault:
            raise MappingFault(fault.what, case_id or None) from None


@dataclass(frozen=True)
class _Found:
    """What the expressions find in one answer. `listed`: it was XML, where one element is an object and several are a list."""

    expressions: dict[str, jmespath.parser.ParsedResult]
    parsed: object
    listed: bool

    def find(self, name: str) -> object:
        """What the expression of this name finds; None: nothing, or there is none."""
        expression = self.expressions.get(name)
        if expression is None:
            return None
        try:
            found: object = expression.search(self.parsed)
            return found
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - jmespath lets the errors of its own insides out
            raise MappingFault(f"response.{name} failed on this answer: {str(error) or type(error).__name__}") from None

    def id(self) -> str:
        """The id that the answer carries; empty where no expression looks for it."""
        if "id" not in self.expressions:
            return ""
        found = plain_data.text(self.find("id"))
        if not isinstance(found, str):
            raise MappingFault(f"response.id finds {plain_data.kind(found)} in this answer where the case's id was due")
        return found

    def lines(self, *, may_lack: bool = False) -> list[dict[str, Any]]:
        """The objects that `lines` finds."""
        found = self.find("lines")
        if found is None and (may_lack or self.listed):  # XML has no empty list, an element without children is null
            return []
        if isinstance(found, dict) and self.listed:
            found = [found]
        if not isinstance(found, list):
            raise MappingFault(f"response.lines finds {plain_data.kind(found)} where a list of objects was due")
        for index, line in enumerate(found):
            if not isinstance(line, dict):
                raise MappingFault(f"response.lines finds {plain_data.kind(line)} at [{index}] where an object was due")
        return found


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
