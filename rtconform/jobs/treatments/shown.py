"""A coded treatment as a person reads it, or as JSON; without anything by which the patient could be known, unless asked for."""

import json
from collections.abc import Callable, Iterator
from typing import Any, get_args

import msgspec

from rtconform.jobs.treatments.coded import CodedDay, coded_days
from rtconform.jobs.treatments.files import TreatmentFiles, treatments_in
from rtconform.reference.coder.rules import RULES
from rtconform.reference.codes import notation
from rtconform.reference.documents.treatment import (
    GUIDANCE_METHODS,
    MOTION_METHODS,
    RADIATIONS,
    TECHNIQUES,
    ClaimKind,
    Monitor,
    Purpose,
    Setting,
    Timing,
)
from rtconform.reference.errors import DocumentError, UserError
from rtconform.reports.text import clean

SCHEMA = "rtconform.treatment/1"

OUR_WORDS = frozenset(
    {
        *(
            SCHEMA,
            "rtconform.case/1",
            "coded",
            "needs_review",
            "out_of_scope",
            "read",
            "derived",
            "missing",
            "PATIENT",
            "medicare",
        ),
        *("female", "male", "other", "unknown", "ion", "curative", "palliative", "prophylactic"),
        *("static", "arc", "helical", "none", "static_mlc", "wedge", "block", "dynamic_mlc", "step_and_shoot", "compensator"),
        *("binary_mlc", "pencil_beam_scanning", *RULES, *RADIATIONS, *TECHNIQUES, *MOTION_METHODS, *GUIDANCE_METHODS),
        *(word for words in (Monitor, Purpose, Timing, Setting, ClaimKind) for word in get_args(words)),
    }
)
"""Whole values of a report or a case that are terms of ours, whoever the patient is."""


def shown_days(name: str, form: str, *, explain: bool, keep_identity: bool) -> Iterator[str]:
    """Each day of the treatment in a file or folder. Raises UserError, in which nothing says who the patient is."""
    for files in treatments_in(name):
        hidden = (lambda text: text) if keep_identity else files.identity.without_words
        try:
            for day in coded_days(files, keep_identity=keep_identity):
                yield _json(day, files, hidden) if form == "json" else hidden(_text(name, day, files, explain=explain))
        except DocumentError as error:
            raise UserError(hidden(str(error))) from None


def _json(day: CodedDay, files: TreatmentFiles, hidden: Callable[[str], str]) -> str:
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "coding": msgspec.to_builtins(day.coding),
        "facts": [
            {"path": fact.path, "how": fact.how, "value": fact.value, "source": fact.source, "note": fact.note}
            for fact in day.facts
        ],
        "needs": [
            {
                "path": need.path,
                "where": list(need.where),
                "choices": [{"is": words, "codes": codes} for words, codes in need.choices],
            }
            for need in day.needs
        ],
        "decides_nothing": list(day.idle),
        "unread": list(files.unread),
        "notes": list(day.notes),
        "case": msgspec.to_builtins(day.case),
    }
    return json.dumps(within(document, hidden), ensure_ascii=False)


def within(value: Any, hidden: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A document with something hidden in each of its texts. What says nothing of a patient stays, so that it can still be read:
    numbers, names of fields, and words of ours that a patient may be called by (`OUR_WORDS`).
    """
    match value:
        case str() if value in OUR_WORDS:
            return value
        case str():
            return hidden(value)
        case dict():
            return {name: within(part, hidden) for name, part in value.items()}
        case list() | tuple():
            return [within(part, hidden) for part in value]
    return value


def _text(name: str, day: CodedDay, files: TreatmentFiles, *, explain: bool) -> str:
    billing, coding = day.case.billing, day.coding
    lines = [f"{name}, {billing.date_of_service}: {coding.outcome}" + (", as far as is supposed" if day.needs else "")]
    lines += [f"  {line.session}  {notation(line.code, line.modifiers)} × {line.units}" for line in coding.lines] or ["  no line"]
    lines += ["because", *(f"  {reason}" for reason in coding.reasons)]
    if explain:
        lines += [f"  {rule} ({RULES[rule].standing}; {RULES[rule].source}): {RULES[rule].says}" for rule in coding.rules]
    lines += ["facts", *_facts(day)]
    for title, entries in (("not read", files.unread), ("note", day.notes)):
        lines += [f"{title}: {entry}" for entry in entries]
    if day.idle:
        lines.append(f"missing, and decides nothing: {', '.join(day.idle)}")
    for need in day.needs:
        lines.append(f"needs: {need.path}" + (f" (where {'; '.join(need.where)})" if need.where else ""))
        lines += [f"  {words}{' (supposed)' if not at else ''}: {codes}" for at, (words, codes) in enumerate(need.choices)]
    if not day.needs:
        lines.append("needs: nothing; no missing fact changes the codes")
    return "\n".join(clean(line) for line in lines) + "\n"


def _facts(day: CodedDay) -> Iterator[str]:
    for fact in day.facts:
        value = f" = {fact.value}" if fact.value else ""
        source = f"  [{fact.source}]" if fact.source else ""
        note = f"  ({fact.note})" if fact.note else ""
        yield f"  {fact.how:<8} {fact.path}{value}{source}{note}"
