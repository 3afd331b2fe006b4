"""Everything by which a patient could be known, kept apart so that it can be kept back."""

import re
from collections.abc import Iterable

SHOWN_AS = "[patient]"

_SHORTEST = 2
"""A part of a name of one Latin letter is in every text; one character of another script is a whole name."""


class Identity:
    """What names a patient, and texts without it. `whole`: texts whose single words name nobody, for instance an address."""

    def __init__(self, texts: Iterable[str], whole: Iterable[str] = ()) -> None:
        parts = {text for text in whole if len(text) >= _SHORTEST}
        parts |= {part for text in texts for part in (text, *re.split(r"[\^=,\s]+", text)) if _tells(part)}
        longest_first = sorted(parts, key=lambda part: (-len(part), part))
        either = "|".join(map(re.escape, longest_first)) or r"(?!)"
        self._anywhere = re.compile(either, re.IGNORECASE)
        self._words = re.compile(rf"(?<![^\W_])(?<![^\W_]-)(?:{either})(?![^\W_])(?!-[^\W_])", re.IGNORECASE)

    def without(self, text: str) -> str:
        """A name that somebody gave (of a file, a plan, a volume) with each of them replaced, also within a word."""
        return self._anywhere.sub(SHOWN_AS, text)

    def without_words(self, text: str) -> str:
        """A report with each of them replaced where it stands as a word: its own words and the ids of rules stay."""
        return self._words.sub(SHOWN_AS, text)


def _tells(part: str) -> bool:
    return len(part) >= _SHORTEST or not part.isascii()
