"""Secrets: what `${NAME}` in a vendor file stands for, and keeping it out of everything that is written down."""

import base64
import json
import os
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

SIGNING_KEY = "RTCONFORM_SIGNING_KEY"
"""The environment variable that may hold a certifier's private key. No vendor gets it."""

SHORTEST = 4
"""A value shorter than this does not count as a secret: replacing every "1" would only garble what the vendor says."""

SHORTEST_ENCODED = 6
"""A value shorter than this is not looked for in other encodings: too short to be told from chance."""

SHORTEST_SPLIT = 8
"""A form shorter than this is not looked for with line ends within: words would be taken for it."""

SHORTEST_LINE = 12
"""A line of a secret of several lines that is shorter is not looked for alone."""

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ANY = re.compile(r"\$\{[^}]*\}?")


def references(text: str) -> tuple[str, ...]:
    """The names of the environment variables that `text` refers to, in order."""
    return tuple(_REFERENCE.findall(text))


def malformed_references(text: str) -> tuple[str, ...]:
    """What begins like a reference and is none, for instance `${1x}` or `${NAME` without its brace."""
    return tuple(found for found in _ANY.findall(text) if not _REFERENCE.fullmatch(found))


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """`text` with every `${NAME}` replaced. Every name must be in `variables`."""
    return _REFERENCE.sub(lambda match: variables[match[1]], text)


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """The environment of a vendor's program: ours, but for what is the certifier's alone, and its own variables."""
    return {**{name: value for name, value in os.environ.items() if name != SIGNING_KEY}, **own}


class Redactor:
    """Replaces secrets by `[secret NAME]`, also where they stand JSON-escaped, percent-encoded, in hexadecimal or in base64.

    In base64 also as a part of more (a basic authorization), but for the first and last character or two of it. A form of at
    least `SHORTEST_SPLIT` characters is found with line ends and spaces anywhere in it, and every long line of a secret alone.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        forms = {
            form: name
            for name, value in variables.items()
            if len(value) >= SHORTEST
            for form in _forms(value)
            if len(form) >= SHORTEST
        }
        self._forms = sorted(forms.items(), key=lambda entry: -len(entry[0]))
        self._names = [name for _, name in self._forms]
        self._pattern = re.compile("|".join(f"({_spread(form)})" for form, _ in self._forms)) if forms else None
        self.longest = 2 * max(map(len, forms), default=0)
        """How much of a text has to be seen at once for every secret to be found that begins in its first half."""

    def __repr__(self) -> str:
        return f"Redactor({', '.join(sorted(set(self._names)))})"

    def text(self, text: str) -> str:
        """`text` without secrets."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: _mark(self._names[(match.lastindex or 1) - 1]), text)

    def first(self, text: str) -> str:
        """The name of the first secret in `text`; empty: there is none."""
        found = self._pattern.search(text) if self._pattern else None
        return self._names[(found.lastindex or 1) - 1] if found else ""

    def piece(self, text: str) -> str:
        """The same for text that was cut out of more: a secret may have lost its beginning or its end."""
        text = self.text(text)
        for form, name in self._forms:
            for length in range(len(form) - 1, SHORTEST - 1, -1):
                if text.startswith(form[-length:]):
                    text = _mark(name) + text[length:]
                if text.endswith(form[:length]):
                    text = text[:-length] + _mark(name)
        return text


def _forms(value: str) -> Iterator[str]:
    """The ways in which a secret may come back."""
    yield from (quote(value, safe=""), quote(value), json.dumps(value)[1:-1], value.strip(), value)
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1:  # a key in PEM, for one: its lines may come one by one, or as one
        yield "".join(line for line in lines if not line.startswith("-----"))
        yield from (line for line in lines if len(line) >= SHORTEST_LINE and not line.startswith("-----"))
    raw = value.encode()
    if len(raw) < SHORTEST_ENCODED:
        return
    yield from (raw.hex(), raw.hex().upper())
    for before in range(3):  # a part of more begins at one of three places in a group of base64
        whole = base64.b64encode(bytes(before) + raw)
        bits = 8 * before, 8 * (before + len(raw))
        piece = whole[-(-bits[0] // 6) : bits[1] // 6].decode()  # the characters that only the secret's bits decide
        yield from (piece, piece.replace("+", "-").replace("/", "_"))


def _spread(form: str) -> str:
    """The pattern of a form; of a long one with line ends and spaces between its characters, as they are or escaped."""
    characters = [re.escape(character) for character in form if not character.isspace()]
    if len(characters) < SHORTEST_SPLIT:
        return re.escape(form)
    return r"(?:\s|\\[nrt])*+".join(characters)


def _mark(name: str) -> str:
    return f"[secret {name}]"
