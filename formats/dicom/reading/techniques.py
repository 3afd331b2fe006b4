"""The technique that the beams of a plan show: no attribute of an RT Plan says it outright."""

from collections.abc import Sequence

from rtconform.formats.dicom.reading.beam import ReadBeam

_MODULATED = ("dynamic_mlc", "step_and_shoot", "compensator", "binary_mlc")


def techniques_of(beams: Sequence[ReadBeam], *, planned_on_patient: bool) -> tuple[tuple[str, ...], str]:
    """What the beams show, the likeliest first, and the sentence that says by what."""
    if not beams:
        return (), "the plan has no beam that treats"
    if all(beam.radiation == "electron" for beam in beams):
        return ("electron", "total_skin_electron"), "every beam is an electron beam"
    if any(beam.radiation == "proton" for beam in beams):
        return ("proton",), "a beam is a proton beam"
    if any(beam.radiation == "ion" for beam in beams):
        return ("proton",), "a beam is of ions heavier than protons, for which there is no term: the nearest is taken"
    if any(beam.delivery == "helical" for beam in beams):
        return ("helical_imrt", "3d_crt", "sbrt"), "the gantry goes round and round while the beam is on"
    modulated = [beam for beam in beams if beam.modulation in _MODULATED]
    if modulated:
        return _of_modulated(modulated)
    if planned_on_patient:
        return ("3d_crt", "2d", "sbrt"), "no leaf moves, and the plan was made on images of the patient"
    return ("2d", "3d_crt"), "no leaf moves, and the plan was made without images of the patient"


def _of_modulated(beams: Sequence[ReadBeam]) -> tuple[tuple[str, ...], str]:
    """What beams show of which each is modulated, and none goes round and round."""
    if any(beam.modulation == "compensator" for beam in beams):
        return ("imrt_compensator", "3d_crt"), "a beam has a compensator"
    if any(beam.delivery == "arc" for beam in beams):
        return ("vmat", "3d_crt", "sbrt"), "leaves move while the gantry turns: VMAT, or a conformal arc"
    if any(beam.modulation == "binary_mlc" for beam in beams):
        return ("imrt_static", "3d_crt", "sbrt"), "leaves open and shut while the gantry stands: IMRT, or 3D on a helical system"
    if all(beam.modulation == "step_and_shoot" for beam in beams):
        return ("imrt_static", "field_in_field", "sbrt"), "leaves move between segments: IMRT, or field-in-field"
    return (
        "imrt_static",
        "field_in_field",
        "sbrt",
    ), "leaves move while the beam is on: IMRT, or a field made even by moving leaves"
