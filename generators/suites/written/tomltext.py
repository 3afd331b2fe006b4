"""Where things stand in a TOML file: its parser gives values without lines, and a fault has to name one."""

import re
from collections import Counter
from dataclasses import dataclass

Place = tuple[str | int, ...]
"""A table of the file: ("pair", 3), the fourth [[pair]]; ("pair", 3, "a"), its [pair.a]; ("treatment", "heel")."""

_HEADER = re.compile(r"\s*(?P<brackets>\[\[?)(?P<key>[^\[\]]+)\]\]?\s*(#.*)?")
_KEY_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*\.?""")


@dataclass(frozen=True)
class TomlText:
    """The lines of a file and, for each, the table that it belongs to."""

    lines: tuple[str, ...]
    owners: tuple[Place, ...]

    def line(self, place: Place, *near: str) -> int | None:
        """The line, from 1, in the table at `place`, or in the one that it is part of, that gives the first of `near` found.

        `near` is a key, or a value in quotes; where none is found, the table's first line. None: there is no such table.
        """
        own = [number for number, owner in enumerate(self.owners, 1) if owner[: len(place)] == place]
        above = [number for number, owner in enumerate(self.owners, 1) if len(place) > 2 and owner == place[:-1]]
        for word in near:
            wanted = re.compile(rf"""(.*[\s{{,])?["']?{re.escape(word)}["']?\s*=|.*["']{re.escape(word)}["']""")
            for number in (*own, *above):
                if wanted.match(self.lines[number - 1]):
                    return number
        return own[0] if own else None


def toml_text(text: str) -> TomlText:
    """The lines of `text` with their tables. Only what stands in brackets on a line of its own is a table here."""
    lines = tuple(text.split("\n"))
    seen: Counter[str] = Counter()
    owner: Place = ()
    owners = []
    for line in lines:
        if header := _HEADER.fullmatch(line):
            parts = ["".join(found) for found in _KEY_PART.findall(header["key"])]
            if header["brackets"] == "[[" and len(parts) == 1:
                seen[parts[0]] += 1
            numbered = parts[0] in seen
            owner = (parts[0], seen[parts[0]] - 1, *parts[1:]) if numbered else tuple(parts)
        owners.append(owner)
    return TomlText(lines, tuple(owners))
