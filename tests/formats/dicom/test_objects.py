"""Cases written as DICOM RT objects and read again: with the companion, everything that decides comes back."""

import io
import itertools
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import pydicom
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.conformance.runs.expressible import lost_fields
from rtconform.formats.dicom.companion import MOTION_FIELDS, PLAN_FIELDS, PLANNING_FIELDS, companion_of, put_together
from rtconform.formats.dicom.expressible import PlanKind, kind_of, refuse_inexpressible
from rtconform.formats.dicom.reading.identity import patient_of
from rtconform.formats.dicom.reading.open_object import open_object
from rtconform.formats.dicom.reading.reader import read_treatment
from rtconform.formats.dicom.writing.realism import PLAIN, Realism, realism_of
from rtconform.formats.dicom.writing.writer import write_objects
from rtconform.formats.messages import Inexpressible, Unreadable
from rtconform.formats.treatments import Treatment
from rtconform.generators.hypothesis import strategies
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Beam, Case, Isocenter
from tests.helpers.suite_cases import of_suite

DECIDES_NOTHING = {
    "plans.id",
    "plans.label",
    "plans.intent",
    "plans.site",
    "plans.beams.id",
    "plans.beams.energy",
    "plans.beams.isocenter",
    "plans.beams.modulation",
    "plans.beams.delivery",
    "plans.beams.gantry_start_deg",
    "plans.beams.gantry_stop_deg",
    "plans.beams.collimator_deg",
    "plans.beams.couch_deg",
    "plans.planning.volumetric_imaging",
    "isocenters",
    "isocenters.id",
    "sessions.beams_delivered",
}
"""What comes back in other words: names of beams and isocenters, a label of more than 64 letters, absent angles as 0, an even field as none, imaging none as absent."""


def read_again(case: Case, realism: Realism | None = None) -> Treatment:
    """What the reader makes of the case's objects. Raises Inexpressible."""
    return read_treatment([open_object(content, file) for file, content in write_objects(case, realism)])


def comes_back(case: Case, realism: Realism | None = None) -> Case:
    """The case that objects and companion make. Raises Inexpressible."""
    return put_together(read_again(case, realism), companion_of(case), msgspec.to_builtins(case.patient))


def decided(case: Case) -> object:
    """What the reference makes of the case, as far as a judge looks at it."""
    coding = code(case)
    return coding.outcome, [(line.session, line.code, line.modifiers, line.units) for line in coding.lines], coding.alternatives


REALISMS = st.builds(Realism, *[st.booleans()] * 7)


@pytest.mark.slow
@settings(max_examples=60, phases=[Phase.generate])
@given(st.data(), REALISMS)
def test_what_decides_comes_back(data: st.DataObject, realism: Realism) -> None:
    """Whatever a treatment is, and whatever an export adds to it: objects and companion decide like the case."""
    case = data.draw(st.one_of(strategies.cases(), strategies.edges()))
    try:
        again = comes_back(case, realism)
    except Inexpressible:
        return
    assert decided(case) == decided(again)


@pytest.mark.parametrize(("suite", "step"), [("published", 9), ("boundaries", 40), ("documentation", 600), ("pairwise", 60)])
def test_cases_of_suites_come_back(suite: str, step: int) -> None:
    """Nothing of a suite's case is lost on the way but what decides nothing."""
    seen = 0
    for case in of_suite(suite, step):
        try:
            again = comes_back(case)
        except Inexpressible:
            continue
        seen += 1
        assert decided(case) == decided(again)
        assert set() == set(lost_fields(case, again)) - DECIDES_NOTHING
    assert seen > 2


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["published", "boundaries", "pairwise"])
def test_every_case_of_a_suite_comes_back(suite: str) -> None:
    """Every case that can be written decides alike when it is read."""
    for case in of_suite(suite):
        try:
            again = comes_back(case)
        except Inexpressible:
            continue
        assert decided(case) == decided(again)


@pytest.mark.slow
def test_the_companion_holds_nothing_that_objects_say() -> None:
    """Each field of the companion is one that the objects alone give back wrongly, or not at all, in some case."""
    lost: set[str] = set()
    for case in itertools.chain(
        of_suite("published", 4), of_suite("documentation", 300), of_suite("boundaries", 60), [observed()]
    ):
        try:
            read = read_again(case, PLAIN)
        except Inexpressible:
            continue
        for plan, found in zip(case.plans, read.plans, strict=True):
            lost |= _differing(plan, found, PLAN_FIELDS)
            lost |= {f"planning.{name}" for name in _differing(plan.planning, found["planning"], ("inverse_optimized",))}
        for session, found in zip([one for one in case.sessions if one.beams_delivered], read.sessions, strict=True):
            lost |= _differing(session, found, ("guidance", "physician_review", "next_session_at"))
            if session.motion is not None:
                lost |= {f"motion.{name}" for name in _differing(session.motion, found.get("motion", {}), MOTION_FIELDS)}
    expected = {*PLAN_FIELDS, "planning.inverse_optimized", "guidance", "physician_review", "next_session_at"}
    expected |= {f"motion.{name}" for name in MOTION_FIELDS}
    assert expected == lost
    assert {"dvh_evaluated", "inverse_optimized"} == set(
        PLANNING_FIELDS
    )  # a histogram is there; that it was evaluated is not said


def _differing(of: object, found: dict[str, Any], names: tuple[str, ...]) -> set[str]:
    return {name for name in names if msgspec.to_builtins(getattr(of, name)) != found.get(name)}


def one_case() -> Case:
    """A case with two isocenters, guidance and held beams."""
    return next(
        case
        for case in of_suite("pairwise")
        if len(case.isocenters) > 1
        and all(beam.radiation == "photon" for plan in case.plans for beam in plan.beams)
        and any(session.motion and session.motion.beam_hold for session in case.sessions)
        and not any("brachy" in plan.technique or plan.technique == "proton" for plan in case.plans)
    )


def observed() -> Case:
    """A case in which motion was watched, and no beam held."""
    return next(
        case
        for case in of_suite("boundaries")
        for session in case.sessions
        if session.motion and session.motion.method != "none" and session.motion.during_beam and not session.motion.beam_hold
    )


def test_no_verdict_depends_on_realism() -> None:
    """Set-up beams, repeated isocenters, all control points, tolerance tables, private tags, order and interruptions change nothing."""
    case = one_case()
    for traits in [(False,) * 7, (True,) * 7, *(tuple(place == at for at in range(7)) for place in range(7))]:
        assert decided(case) == decided(comes_back(case, Realism(*traits)))
    assert {True, False} == {getattr(realism_of(str(n)), name) for n in range(20) for name in ("setup_beams", "all_points")}
    assert {True, False} == {getattr(realism_of(str(n)), name) for n in range(20) for name in ("scattered", "interrupted")}


def test_an_interrupted_session_has_two_records() -> None:
    """A partial record and its completion: one session, one plan, half of the first beam in each; every other beam once."""
    whole = datasets(one_case(), PLAIN)["RTRECORD"]
    parts = datasets(one_case(), Realism(setup_beams=False, interrupted=True))["RTRECORD"]
    assert len(whole) + 1 == len(parts)
    partial, completion = parts[:2]
    assert partial.TreatmentSessionUID == completion.TreatmentSessionUID
    assert partial.ReferencedRTPlanSequence == completion.ReferencedRTPlanSequence
    begun, ended = partial.TreatmentSessionBeamSequence[-1], completion.TreatmentSessionBeamSequence[0]
    assert ("MACHINE", "CONTINUATION") == (begun.TreatmentTerminationStatus, ended.TreatmentDeliveryType)
    assert begun.ReferencedBeamNumber == ended.ReferencedBeamNumber
    assert begun.SpecifiedPrimaryMeterset == begun.DeliveredPrimaryMeterset + ended.DeliveredPrimaryMeterset
    once = [beam.ReferencedBeamNumber for beam in whole[0].TreatmentSessionBeamSequence]
    assert once == [
        beam.ReferencedBeamNumber for part in parts[:2] for beam in part.TreatmentSessionBeamSequence if beam is not ended
    ]
    assert completion.TreatmentTime > partial.TreatmentTime


def test_files_come_in_any_order() -> None:
    """Scattered objects are the same ones under other names and in another order, which is the same whenever they are written."""
    case = one_case()
    plain, other = ([*write_objects(case, Realism(scattered=scattered))] for scattered in (False, True))
    assert sorted(content for _, content in plain) == sorted(content for _, content in other)
    assert [content for _, content in plain] != [content for _, content in other]
    renamed = [name for name, _ in write_objects(replace(case, id="another"), Realism(scattered=True))]
    assert [name for name, _ in other] == renamed
    assert [name for name, _ in other] == sorted(name for name, _ in other)


def datasets(case: Case, realism: Realism) -> dict[str, list[pydicom.Dataset]]:
    """The objects of a case by modality, as pydicom reads them."""
    found: dict[str, list[pydicom.Dataset]] = {}
    for _, content in write_objects(case, realism):
        data = pydicom.dcmread(io.BytesIO(content))
        found.setdefault(data.Modality, []).append(data)
    return found


def test_exports_have_what_real_ones_have() -> None:
    """A set-up beam in plan and record, two control points in a record, an isocenter that only the first control point says."""
    found = datasets(one_case(), Realism(setup_beams=True))
    plan, record = found["RTPLAN"][0], found["RTRECORD"][0]
    assert "SETUP" == plan.BeamSequence[-1].TreatmentDeliveryType
    assert "SETUP" == record.TreatmentSessionBeamSequence[0].TreatmentDeliveryType
    assert {2} == {len(beam.ControlPointDeliverySequence) for beam in record.TreatmentSessionBeamSequence}
    assert [True, False] == ["IsocenterPosition" in point for point in plan.BeamSequence[0].ControlPointSequence[:2]]
    bare = datasets(one_case(), PLAIN)["RTPLAN"][0]
    assert {"TREATMENT"} == {beam.TreatmentDeliveryType for beam in bare.BeamSequence}


def of_kind(kind: PlanKind) -> Iterator[Case]:
    """The cases of two suites with a plan of this kind that can be written."""
    for case in itertools.chain(of_suite("published"), of_suite("pairwise")):
        with suppress(Inexpressible):
            refuse_inexpressible(case)
            if kind in {kind_of(plan) for plan in case.plans}:
                yield case


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "planned", "recorded"),
    [
        ("ion", "RT Ion Plan Storage", "RT Ion Beams Treatment Record Storage"),
        ("brachy", "RT Plan Storage", "RT Brachy Treatment Record Storage"),
    ],
)
def test_protons_and_brachytherapy_have_classes_of_their_own(kind: PlanKind, planned: str, recorded: str) -> None:
    """Each such case is written in the classes that systems use for it, and comes back with nothing lost that decides: outside."""
    cases = [*of_kind(kind)]
    for case in cases:
        found = datasets(case, PLAIN)
        assert {planned} == {data.SOPClassUID.name for data in found["RTPLAN"]}
        assert {recorded} == {data.SOPClassUID.name for data in found["RTRECORD"]}
        assert not any("BeamSequence" in data or "TreatmentSessionBeamSequence" in data for data in found["RTPLAN"])
        again = comes_back(case)
        assert decided(case) == decided(again)
        assert "out_of_scope" == code(again).outcome
        assert set() == set(lost_fields(case, again)) - DECIDES_NOTHING
    assert len(cases) > 5


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ion", "brachy"])
def test_objects_alone_show_what_is_outside(kind: PlanKind) -> None:
    """Without any companion the reader says protons or brachytherapy, and where it saw it."""
    for case in of_kind(kind):
        read = read_again(case)
        assert [plan.technique for plan in case.plans] == [plan["technique"] for plan in read.plans]
        shown = next(fact for fact in read.facts if fact.path == "plans[1].technique")
        assert {"ion": "Ion Beam Sequence (300A,03A2)", "brachy": "Brachy Treatment Type (300A,0202)"}[kind] in shown.source


def test_one_patient_one_frame_of_reference() -> None:
    """Objects of a case share patient and frame of reference; each has a UID of its own."""
    found = [data for several in datasets(one_case(), PLAIN).values() for data in several]
    assert 1 == len({data.PatientID for data in found})
    assert 1 == len({data.FrameOfReferenceUID for data in found if "FrameOfReferenceUID" in data})
    assert len(found) == len({data.SOPInstanceUID for data in found})
    assert all(data.SOPInstanceUID.startswith("2.25.") and data.SOPInstanceUID.is_valid for data in found)


def test_the_same_case_is_the_same_bytes() -> None:
    """Nothing random or of the clock is in an object, and nothing says suite or place."""
    case = one_case()
    assert [*write_objects(case)] == [*write_objects(case)]
    content = b"".join(content for _, content in write_objects(case))
    assert [] == [word for word in (b"pairwise", b"rtconform", case.id.encode()) if word in content]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda case: replace(case, plans=(replace(case.plans[0], technique="hdr_brachytherapy"),)), "place for port images"),
        (lambda case: replace(case, plans=(replace(case.plans[0], technique="proton"),)), "protons alone"),
        (
            lambda case: replace(
                case, plans=(replace(case.plans[0], technique="ldr_brachytherapy", beams=(Beam("X", "electron", "I"),)),)
            ),
            "emits no photons",
        ),
        (lambda case: replace(case, plans=(replace(case.plans[0], beams=(Beam("X", "neutron", "I"),)),)), "no term in a plan"),
        (lambda case: replace(case, isocenters=(Isocenter("I", (2e6, 0, 0)),)), "kilometre"),
        (lambda case: replace(case, sessions=(replace(case.sessions[0], port_images=101),)), "port images"),
    ],
)
def test_what_has_no_object_is_told(change: Any, said: str) -> None:
    """A case that no plan or treatment record can hold is refused with the reason."""
    with pytest.raises(Inexpressible, match=said):
        [*write_objects(change(one_case()))]


def test_the_patient_comes_back() -> None:
    """The patient is read as it was written."""
    case = one_case()
    objects = [open_object(content, file) for file, content in write_objects(case)]
    assert msgspec.to_builtins(case.patient) == patient_of(objects)


@pytest.mark.hostile
@settings(max_examples=60)
@given(st.data())
def test_a_damaged_object_is_refused_or_read(data: st.DataObject) -> None:
    """Whatever is done to the bytes: the reader makes something of them or says that it can't, and never fails."""
    file, content = data.draw(st.sampled_from([*write_objects(next(of_suite("published")), PLAIN)]))
    at = data.draw(st.integers(0, len(content) - 1))
    junk = data.draw(st.binary(max_size=12))
    damaged = content[:at] + junk + content[at + data.draw(st.integers(0, 12)) :]
    with suppress(Unreadable):
        assert isinstance(read_treatment([open_object(damaged, file)]), Treatment)
