"""Treatment records (of beams, ion beams, brachytherapy), read.

They say what was delivered, when, how motion was managed, and which images guided it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydicom.dataset import Dataset

from rtconform.formats.dicom.reading.open_object import DicomObject, items, real, said

_TREATING = ("TREATMENT", "TRMT_PORTFILM", "CONTINUATION", "")
_PORT = ("TRMT_PORTFILM", "OPEN_PORTFILM")
_SEQUENCES = ("TreatmentSessionBeamSequence", "TreatmentSessionIonBeamSequence", "TreatmentSessionApplicationSetupSequence")
"""What was delivered: of beams, of ion beams, of brachytherapy."""

_FIRST, _LAST = dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)
_APART = dt.timedelta(minutes=90)
"""Records without a session's UID belong together where they begin no further apart."""


@dataclass(frozen=True)
class ReadDelivery:
    """One delivery of a beam. `continues`: one that was interrupted."""

    plan: str
    number: int
    name: str
    began: dt.datetime | None
    held: bool
    continues: bool = False


@dataclass(frozen=True)
class ReadImage:
    """A reference to an image of guidance: its class and instance, and whether the beam was on."""

    sop_class: str
    instance: str
    during: bool


@dataclass(frozen=True)
class ReadRecord:
    """One record.

    `sequence`: the attribute that holds what was delivered. `technique`, `signal`: of Motion Synchronization; empty: none.
    """

    file: str
    sequence: str
    plan: str
    session: str
    began: dt.datetime | None
    fraction: int | None
    delivered: tuple[ReadDelivery, ...]
    skipped: int
    port_images: int
    technique: str
    signal: str
    shift: tuple[float, float, float] | None
    images: tuple[ReadImage, ...]


def read_record(found: DicomObject) -> ReadRecord:
    """The record in a treatment record object."""
    data = found.data
    plan = next((said(one, "ReferencedSOPInstanceUID") for one in items(data, "ReferencedRTPlanSequence")), "")
    beams = [one for keyword in _SEQUENCES for one in items(data, keyword)]
    delivered = tuple(_delivery(beam, plan) for beam in beams if _treated(beam))
    began = moment_of(data, "TreatmentDate", "TreatmentTime")
    if began is None:
        began = min((one.began for one in delivered if one.began is not None), default=None)
    fractions = [int(number) for beam in beams if (number := real(beam, "CurrentFractionNumber")) is not None and number >= 1]
    setups = [*items(data, "PatientSetupSequence")]
    motions = [one for setup in setups for one in items(setup, "MotionSynchronizationSequence")]
    return ReadRecord(
        file=found.file,
        sequence=next((keyword for keyword in _SEQUENCES if keyword in data), _SEQUENCES[0]),
        plan=plan,
        session=said(data, "TreatmentSessionUID"),
        began=began,
        fraction=fractions[0] if fractions else None,
        delivered=delivered,
        skipped=len(beams) - len(delivered),
        port_images=sum(said(beam, "TreatmentDeliveryType") in _PORT for beam in beams),
        technique=next((said(one, "RespiratoryMotionCompensationTechnique") for one in motions), ""),
        signal=next((said(one, "RespiratorySignalSource") for one in motions), ""),
        shift=next((shift for setup in setups if (shift := _shift(setup)) is not None), None),
        images=(
            *_images(setups, "ReferencedSetupImageSequence", during=False),
            *_images(beams, "ReferencedVerificationImageSequence", during=True),
        ),
    )


def moment_of(data: Dataset, date: str, time: str) -> dt.datetime | None:
    """A moment that two attributes say."""
    day, clock = said(data, date).replace(".", ""), said(data, time).replace(":", "")
    whole, _, part = clock.partition(".")
    digits = whole.ljust(6, "0")
    if not (day.isdecimal() and len(day) == 8 and digits.isdecimal() and len(digits) == 6):
        return None
    micro = int(part[:6].ljust(6, "0")) if part.isdecimal() else 0
    try:
        on = dt.date(int(day[:4]), int(day[4:6]), int(day[6:]))
        return dt.datetime.combine(on, dt.time(int(digits[:2]), int(digits[2:4]), int(digits[4:]), micro))
    except ValueError:
        return None


def sessions_of(records: Iterable[ReadRecord]) -> list[tuple[ReadRecord, ...]]:
    """The records of each session: those with one Treatment Session UID, else those that began at about the same time."""
    named: dict[str, list[ReadRecord]] = {}
    loose: list[list[ReadRecord]] = []
    for record in sorted(records, key=lambda one: (one.began or _FIRST, one.file)):
        if record.session:
            named.setdefault(record.session, []).append(record)
        elif loose and _together(loose[-1][-1], record):
            loose[-1].append(record)
        else:
            loose.append([record])
    found = [tuple(several) for several in (*named.values(), *loose)]
    return sorted(found, key=lambda several: min(one.began or _FIRST for one in several))


def delivered_in_order(records: Iterable[ReadRecord]) -> list[ReadDelivery]:
    """The deliveries of a session in the order of their first control points; those without a time come last.

    What continues a delivery of the session is part of it.
    """
    every = sorted((one for record in records for one in record.delivered), key=lambda one: one.began or _LAST)
    begun = {(one.plan, one.number) for one in every if not one.continues}
    return [one for one in every if not one.continues or (one.plan, one.number) not in begun]


def _together(one: ReadRecord, other: ReadRecord) -> bool:
    if one.began is None or other.began is None:
        return False
    return other.began - one.began <= _APART


def _treated(beam: Dataset) -> bool:
    """Whether an item is a beam that treated: no set-up beam, no open port film, and some of its meterset was delivered."""
    meterset = real(beam, "DeliveredPrimaryMeterset")
    return said(beam, "TreatmentDeliveryType") in _TREATING and (meterset is None or meterset > 0)


def _delivery(beam: Dataset, plan: str) -> ReadDelivery:
    points = [*items(beam, "ControlPointDeliverySequence"), *items(beam, "IonControlPointDeliverySequence")]
    for channel in items(beam, "RecordedChannelSequence"):
        points += items(channel, "BrachyControlPointDeliveredSequence")
    moments = [moment_of(point, "TreatmentControlPointDate", "TreatmentControlPointTime") for point in points]
    transitions = {said(one, "BeamHoldTransition") for one in items(beam, "GatingBeamHoldTransitionSequence")}
    number = real(beam, "ReferencedBeamNumber")
    if number is None:
        number = real(beam, "ReferencedBrachyApplicationSetupNumber")
    return ReadDelivery(
        plan=plan,
        number=int(number) if number is not None else -1,
        name=said(beam, "BeamName") or said(beam, "ApplicationSetupName"),
        began=min((one for one in moments if one is not None), default=None),
        held="HOLD" in transitions,
        continues=said(beam, "TreatmentDeliveryType") == "CONTINUATION",
    )


def _shift(setup: Dataset) -> tuple[float, float, float] | None:
    names = ("TableTopLateralSetupDisplacement", "TableTopLongitudinalSetupDisplacement", "TableTopVerticalSetupDisplacement")
    found = [real(setup, name) for name in names]
    if all(one is None for one in found):
        return None
    lateral, longitudinal, vertical = (one or 0.0 for one in found)
    return lateral, longitudinal, vertical


def _images(places: Iterable[Dataset], keyword: str, *, during: bool) -> Iterator[ReadImage]:
    for place in places:
        for one in items(place, keyword):
            yield ReadImage(said(one, "ReferencedSOPClassUID"), said(one, "ReferencedSOPInstanceUID"), during)
