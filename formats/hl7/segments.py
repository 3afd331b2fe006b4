"""HL7 v2 messages as segments, fields, repetitions and components; separators from MSH, escapes undone.

Nothing here knows what a message is about. Reading is linear, and nothing in a message makes it fail: what is no message has no
MSH, and the caller says so.
"""

import re
from dataclasses import dataclass

VT, FS = 0x0B, 0x1C
"""What begins and ends a message in MLLP."""

_ESCAPES = {"F": 0, "S": 1, "R": 2, "E": 3, "T": 4}
_LINE_ENDS = re.compile(r"[\r\n]+")
_BATCH = ("FHS", "BHS", "BTS", "FTS")


@dataclass(frozen=True)
class Separators:
    """What separates fields, components and repetitions, what escapes, and what separates subcomponents."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @property
    def all(self) -> str:
        """In the order of their escapes F, S, R, E, T."""
        return self.field + self.component + self.repetition + self.escape + self.subcomponent


@dataclass(frozen=True)
class Segment:
    """One segment. `position` counts the segments of the document from 1; `fields[0]` is its name, MSH-2 is `fields[2]`."""

    position: int
    fields: tuple[str, ...]
    separators: Separators

    @property
    def name(self) -> str:
        """The segment's identifier, as in FT1."""
        return self.fields[0]

    def repetitions(self, number: int) -> list[str]:
        """The first component of each repetition of a field, without escapes; none of an empty field."""
        text = self.fields[number] if number < len(self.fields) else ""
        return [self._first(one) for one in text.split(self.separators.repetition)] if text else []

    def get(self, number: int, component: int = 1) -> str:
        """A component (from 1) of a field's first repetition, without escapes; empty where it is missing."""
        text = self.fields[number] if number < len(self.fields) else ""
        parts = text.split(self.separators.repetition, 1)[0].split(self.separators.component)
        return self._plain(parts[component - 1]) if component <= len(parts) else ""

    def _first(self, text: str) -> str:
        return self._plain(text.split(self.separators.component, 1)[0])

    def _plain(self, text: str) -> str:
        text = text.split(self.separators.subcomponent, 1)[0].strip()
        return "" if text == '""' else unescaped(text, self.separators)

    def __str__(self) -> str:
        return f"segment {self.position} ({self.name[:10]})"


def segments_of(document: bytes) -> list[Segment]:
    """The segments of a document of any number of messages, framed or not. Each MSH sets the separators again."""
    text = document.decode(errors="replace").replace(chr(VT), "\n").replace(chr(FS), "\n")
    separators = Separators()
    found: list[Segment] = []
    lines = (line.strip().removeprefix("\ufeff") for line in _LINE_ENDS.split(text))
    for line in filter(None, lines):
        if line.startswith(("MSH", "FHS", "BHS")):
            separators = _separators(line)
        fields = line.split(separators.field)
        if fields[0] in ("MSH", "FHS", "BHS"):
            fields.insert(1, separators.field)  # MSH-1 is the separator itself
        found.append(Segment(len(found) + 1, tuple(fields), separators))
    return found


def _separators(header: str) -> Separators:
    """The separators that a header segment sets; the usual ones for those that it leaves out."""
    usual = Separators()
    if len(header) < 4 or header[3].isalnum() or header[3].isspace():
        return usual
    told = header[4:].split(header[3], 1)[0][:4]
    if len(set(header[3] + told)) != 1 + len(told) or any(one.isalnum() or one.isspace() for one in told):
        return Separators(header[3])
    return Separators(header[3], *(told + usual.all[1 + len(told) :]))


def unescaped(text: str, separators: Separators) -> str:
    """A value without the escapes of HL7; what an escape of formatting stands for is a blank."""
    mark = separators.escape
    if mark not in text:
        return text
    parts = text.split(mark)
    if len(parts) % 2 == 0:
        return text  # an escape without its end is no escape
    plain = [parts[0]]
    for index in range(1, len(parts) - 1, 2):
        plain += [_meant(parts[index], separators), parts[index + 1]]
    return "".join(plain)


def _meant(escape: str, separators: Separators) -> str:
    if escape in _ESCAPES:
        return separators.all[_ESCAPES[escape]]
    if re.fullmatch(r"X([0-9A-Fa-f]{2}){1,100}", escape):
        return bytes.fromhex(escape[1:]).decode("latin-1")
    return " "


def escaped(text: str) -> str:
    """A value as it may stand in a field under the usual separators."""
    usual = Separators()
    names = {separator: name for name, at in _ESCAPES.items() for separator in usual.all[at]}
    return "".join(f"\\{names[one]}\\" if one in names else f"\\X{ord(one):02X}\\" if one in "\r\n" else one for one in text)


def is_of_batch(segment: Segment) -> bool:
    """Whether a segment is a header or trailer of a batch or file of messages."""
    return segment.name in _BATCH
