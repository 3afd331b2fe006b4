"""Which technique a resource says: the codes of mCODE stand for one word of ours, for several, or for none."""

from dataclasses import dataclass

from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.bundles import Document, codes_of, extensions, inside, text_of
from rtconform.reference.documents.treatment import TECHNIQUES

BRACHYTHERAPY = {"394902000": "hdr_brachytherapy", "169359004": "ldr_brachytherapy"}
"""Modalities of brachytherapy, each with the word of ours that says it as a technique."""

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
    known = [code for one in both for code in codes_of(inside(one, codes.MODALITY) or inside(one, "modality"))]
    modality = next((word for code in known for word, other in codes.MODALITIES.items() if other == code), "")
    note = f"{len(both)} modalities are said: the first is taken" if len(both) > 1 else ""
    brachytherapy = next((BRACHYTHERAPY[code] for code in known if code in BRACHYTHERAPY), "")
    if brachytherapy:
        return Techniques("", (brachytherapy,), said=True, note=note)
    concept = next((found for one in both if (found := inside(one, codes.TECHNIQUE) or inside(one, "technique"))), None)
    if word and text_of(concept) == word and (word in TECHNIQUES or not codes_of(concept)):
        return Techniques(modality, (word,), said=True, note=note)
    if modality in ("electron", "proton"):
        return Techniques(modality, _OPEN[modality], said=True, note=note or f"from the modality: {modality}s")
    words = [word for code in codes_of(concept) for word in _BY_CODE.get(code, ()) if word != "electron"]
    if words:
        others = f"its code stands for {', '.join(words)} alike" if len(words) > 1 else ""
        return Techniques(modality, tuple(words), said=True, note="; ".join(filter(None, (note, others))))
    unknown = ", ".join(codes_of(concept) or [text_of(concept)]) if concept else ""
    why = f"no word of ours stands for {unknown[:60]}" if unknown else ""
    return Techniques(modality, _OPEN["photon"], said=False, note="; ".join(filter(None, (note, why))))
