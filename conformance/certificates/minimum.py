"""What has to be asked for a certificate: every rule of the claims and settings that it covers, from both sides.

A vendor may declare what it does not support, and is not asked that. Declared far enough, nothing would be left to fail at.
What the format of the trade in which it is asked can't say is another matter: no reader of it could know. That is not due, and
the certificate names it as not applicable.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rtconform.conformance.certificates.regeneration import Asked
from rtconform.conformance.certificates.statement import TOO_LITTLE
from rtconform.conformance.records import Result
from rtconform.conformance.roles import role_asked
from rtconform.conformance.runs.expressible import beyond
from rtconform.formats.settings import FormatSettings

NAMED = 12


@dataclass(frozen=True)
class _One:
    """A case of the run: what it is about, the rules behind its answer, and whether it was asked."""

    scope: tuple[str, str]
    rules: frozenset[str]
    asked: bool


def missing(results: Iterable[Result], asked: Mapping[str, Asked], formats: FormatSettings) -> tuple[str, ...]:
    """What is missing, a sentence each; none: enough was asked.

    `asked` holds the run's cases, whether they were asked or not; `formats` are those in which they were.
    """
    ones = {result.id: _one(result, asked[result.id]) for result in results if _due(result, asked[result.id], formats)}
    covered = {one.scope for one in ones.values() if one.asked}
    if not covered:
        return (f"{TOO_LITTLE}: no case was asked",)
    within = {name: one for name, one in ones.items() if one.scope in covered}
    due = {rule for one in within.values() for rule in one.rules}
    met = {rule for one in within.values() if one.asked for rule in one.rules}
    pairs = list(_pairs(within, asked))
    apart = {rule for one, other in pairs for rule in one.rules ^ other.rules}
    shown = {rule for one, other in pairs if one.asked and other.asked for rule in one.rules ^ other.rules}
    scope = ", ".join(f"{claim} claims ({setting})" if setting else f"{claim} claims" for claim, setting in sorted(covered))
    return (
        *_told(f"{TOO_LITTLE}: of the rules of {scope} were not asked", due - met),
        *_told(f"{TOO_LITTLE}: of the rules of {scope} were asked from one side only", (apart - shown) & met),
    )


def _due(result: Result, asked: Asked, formats: FormatSettings) -> bool:
    """Whether the format could have asked it."""
    return result.verdict != "not_applicable" or beyond(formats, role_asked(asked.item), asked.item) is None


def _one(result: Result, asked: Asked) -> _One:
    facets = role_asked(asked.item).facets(asked.item.question)
    lines = frozenset(rule for line in result.expected.lines for rule in line.rules)
    return _One((facets.claim, facets.setting), lines | {*result.expected.rules}, result.verdict != "not_applicable")


def _pairs(within: Mapping[str, _One], asked: Mapping[str, Asked]) -> Iterator[tuple[_One, _One]]:
    """The cases that are twins: they differ in one fact."""
    for name, one in within.items():
        twin = asked[name].item.twin
        if twin is not None and twin in within:
            yield one, within[twin]


def _told(what: str, rules: Iterable[str]) -> Iterator[str]:
    names = sorted(rules)
    if names:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield f"{what}: {', '.join(names[:NAMED])}{more}"
