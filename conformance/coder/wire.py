"""What is said with a coder: a case goes out, an answer comes back."""

from typing import Any, get_args

from msgspec.structs import replace

from rtconform.conformance import plain_data
from rtconform.conformance.plain_data import MappingFault
from rtconform.conformance.protocol import Found, Mask, Redact, Wire
from rtconform.conformance.samples import sample_case
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import TECHNIQUES, Case, ClaimKind, Setting


def _without_secrets(answer: Answer, redact: Redact) -> Answer:
    return replace(answer, notes=tuple(map(redact, answer.notes))) if answer.notes else answer


def _masked(case: Case, mask: Mask) -> Case:
    patient = replace(mask.names(case.patient), id=mask.patient_id)
    return replace(case, id=mask.id, patient=patient, plans=mask.labels(case.plans))


def _parts(found: Found) -> dict[str, Any]:
    outcome = _outcome(found.find("outcome"))
    lines = [_line(line) for line in found.lines(may_lack=outcome != "coded")]
    return {"outcome": outcome, "lines": lines, "notes": plain_data.notes(found.find("notes"))}


def _outcome(found: object) -> str:
    if found not in ("coded", "out_of_scope", "needs_review"):
        shown = repr(found) if isinstance(found, str) else plain_data.kind(found)
        raise MappingFault(f"response.outcome finds {shown[:100]}; it must give coded, out_of_scope or needs_review")
    return str(found)


def _line(line: dict[str, Any]) -> dict[str, object]:
    """The five keys of a line."""
    kept = plain_data.texts(line, "session", "code", "payment")
    return {**kept, "modifiers": plain_data.modifiers(line.get("modifiers")), "units": plain_data.whole(line.get("units"))}


_WORDS = {
    "noun": "coder",
    "Noun": "Coder",
    "a noun": "a coder",
    "verb": "code",
    "question": "case",
    "Questions": "Cases",
    "answer": "answer",
    "parts": "patient, billing, plans",
    "supports": """\
# settings = ["hospital_outpatient", "freestanding"]
# claims = ["facility", "technical", "global", "professional"]
# techniques = ["2d", "3d_crt", "field_in_field", "imrt_static", "vmat", "electron"]
# documentation = false             # false: the coder does not read planning and motion documentation
""",
    "expressions": """\
# outcome = "status == 'OK' && 'coded' || 'needs_review'"  # coded | out_of_scope | needs_review
# lines = "charges[].{session: session, code: cpt, modifiers: mods, units: qty}"  # a list of objects; modifiers may be
                                    # a list or text ("26,59"), units default to 1, payment to "separate"
# notes = "messages"                # text or a list of texts, shown in the report
""",
}

WIRE: Wire[Case, Answer] = Wire(
    question="case",
    answer=Answer,
    without_secrets=_without_secrets,
    expressions=("id", "outcome", "lines", "notes"),
    needed=("outcome", "lines"),
    parts=_parts,
    supports={"settings": get_args(Setting), "claims": get_args(ClaimKind), "techniques": TECHNIQUES},
    masked=_masked,
    sample=sample_case,
    words=_WORDS,
)
