"""Images that guided a session: by the class of what a record references, and by the RT Image objects that are there."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rtconform.formats.dicom.reading.open_object import DicomObject, said, value
from rtconform.formats.dicom.reading.plans import source
from rtconform.formats.dicom.reading.records import ReadRecord, moment_of
from rtconform.formats.treatments import Fact

_METHODS = {
    "1.2.840.10008.5.1.4.1.1.2": "cbct",
    "1.2.840.10008.5.1.4.1.1.2.1": "cbct",
    "1.2.840.10008.5.1.4.1.1.4": "mri",
    "1.2.840.10008.5.1.4.1.1.128": "pet_ct",
    "1.2.840.10008.5.1.4.1.1.6.1": "ultrasound",
}
_RT_IMAGE = "1.2.840.10008.5.1.4.1.1.481.1"
_PURPOSE = "SetupImageComment"


@dataclass(frozen=True)
class ReadGuidance:
    """Acts of guidance as parts of a case, when a physician approved an image of them, and where that was read."""

    acts: list[dict[str, Any]]
    approved_at: dt.datetime | None
    facts: tuple[Fact, ...]


def read_guidance(records: Sequence[ReadRecord], objects: Sequence[DicomObject]) -> ReadGuidance:
    """The guidance of a session. No object says what an image was for: localizing the target is supposed, and told as missing."""
    images = {one.uid: one for one in objects if one.kind == "image"}
    acts: dict[tuple[str, str, bool], str] = {}
    approvals: list[tuple[dt.datetime, str]] = []
    for record in records:
        for image in record.images:
            method, series = _METHODS.get(image.sop_class, ""), image.instance
            found = images.get(image.instance)
            if image.sop_class == _RT_IMAGE:
                method = "orthogonal_kv"
                if found is not None:
                    series = said(found.data, "SeriesInstanceUID")
                    method = "mv_port" if "PORTAL" in map(str, value(found.data, "ImageType") or ()) else method
                    approved = moment_of(found.data, "ReviewDate", "ReviewTime")
                    if approved is not None and said(found.data, "ApprovalStatus") == "APPROVED":
                        approvals.append((approved, found.file))
            if method:
                acts.setdefault((method, series, image.during), record.file)
    facts = [
        Fact("guidance.method", "read", method, source(file, "ReferencedSOPClassUID"), _how_sure(method))
        for (method, _, _), file in acts.items()
    ]
    files = ", ".join(record.file for record in records)
    if acts:
        facts.append(Fact("guidance.purpose", "missing", "", source(files, _PURPOSE), "no attribute says what an image was for"))
    else:
        where = source(files, "ReferencedSetupImageSequence")
        facts.append(Fact("guidance", "missing", "", where, "the record references no image: surface guidance leaves none"))
    last = max(approvals, default=None)
    if last is not None:
        facts.append(Fact("physician_review", "read", last[0].isoformat(), source(last[1], "ReviewDate", "ReviewTime")))
    else:
        where = source(files, "ApprovalStatus", "ReviewDate")
        facts.append(Fact("physician_review", "missing", "", where, "only RT Image objects hold an approval"))
    facts.append(Fact("next_session_at", "missing", "", files, "no attribute says when the next session is"))
    return ReadGuidance(
        [
            {"method": method, "purpose": "target_localization", "timing": "intrafraction" if during else "pre_treatment"}
            for method, _, during in acts
        ],
        last[0] if last else None,
        tuple(facts),
    )


def _how_sure(method: str) -> str:
    if method == "orthogonal_kv":
        return "projections: a pair of kV images or a stereoscopic one"
    return "a CT image: of a cone beam or not" if method == "cbct" else ""
