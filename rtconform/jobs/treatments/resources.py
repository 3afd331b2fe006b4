"""FHIR resources of files, sorted by patient: Bundles, single resources, and files with a resource a line."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rtconform.formats.fhir.bundles import Document, Resources, dicts
from rtconform.formats.fhir.case_reader import read_patient
from rtconform.formats.fhir.resource_identity import identity_of
from rtconform.formats.fhir.treatment_reader import has_radiotherapy, read_resources
from rtconform.formats.identity import Identity
from rtconform.formats.messages import Unreadable
from rtconform.formats.treatments import Treatment
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import open_regular, read_regular

LONGEST = 64 * 1024 * 1024
"""How long a file of resources may be, in bytes."""

_FIRST = 64 * 1024
_SUFFIXES = (".json", ".ndjson", ".jsonl")
_TYPE, _OURS = re.compile(rb'"resourceType"\s*:'), re.compile(rb'"schema"\s*:\s*"rtconform\.')
_WHOSE = ("subject", "patient", "beneficiary", "individual")


@dataclass(frozen=True)
class PatientResources:
    """The treatment of one patient. `unread`: files that hold no resource, and why."""

    treatment: Treatment
    patient: Document
    identity: Identity
    unread: tuple[str, ...]


@dataclass
class _Pool:
    """Resources that belong together. `files`: where each stands, by its `id()`."""

    top: Document
    resources: list[tuple[Document, str]] = field(default_factory=list)
    files: dict[int, str] = field(default_factory=dict)


def holds_resources(path: Path) -> bool:
    """Whether a file begins like FHIR in JSON, and not like a document of ours."""
    if path.suffix.lower() not in _SUFFIXES:
        return False
    try:
        with open_regular(path) as stream:
            start = stream.read(_FIRST)
    except OSError:
        return False
    found, ours = _TYPE.search(start), _OURS.search(start)
    return found is not None and (ours is None or found.start() < ours.start())


def patients_in(name: str, files: list[tuple[str, Path]], unread: tuple[str, ...]) -> Iterator[PatientResources]:
    """The treatment of each patient in these files. Raises UserError, in which nothing says who a patient is."""
    pools, every = _pools(files)
    identity = identity_of(every)
    kinds = sorted({str(one.get("resourceType"))[:40] for one in every})
    found = 0
    for pool in pools:
        for top, own in _by_patient(pool):
            if not has_radiotherapy([one for one, _ in own]):
                continue
            found += 1
            resources = Resources({"resourceType": "Bundle", "identifier": top.get("identifier")})
            try:
                for one, url in own:
                    resources.add(one, url)
                shown = {key: identity.without(file) for key, file in pool.files.items()}
                read = read_resources(resources, shown)
                facts = tuple(replace(fact, source=identity.without(fact.source)) for fact in read.facts)
                treatment = replace(read, facts=facts)
            except Unreadable as why:
                raise UserError(identity.without(f"{name}: {why.what}")) from None
            yield PatientResources(treatment, read_patient(resources), identity, tuple(map(identity.without, unread)))
    if not found:
        what = "no plan, phase, course or fraction of radiotherapy is among these resources"
        raise UserError(identity.without(f"{name}: {what} ({', '.join(kinds[:12])}); give those too"))


def _pools(files: list[tuple[str, Path]]) -> tuple[list[_Pool], list[Document]]:
    """A pool for each Bundle with a patient of its own, and one for everything else."""
    loose = _Pool({})
    pools, every = [], []
    for shown, path in files:
        for document in _documents(path, shown):
            entries = dicts(document.get("entry")) if document.get("resourceType") == "Bundle" else [{"resource": document}]
            own = [(one["resource"], str(one.get("fullUrl", ""))) for one in entries if isinstance(one.get("resource"), dict)]
            with_patient = len(entries) > 1 and any(one.get("resourceType") == "Patient" for one, _ in own)
            pool = _Pool(document) if with_patient else loose
            if with_patient:
                pools.append(pool)
            for one, url in own:
                pool.resources.append((one, url))
                pool.files[id(one)] = shown
                every.append(one)
    return [*pools, loose] if loose.resources else pools, every


def _documents(path: Path, shown: str) -> Iterator[Document]:
    """The resources of a file: one, or one a line. Raises UserError."""
    try:
        content = read_regular(path, LONGEST + 1)
    except OSError as error:
        raise UserError(f"{shown}: {error.strerror}") from None
    if len(content) > LONGEST:
        raise UserError(f"{shown}: longer than {LONGEST >> 20} MiB; split it into files of fewer resources")
    try:
        yield _resource(json.loads(content), shown)
        return
    except RecursionError:
        raise UserError(f"{shown}: nested too deeply to be read; give FHIR resources in JSON") from None
    except ValueError:
        lines = content.splitlines()
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _resource(json.loads(line), f"{shown}:{number}")
            except (ValueError, RecursionError):
                what = "neither one resource in JSON nor a resource on each line"
                raise UserError(f"{shown}: {what} (line {number}); give FHIR resources in JSON") from None


def _resource(document: Any, where: str) -> Document:  # noqa: ANN401 - whatever a file holds
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise UserError(f"{where}: not a FHIR resource: resourceType is missing; move it away, or give the resource")
    return document


def _by_patient(pool: _Pool) -> Iterator[tuple[Document, list[tuple[Document, str]]]]:
    """What belongs to each patient of a pool, with what belongs to nobody: each resource with its address."""
    every = Resources({"resourceType": "Bundle"})
    try:
        for one, url in pool.resources:
            every.add(one, url)
    except Unreadable as why:
        raise UserError(f"{why.what}; split them by patient") from None
    patients = list(every.of_type("Patient"))
    if len(patients) < 2:
        yield pool.top, pool.resources
        return
    for patient in patients:
        yield {}, [(one, url) for one, url in pool.resources if _belongs(every, one, patient)]


def _belongs(every: Resources, one: Document, patient: Document) -> bool:
    if one.get("resourceType") == "Patient":
        return one is patient
    whose = [every.named(one[element]) for element in _WHOSE if isinstance(one.get(element), dict)]
    return not whose or any(found is patient for found in whose)
