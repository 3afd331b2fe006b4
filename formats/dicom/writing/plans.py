"""RT Plan or RT Ion Plan: what was planned for one treatment site."""

from pydicom.dataset import Dataset
from pydicom.uid import RTDoseStorage, RTIonPlanStorage, RTPlanStorage, RTStructureSetStorage

from rtconform.formats.dicom.expressible import counted, kind_of
from rtconform.formats.dicom.writing.beams import METERSET, beam_item, setup_beam_item
from rtconform.formats.dicom.writing.brachytherapy import set_brachytherapy
from rtconform.formats.dicom.writing.elements import LONGEST_SHORT, clock, day, item, number, reference, text
from rtconform.formats.dicom.writing.ions import ion_beam
from rtconform.formats.dicom.writing.objects import Export, new_object, set_approval
from rtconform.reference.documents.treatment import Plan, Vector

_INTENTS = {"curative": "CURATIVE", "palliative": "PALLIATIVE", "prophylactic": "PROPHYLACTIC"}


def plan_names(index: int) -> tuple[str, ...]:
    """What the RT Plan of the plan at this place is named by."""
    return ("plan", str(index))


def plan_class(plan: Plan | None) -> str:
    """The SOP class of a plan's object; of a plan that the case lacks, RT Plan."""
    return RTIonPlanStorage if plan is not None and kind_of(plan) == "ion" else RTPlanStorage


def has_structures(plan: Plan) -> bool:
    """Whether the record of planning shows any volume: then there is a structure set."""
    planning = plan.planning
    imaged = (planning.volumetric_imaging or "none") != "none"
    return bool(imaged or planning.targets or planning.organs_at_risk or planning.dvh_evaluated)


def write_plan(export: Export, index: int, plan: Plan) -> Dataset:
    """The object."""
    made = new_object(export, plan_class(plan), "RTPLAN", plan_names(index), export.planned_at)
    made.FrameOfReferenceUID = export.frame
    made.PositionReferenceIndicator = ""
    made.RTPlanLabel = text(plan.label or plan.id, LONGEST_SHORT) or f"PLAN{index + 1}"
    made.RTPlanName = text(plan.label)
    made.RTPlanDate = day(export.planned_at)
    made.RTPlanTime = clock(export.planned_at)
    if plan.intent in _INTENTS:
        made.PlanIntent = _INTENTS[plan.intent]
    if plan.site:
        made.TreatmentSite = text(plan.site)
    structures = has_structures(plan)
    made.RTPlanGeometry = "PATIENT" if structures else "TREATMENT_DEVICE"
    made.DoseReferenceSequence = _dose_references(plan)
    if structures:
        made.ReferencedStructureSetSequence = [reference(RTStructureSetStorage, export.uid("structures", str(index)))]
    _set_beams(export, made, plan)
    made.PatientSetupSequence = [item(PatientPosition="HFS", PatientSetupNumber=1, SetupTechnique="ISOCENTRIC")]
    if export.realism.tolerance_table and kind_of(plan) != "brachy":
        table = item(ToleranceTableNumber=1, ToleranceTableLabel="T1", GantryAngleTolerance=number(1))
        if kind_of(plan) == "ion":
            made.IonToleranceTableSequence = [table]
        else:
            made.ToleranceTableSequence = [table]
    if plan.planning.dvh_evaluated:
        made.ReferencedDoseSequence = [reference(RTDoseStorage, export.uid("dose", str(index)))]
    set_approval(made, export.planned_at)
    return made


def _dose_references(plan: Plan) -> list[Dataset]:
    """Each volume of the record; where no target is one, the prescription alone."""
    volumes = [("TARGET", name) for name in plan.planning.targets]
    volumes += [("ORGAN_AT_RISK", name) for name in plan.planning.organs_at_risk]
    found = []
    for place, (kind, name) in enumerate(volumes, 1):
        made = item(
            ReferencedROINumber=place,
            DoseReferenceNumber=place,
            DoseReferenceStructureType="VOLUME",
            DoseReferenceDescription=text(name),
            DoseReferenceType=kind,
        )
        if kind == "TARGET" and plan.dose_gy is not None:
            made.TargetPrescriptionDose = number(plan.dose_gy)
        found.append(made)
    if not plan.planning.targets:
        site = item(DoseReferenceNumber=len(found) + 1, DoseReferenceStructureType="SITE", DoseReferenceType="TARGET")
        site.DoseReferenceDescription = "prescription"
        if plan.dose_gy is not None:
            site.TargetPrescriptionDose = number(plan.dose_gy)
        found.append(site)
    return found


def _set_beams(export: Export, made: Dataset, plan: Plan) -> None:
    """The beams or application setups, and the fraction group that references them."""
    positions: dict[str, Vector] = {isocenter.id: isocenter.position_mm for isocenter in reversed(export.case.isocenters)}
    kind = kind_of(plan)
    group = item(
        FractionGroupNumber=1,
        NumberOfFractionsPlanned=counted(plan.fractions),
        NumberOfBeams=0,
        NumberOfBrachyApplicationSetups=0,
    )
    made.FractionGroupSequence = [group]
    if not plan.beams:
        return
    if kind == "brachy":
        group.NumberOfBrachyApplicationSetups = len(plan.beams)
        group.ReferencedBrachyApplicationSetupSequence = set_brachytherapy(made, plan, positions)
        return
    beams = [beam_item(beam, place, positions.get(beam.isocenter), export.realism) for place, beam in enumerate(plan.beams, 1)]
    treating = len(beams)
    if export.realism.setup_beams:
        beams.append(setup_beam_item(treating + 1, positions.get(plan.beams[0].isocenter), export.realism))
    if export.realism.tolerance_table:
        for beam in beams:
            beam.ReferencedToleranceTableNumber = 1
    group.NumberOfBeams = len(beams)
    group.ReferencedBeamSequence = [
        item(ReferencedBeamNumber=place, **({"BeamMeterset": number(METERSET)} if place <= treating else {}))
        for place in range(1, len(beams) + 1)
    ]
    if kind == "ion":
        modulations = [*(beam.modulation for beam in plan.beams), ""]
        made.IonBeamSequence = [ion_beam(beam, modulation) for beam, modulation in zip(beams, modulations, strict=False)]
    else:
        made.BeamSequence = beams
