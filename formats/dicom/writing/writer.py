"""A case as DICOM RT objects: a file for each."""

from collections.abc import Iterable, Iterator

import msgspec
from pydicom.dataset import Dataset

from rtconform.formats.dicom.expressible import refuse_inexpressible
from rtconform.formats.dicom.writing.images import write_images
from rtconform.formats.dicom.writing.objects import Export, export_of, file_of
from rtconform.formats.dicom.writing.plans import has_structures, write_plan
from rtconform.formats.dicom.writing.realism import Realism, realism_of, scattered
from rtconform.formats.dicom.writing.records import Delivery, PlannedIn, write_records
from rtconform.formats.dicom.writing.volumes import write_dose, write_structures
from rtconform.reference.documents.treatment import Case, Session


def write_objects(case: Case, realism: Realism | None = None) -> Iterator[tuple[str, bytes]]:
    """The objects of a case, each with the name of its file. Raises Inexpressible.

    `realism`: what an export has beside the case; by default it varies with what the case says, and not with how the case or
    its patient is called: asked again under another id, a vendor sees the same export.
    """
    refuse_inexpressible(case)
    content = _content(case)
    export = export_of(case, realism or realism_of(content))
    objects: Iterable[Dataset] = _objects(export)
    if export.realism.scattered:
        ordered = [*objects]
        objects = (ordered[place] for place in scattered(content, len(ordered)))
    for order, made in enumerate(objects):
        yield f"{order:03}-{made.Modality.lower()}.dcm", file_of(made)


def _content(case: Case) -> str:
    """What a case says, without the names that it goes under."""
    return msgspec.json.encode((case.billing, case.isocenters, case.plans, case.sessions)).decode()


def _objects(export: Export) -> Iterator[Dataset]:
    plans = []
    for index, plan in enumerate(export.case.plans):
        if has_structures(plan):
            yield write_structures(export, index, plan)
        plans.append(write_plan(export, index, plan))
        yield plans[-1]
        if plan.planning.dvh_evaluated:
            yield write_dose(export, index, plan)
    for place, session in enumerate(export.case.sessions):
        if session.beams_delivered:
            yield from _session(export, place, session, plans)


def _session(export: Export, place: int, session: Session, plans: list[Dataset]) -> Iterator[Dataset]:
    before: list[Dataset] = []
    during: list[Dataset] = []
    for order, act in enumerate(session.guidance):
        images = write_images(export, session, place, order, act)
        yield from images.written
        (during if act.timing == "intrafraction" else before).extend(images.references)
    delivery = Delivery(export, session)
    for at in delivery.by_plan:
        known = at < len(plans)
        where = PlannedIn(session, place, at, export.case.plans[at] if known else None, plans[at] if known else None)
        yield from write_records(export, where, delivery, before, during)
