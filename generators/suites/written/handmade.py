"""Suites written by hand: a base treatment and what differs from it, case by case, from TOML files (`suitefile.py`).

A file is read whole, and all its faults are reported at once, each with its line.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Generic

from rtconform.generators.suites.suite import Asks, Item_co, SuiteCase
from rtconform.generators.suites.written.composition import Document, PathFault, change, compose, decode_case, nearest, remove
from rtconform.generators.suites.written.expectation import expected_answers
from rtconform.generators.suites.written.suitefile import Draft, SuiteFile, read_suite_file
from rtconform.reference.documents.treatment import Case
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import read_regular

_SEED = 0  # of a suite on which no seed has any influence


@dataclass
class HandmadeSuite(Generic[Item_co]):
    """A suite of fixed cases, or claims, from a file (`rtconform.generators.suites.suite.SuiteOf`); the seed has no influence."""

    name: str
    version: str
    about: str
    cases: tuple[Item_co, ...] = field(repr=False)
    seeded: bool = False
    asks: Asks = "case"

    def size(self, count: int | None) -> int:
        """How many cases the file has. Raises UserError where `count` asks for a number of them."""
        if count is not None:
            raise UserError(f"suite {self.name} has {len(self.cases)} cases, and can't have another number: leave the count out")
        return len(self.cases)

    def case(self, index: int, seed: int) -> Item_co:  # noqa: ARG002 - the seed belongs to the protocol
        """Case number `index`, from 0. Raises UserError beyond the last."""
        if not 0 <= index < len(self.cases):
            raise UserError(f"suite {self.name} has cases 0 to {len(self.cases) - 1}, no case {index}")
        return self.cases[index]

    def index_of(self, case_id: str) -> tuple[int, int]:
        """Index and seed (always 0) of the case with this id. Raises UserError, with the nearest id, where there is none."""
        ids = [entry.id for entry in self.cases]
        if case_id not in ids:
            raise UserError(f"suite {self.name} has no case {case_id!r}{nearest(case_id, ids)}")
        return ids.index(case_id), _SEED


def load_suite_file(path: Path) -> HandmadeSuite[SuiteCase]:
    """The suite in the file at `path`, whose cases may use the shipped base treatments and those of the file.

    Raises UserError for a file that can't be read, DocumentError (`SuiteFileError`) with every fault of one that can.
    """
    try:
        data = read_regular(path)
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror or error}") from None
    return _suite(read_suite_file(str(path), data), shipped_treatments())


@cache
def shipped_suite(name: str) -> HandmadeSuite[SuiteCase]:
    """The suite of that name among the data of this package."""
    return _suite(_shipped(f"{name}.toml"), shipped_treatments())


@cache
def shipped_treatments() -> dict[str, Document]:
    """The base treatments among the data of this package, by name: in wire form, without the ids of case and patient."""
    file = _shipped("treatments.toml")
    _check_treatments(file, {})
    file.refuse_faults()
    return file.treatments


def _shipped(name: str) -> SuiteFile:
    return read_suite_file(name, files("rtconform.generators").joinpath("data", name).read_bytes())


def _suite(file: SuiteFile, shipped: dict[str, Document]) -> HandmadeSuite[SuiteCase]:
    sound = _check_treatments(file, shipped) | shipped.keys()
    treatments = {**file.treatments, **shipped}
    cases = [_suite_case(file, draft, treatments) for draft in file.drafts if _usable(file, draft, treatments, sound)]
    if not file.drafts and not file.placed:
        file.fault("no case in the file: write [[case]] or [[pair]]", "$", ("suite",))
    file.refuse_faults()
    return HandmadeSuite(file.name, file.version, file.about, tuple(case for case in cases if case))


def _check_treatments(file: SuiteFile, shipped: dict[str, Document]) -> set[str]:
    """Notes the faults of the file's own treatments; returns the names of those that have none."""
    sound = set()
    for name, treatment in file.treatments.items():
        place = ("treatment", name)
        case, faults = decode_case(_named(treatment, name, name), unknown_allowed=False, conflict_allowed=False)
        for fault in faults:
            file.fault(fault.what, f"treatment {name}: {fault.path}", place, _last_field(fault.path))
        if name in shipped:
            file.fault(f"{name!r} is a shipped treatment: choose another name", f"treatment.{name}", place)
        if case and not faults:
            sound.add(name)
    return sound


def _usable(file: SuiteFile, draft: Draft, treatments: dict[str, Document], sound: set[str]) -> bool:
    """Whether a case can be made of the draft: its base is there and has no faults of its own."""
    if draft.base not in treatments:
        what = f"no base treatment {draft.base!r}{nearest(draft.base, treatments)}"
        file.fault(what, f"{draft.slug}: base", draft.place, "base")
        return False
    return draft.base in sound


def _suite_case(file: SuiteFile, draft: Draft, treatments: dict[str, Document]) -> SuiteCase | None:
    case = _case(file, draft, treatments[draft.base])
    if case is None:
        return None
    try:
        expected_answers(draft.expect, tuple(session.id for session in case.sessions))
    except ValueError as error:
        file.fault(str(error), f"{draft.slug}: expect", draft.place, "expect")
    return SuiteCase(
        case=case,
        title=draft.title,
        rule=draft.rule,
        heading=draft.heading,
        why=draft.why,
        twin=f"{file.name}:{draft.twin}" if draft.twin else None,
        expect=draft.expect,
    )


def _case(file: SuiteFile, draft: Draft, treatment: Document) -> Case | None:
    known_faults = len(file.placed)
    document = compose(treatment, claim=draft.claim, date=draft.date)
    for path, value in {path: value for item in draft.differences for path, value in item.changes.items()}.items():
        try:
            change(document, path, value)
        except PathFault as error:
            file.fault(str(error), f"{draft.slug}: set", draft.place, path)
    for path in [path for item in draft.differences for path in item.removals]:
        try:
            remove(document, path)
        except PathFault as error:
            file.fault(str(error), f"{draft.slug}: unset", draft.place, path)
    if len(file.placed) > known_faults:
        return None
    case, faults = decode_case(
        _named(document, f"{file.name}:{draft.slug}", draft.slug),
        unknown_allowed=draft.rule == "DOC-UNKNOWN",
        conflict_allowed=draft.rule == "DOC-CONFLICT",
    )
    for fault in faults:
        file.fault(fault.what, f"{draft.slug}: {fault.path}", draft.place, _last_field(fault.path))
    return case


def _last_field(path: str) -> str:
    return path.rpartition(".")[2].partition("[")[0]


def _named(document: Document, case_id: str, slug: str) -> Document:
    # the patient's id must not show suite or place: a vendor could answer by it
    digest = hashlib.sha256(f"synthetic patient of {slug}".encode()).hexdigest()
    patient = document.get("patient")
    named = {"id": f"SYN-{digest[:10]}", **patient} if isinstance(patient, dict) else patient
    return {**document, "schema": "rtconform.case/1", "id": case_id, "patient": named}
