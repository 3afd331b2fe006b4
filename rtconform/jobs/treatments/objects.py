"""Which of the DICOM objects of a folder are read, and what is said where they are no treatment of one patient."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rtconform.formats.dicom.reading.open_object import DicomObject

_FOR_NOBODY = ("VERIFICATION", "MACHINE_QA", "SERVICE")
_NAMES = {"structures": "RT Structure Set", "dose": "RT Dose", "image": "RT Image", "other": "object of another class"}


def is_outside(found: "DicomObject") -> bool:
    """Whether an object is known and not read."""
    return found.kind.startswith("an ")


def without_copies(objects: list["DicomObject"]) -> tuple[list["DicomObject"], list[str]]:
    """Each object once, and what is said of the files that hold one again."""
    first: dict[str, str] = {}
    kept, copies = [], []
    for one in objects:
        known = first.setdefault(one.uid, one.file) if one.uid else one.file
        if known == one.file:
            kept.append(one)
        else:
            copies.append(f"{one.file}: the object that {known} is, by its SOP Instance UID (0008,0018)")
    return kept, copies


def without_plans_for_nobody(objects: list["DicomObject"]) -> tuple[list["DicomObject"], list[str]]:
    """The objects without plans that no patient is treated by, and what is said of those; a plan that a record names is kept."""
    from rtconform.formats.dicom.reading.open_object import items, said  # noqa: PLC0415 - pydicom is an extra

    records = (one for one in objects if one.kind == "record")
    treated = {said(plan, "ReferencedSOPInstanceUID") for one in records for plan in items(one.data, "ReferencedRTPlanSequence")}
    kept, aside = [], []
    for one in objects:
        intent, status = said(one.data, "PlanIntent"), said(one.data, "ApprovalStatus")
        if one.kind == "plan" and one.uid not in treated and intent in _FOR_NOBODY:
            aside.append(f"{one.file}: no plan to treat a patient by: its Plan Intent (300A,000A) is {intent}")
        elif one.kind == "plan" and one.uid not in treated and status == "REJECTED":
            aside.append(f"{one.file}: a plan that was rejected, by its Approval Status (300E,0002)")
        else:
            kept.append(one)
    return kept, aside


def of_several(name: str, objects: list["DicomObject"]) -> str:
    """What is said of objects of several patients; empty where they are of one."""
    from rtconform.formats.dicom.reading.open_object import said  # noqa: PLC0415 - pydicom is an extra

    patients: dict[str, str] = {}
    for one in objects:
        who = said(one.data, "PatientID") or said(one.data, "PatientName")
        if who and one.kind != "other":
            patients.setdefault(who, one.file)
    if len(patients) < 2:
        return ""
    both = " and ".join([*patients.values()][:2])
    return (
        f"{name}: objects of {len(patients)} patients: Patient ID (0010,0020) differs in {both}; give the folder of one patient"
    )


def nothing_in(name: str, path: Path, objects: list["DicomObject"], unread: list[str]) -> str:
    """What is said where nothing is in a file or folder that could be coded; empty where something is."""
    from rtconform.formats.dicom.reading.plans import plans_something  # noqa: PLC0415 - pydicom is an extra

    if any(one.kind == "record" or (one.kind == "plan" and plans_something(one.data)) for one in objects):
        return ""
    known = sorted({one.kind for one in objects if is_outside(one)})
    if any(one.kind == "plan" for one in objects):
        return (
            f"{name}: no beam is in the RT Plan: Beam Sequence (300A,00B0) is missing or empty; "
            "look whether the file is whole, or add the treatment record"
        )
    if known:
        return f"{name}: what is in it is {', '.join(known)}: outside of what is coded here, and not read"
    found = [f"{number} {_NAMES[kind]}" for kind in _NAMES if (number := sum(one.kind == kind for one in objects))]
    told = "; ".join([*([f"what is there: {', '.join(found)}"] if found else []), *unread[:3]])
    if path.is_dir():
        what = "no RT Plan and no RT Beams Treatment Record is in this folder"
        return f"{name}: {what}" + (f" ({told})" if told else "") + "; add one of them"
    if found:
        return f"{name}: an {found[0].partition(' ')[2]}; give the RT Plan or the treatment record, or a folder in which one is"
    return f"{name}: {unread[0].partition(': ')[2]}; give an RT Plan or a treatment record" if unread else f"{name}: no object"
