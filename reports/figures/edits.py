"""An editor in numbers: what it wrongly denies, first of all, then which wrong claims it stops and which right claims it allows.

Sensitivity is the share of wrong claims of which every line is stopped that has to be; specificity the share of right claims of
which every line is allowed. Both have a 95 % confidence interval (Wilson). A fault is counted in the claims that have
no other, so that what is missed is missed for it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from rtconform.conformance.cause import Cause
from rtconform.conformance.editor.judge import Slip, SlipKind, shape_fault, slip_in_words, slips_of
from rtconform.conformance.editor.size import size_of_claim
from rtconform.conformance.records import Result
from rtconform.reference.codes import notation
from rtconform.reference.documents.adjudication import Appeal
from rtconform.reports.figures.appeals import letter_of
from rtconform.reports.figures.intervals import wilson
from rtconform.reports.text import clip, one_line

MOST_LISTED = 100
"""False denials and misses that are listed, each with all its claims counted."""

MOST_SERVICES = 20

_LONGEST = 600


class Rate(Struct, frozen=True):
    """A share with its 95 % confidence interval after Wilson: `hits` of `claims`."""

    hits: int
    claims: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share itself."""
        return self.hits / self.claims

    @property
    def whole(self) -> bool:
        """Whether it is every one of them."""
        return self.hits == self.claims


class WrongEdit(Struct, frozen=True):
    """One thing that the editor does wrong: the cause, how many claims, the smallest of them, what was said of it.

    `services`: the lines concerned and how many of each. `appeal` and `source`: for a false denial, the sentence that a biller
    would put into the appeal and where it comes from; `letter`: the whole paragraph for the example, to be sent.
    """

    cause: str
    says: str
    claims: int
    example: str
    explanation: str
    services: dict[str, int]
    appeal: str = ""
    source: str = ""
    letter: str = ""


class EditsCount(Struct, frozen=True):
    """All claims that had a disposition for each line. None: there was no such claim.

    `by_fault`: sensitivity by the fault in the claim; `by_allows`: specificity by what payers have wrongly stopped. `held`:
    claims with a line held for review that has to be allowed; `other_reasons`: lines rightly stopped for a reason that does not
    fit, by the category that does.
    """

    claims: int
    sensitivity: Rate | None
    specificity: Rate | None
    false_denials: tuple[WrongEdit, ...]
    misses: tuple[WrongEdit, ...]
    by_fault: dict[str, Rate]
    by_allows: dict[str, Rate]
    held: int
    other_reasons: dict[str, int]


@dataclass
class _Met:
    cause: Cause
    size: tuple[int, ...]
    example: str
    says: str
    appeal: Appeal | None
    letter: str
    claims: int
    services: Counter[str]


@dataclass
class EditsTally:
    """Counts results of claims; those of cases pass it by."""

    _claims: int = 0
    _held: int = 0
    _asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    _good: Counter[tuple[str, str]] = field(default_factory=Counter)
    _other_reasons: Counter[str] = field(default_factory=Counter)
    _met: dict[str, _Met] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """One result."""
        adjudication, disposition = result.adjudication, result.disposition
        if adjudication is None or disposition is None or shape_fault(adjudication, disposition):
            return
        slips = tuple(slips_of(adjudication, disposition))
        kinds: set[SlipKind] = {slip.kind for slip in slips}
        self._claims += 1
        self._held += "held" in kinds
        self._other_reasons.update(slip.due.category or "" for slip in slips if slip.kind == "other_reason")
        wrong = any(line.disposition != "allow" for line in adjudication.lines)
        good = "miss" not in kinds if wrong else not kinds & {"false_denial", "held"}
        groups = [("wrong", "")] if wrong else [("right", "")]
        groups += [("fault", fault) for fault in result.faults if len(result.faults) == 1]
        groups += [("allows", result.allows)] if result.allows and not wrong else []
        self._asked.update(groups)
        self._good.update(groups if good else ())
        self._note(result, {slip.due.number: slip for slip in slips if slip.kind in ("false_denial", "miss")})

    def count(self) -> EditsCount | None:
        """The numbers; None where no claim was answered."""
        if not self._claims:
            return None
        return EditsCount(
            claims=self._claims,
            sensitivity=self._rate(("wrong", "")),
            specificity=self._rate(("right", "")),
            false_denials=tuple(self._wrong_edits("false_denial")),
            misses=tuple(self._wrong_edits("miss")),
            by_fault=dict(self._rates("fault")),
            by_allows=dict(self._rates("allows")),
            held=self._held,
            other_reasons=dict(self._other_reasons.most_common()),
        )

    def _note(self, result: Result, slips: Mapping[int, Slip]) -> None:
        claim = result.claim
        if claim is None:
            return
        lines = {line.number: line for line in claim.lines}
        size = (len(slips), *size_of_claim(claim))
        for cause in result.causes:
            slip = next((slips[number] for number in cause.lines if number in slips), None)
            if slip is None:
                continue
            met = self._met.get(cause.id)
            if met is None:
                met = self._met[cause.id] = _Met(cause, size, "", "", None, "", 0, Counter())
            line = lines[slip.due.number]
            met.claims += 1
            met.services[notation(line.code, line.modifiers)] += 1
            if not met.example or size < met.size:
                met.size, met.example = size, result.id
                met.says, met.appeal = slip_in_words(slip, line), slip.due.appeal
                met.letter = letter_of(claim, slip) if slip.kind == "false_denial" else ""

    def _rate(self, group: tuple[str, str]) -> Rate | None:
        claims = self._asked[group]
        return Rate(self._good[group], claims, *wilson(self._good[group], claims)) if claims else None

    def _rates(self, kind: str) -> Iterator[tuple[str, Rate]]:
        """The worst first, then by name."""
        named = [(name, rate) for of, name in self._asked if of == kind and (rate := self._rate((of, name)))]
        yield from sorted(named, key=lambda item: (item[1].share, item[0]))

    def _wrong_edits(self, kind: str) -> Iterator[WrongEdit]:
        found = sorted((met for met in self._met.values() if met.cause.kind == kind), key=lambda met: -met.claims)
        for met in found[:MOST_LISTED]:
            appeal = met.appeal if kind == "false_denial" else None
            yield WrongEdit(
                cause=met.cause.id,
                says=one_line(met.cause.sentence),
                claims=met.claims,
                example=one_line(met.example),
                explanation=clip(one_line(met.says), _LONGEST),
                services=dict(met.services.most_common(MOST_SERVICES)),
                appeal=appeal.sentence if appeal else "",
                source=appeal.source if appeal else "",
                letter=met.letter if appeal else "",
            )


def rate_text(rate: Rate) -> str:
    """`340 of 358 (95.0 %, 92.2 to 96.8)`."""
    return f"{rate.hits:,} of {rate.claims:,} ({rate.share:.1%}, {rate.low * 100:.1f} to {rate.high * 100:.1f})".replace(
        "%", " %"
    )


def properties(count: EditsCount) -> Mapping[str, str]:
    """The numbers as name and text, for formats that hold no more."""
    rates = {"sensitivity": count.sensitivity, "specificity": count.specificity}
    numbers = {"false_denials": len(count.false_denials), "misses": len(count.misses), "held": count.held}
    return {name: rate_text(rate) for name, rate in rates.items() if rate} | {
        name: str(number) for name, number in numbers.items()
    }
