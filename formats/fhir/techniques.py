"""Which technique a resource says: the codes of mCODE stand for one word of ours, for several, or for none."""

from dataclasses import dataclass

from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.bundles import Document, codes_of, extensions, inside, text_of
from rtconform.reference.documents.treatment import TECHNIQUES

BRACHYTHERAPY = {
    "394902000": "hdr_brachytherapy",
    "438629002": "hdr_brachytherapy",
    "1156384006": "hdr_brachytherapy",
    "169359004": "ldr_brachytherapy",
    "1156708005": "ldr_brachytherapy",
}
"""Modalities of brachytherapy, each with the word of ours that says it as a technique; pulsed is a high rate, as in DICOM."""

APPLICATORS = ("384692006", "1156382005", "113120007", "1156383000", "384691004", "14473006")
"""Techniques of brachytherapy, which say where its source is and not at which rate it treats."""

PARTICLES = ("1156529004", "1156528007", "1204242009")
"""Techniques of protons and of heavier ions."""

NO_TERM = {
    "1156505006": ("ion", "proton", "carbon ions, for which there is no term: the nearest is taken"),
    "80347004": ("neutron", "unknown", "neutrons, for which there is no term"),
    "169317000": ("neutron", "unknown", "neutron capture, for which there is no term"),
    "440252007": ("", "unknown", "a radiopharmaceutical, for which there is no term"),
    "16560241000119104": ("", "unknown", "a radiopharmaceutical, for which there is no term"),
}
"""Modalities and techniques that the rules know nothing of: the radiation and the technique that are taken, so that a person is
asked, and why.
"""

OF_TECHNIQUE = ("169317000", "16560241000119104")
"""Which of `NO_TERM` are techniques."""

DOSE_RATE = "1163157007"

_OPEN = {
    "photon": ("3d_crt", "2d", "imrt_static", "sbrt"),
    "electron": ("electron", "total_skin_electron"),
    "proton": ("proton",),
}
"""What a plan may be of which only the modality is said: the first is supposed."""

_BY_CODE = {
    code: tuple(word for word, other in codes.TECHNIQUES.items() if other == code)
    for code in dict.fromkeys(codes.TECHNIQUES.values())
}
_STEREOTACTIC = ("3d_crt", "imrt_static", "vmat")
"""Techniques by which a stereotactic treatment may be given: mCODE has no code for one, so it comes under theirs."""


@dataclass(frozen=True)
class Techniques:
    """What a resource says of the technique. `words`: what it may be, the likeliest first; `said`: a code or word says it."""

    radiation: str
    words: tuple[str, ...]
    said: bool
    note: str = ""


def techniques_of(resource: Document, word: str) -> Techniques:
    """What a resource says of radiation and technique. `word`: the word of ours that its reader found, if any."""
    both = extensions(resource, codes.MODALITY_AND_TECHNIQUE)
    known = [code for one in both[:1] for code in codes_of(inside(one, codes.MODALITY) or inside(one, "modality"))]
    modality = next((word for code in known for word, other in codes.MODALITIES.items() if other == code), "")
    several = f"{len(both)} modalities are said: the first is taken" if len(both) > 1 else ""
    concept = next((inside(one, codes.TECHNIQUE) or inside(one, "technique") for one in both[:1]), None)
    if word and text_of(concept) == word and (word in TECHNIQUES or not codes_of(concept)):
        return Techniques(modality, (word,), said=True, note=several)
    found = _outside([*known, *codes_of(concept)]) if not modality else _of_beams(modality, codes_of(concept))
    found = found or _of_beams(modality, codes_of(concept)) or _outside(codes_of(concept))
    if found is not None:
        return Techniques(found.radiation, found.words, found.said, "; ".join(filter(None, (several, found.note))))
    told = ", ".join(codes_of(concept) or [text_of(concept)]) if concept else ""
    why = "its code says a dose rate, not a technique" if told == DOSE_RATE else f"no word of ours stands for {told[:60]}"
    return Techniques(modality, _OPEN["photon"], said=False, note="; ".join(filter(None, (several, why if told else ""))))


def _outside(found: list[str]) -> Techniques | None:
    """What codes say that are of brachytherapy, or of what the rules have no term for; None: they are of beams."""
    for code in found:
        if code in BRACHYTHERAPY:
            return Techniques("", (BRACHYTHERAPY[code],), said=True)
        if code in NO_TERM:
            radiation, word, what = NO_TERM[code]
            return Techniques(radiation, (word,), said=True, note=f"its code says {what}")
    if any(code in APPLICATORS for code in found):
        words = ("hdr_brachytherapy", "ldr_brachytherapy")
        return Techniques("", words, said=True, note="its code says brachytherapy, not at which rate")
    return None


def _of_beams(modality: str, found: list[str]) -> Techniques | None:
    """What codes say of beams; None where no technique is among them."""
    words = [word for code in found for word in _BY_CODE.get(code, ())]
    if "intraoperative" in words:
        return Techniques(modality, ("intraoperative",), said=True)
    if modality in ("electron", "proton"):
        return Techniques(modality, _OPEN[modality], said=True, note=f"from the modality: {modality}s")
    if modality == "photon" and any(code in PARTICLES for code in found):
        note = "its modality says photons, and its technique particles"
        return Techniques(modality, (*_OPEN[modality], "proton"), said=False, note=note)
    if any(code in PARTICLES for code in found):
        return Techniques("proton", ("proton",), said=True, note="from the technique: particles")
    words = [word for word in words if word != "electron"]
    if not words:
        return None
    alike = f"its code stands for {', '.join(words)} alike" if len(words) > 1 else ""
    if words[0] in _STEREOTACTIC:
        words.append("sbrt")
        alike = "; ".join(filter(None, (alike, "a stereotactic treatment has no code of its own")))
    return Techniques(modality, tuple(words), said=True, note=alike)
