"""A clinic's own treatment as cases, a day each, with what is missing in them named and what is supposed for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import json, to_builtins
from msgspec.structs import replace

from rtconform.jobs.treatments.coded import CodedDay, coded_days
from rtconform.jobs.treatments.files import TreatmentFiles, treatments_in
from rtconform.jobs.treatments.shown import within
from rtconform.reference.errors import DocumentError, UserError


@dataclass(frozen=True)
class TreatmentCase:
    """One day. `document`: an rtconform.case/1. `missing`: a sentence for each fact that no file says; `beside`: notes."""

    name: str
    document: bytes
    missing: tuple[str, ...]
    beside: tuple[str, ...]


def cases_of(name: str, *, keep_identity: bool) -> Iterator[TreatmentCase]:
    """Each day of the treatment in a file or folder. Raises UserError, in which nothing says who the patient is."""
    for files in treatments_in(name):
        yield from _cases_of(files, keep_identity=keep_identity)


def _cases_of(files: TreatmentFiles, *, keep_identity: bool) -> Iterator[TreatmentCase]:
    hidden = (lambda text: text) if keep_identity else files.identity.without_words
    try:
        for day in coded_days(files, keep_identity=keep_identity):
            named = files.beside.get("id") or files.treatment.case_id or f"treatment-{day.case.billing.date_of_service}"
            case = replace(day.case, id=str(named))
            yield TreatmentCase(
                hidden(case.id),
                json.encode(within(to_builtins(case), hidden)),
                tuple(hidden(words) for words in _missing(day)),
                tuple(hidden(words) for words in (*(f"not read: {one}" for one in files.unread), *day.notes)),
            )
    except DocumentError as error:
        raise UserError(hidden(str(error))) from None


def _missing(day: CodedDay) -> Iterator[str]:
    """Each missing fact: those on which codes depend first."""
    told = {need.path for need in day.needs} | set(day.idle)
    told |= {f"{path.partition(' (')[0]}.{name}" for path in told for name in path.partition(" (")[2].rstrip(")").split(", ")}
    for need in day.needs:
        supposed, *others = (words for words, _ in need.choices)
        where = f", where {'; '.join(need.where)}" if need.where else ""
        yield f"{need.path}: {supposed} is supposed; codes depend on it: it may be {', '.join(others)}{where}"
    for path in day.idle:
        yield f"{path}: no code depends on it"
    for fact in day.facts:
        if fact.how == "missing" and fact.path not in told:
            yield f"{fact.path}: {fact.note or fact.source}"
