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

    In base64 also as a part of more (a basic authorization), but for the first and last character or two of it.
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
        self._pattern = re.compile("|".join(re.escape(form) for form, _ in self._forms)) if forms else None
        self._name_of = forms

    def __repr__(self) -> str:
        return f"Redactor({', '.join(sorted(set(self._name_of.values())))})"

    def text(self, text: str) -> str:
        """`text` without secrets."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: _mark(self._name_of[match[0]]), text)

    def first(self, text: str) -> str:
        """The name of the first secret in `text`; empty: there is none."""
        found = self._pattern.search(text) if self._pattern else None
        return self._name_of[found[0]] if found else ""

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
    raw = value.encode()
    if len(raw) < SHORTEST_ENCODED:
        return
    yield from (raw.hex(), raw.hex().upper())
    for before in range(3):  # a part of more begins at one of three places in a group of base64
        whole = base64.b64encode(bytes(before) + raw)
        bits = 8 * before, 8 * (before + len(raw))
        piece = whole[-(-bits[0] // 6) : bits[1] // 6].decode()  # the characters that only the secret's bits decide
        yield from (piece, piece.replace("+", "-").replace("/", "_"))


def _mark(name: str) -> str:
    return f"[secret {name}]"
