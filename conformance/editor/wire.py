"""What is said with a claim editor: a claim goes out, a disposition for each of its lines comes back."""

from typing import Any, get_args

from msgspec.structs import replace

from rtconform.conformance import plain_data
from rtconform.conformance.protocol import Found, Mask, Redact, Wire
from rtconform.conformance.samples import sample_claim
from rtconform.reference.documents.claim import Claim, ClaimForm, Disposition


def _without_secrets(disposition: Disposition, redact: Redact) -> Disposition:
    if not any(line.reason or line.category for line in disposition.lines):
        return disposition
    lines = (
        replace(line, reason=line.reason and redact(line.reason), category=line.category and redact(line.category))
        for line in disposition.lines
    )
    return replace(disposition, lines=tuple(lines))


def _masked(claim: Claim, mask: Mask) -> Claim:
    """A claim has no names; its record has labels."""
    patient = replace(claim.patient, id=mask.patient_id)
    treatment = claim.treatment and replace(claim.treatment, plans=mask.labels(claim.treatment.plans))
    return replace(claim, id=mask.id, patient=patient, treatment=treatment)


def _parts(found: Found) -> dict[str, Any]:
    return {"lines": [_line(line) for line in found.lines()]}


def _line(line: dict[str, Any]) -> dict[str, object]:
    """The five keys of a line; an empty one is one that is not given."""
    given = {key: value for key, value in line.items() if value != ""}
    kept = plain_data.texts(given, "disposition", "category", "carc", "reason")
    return {**kept, "number": plain_data.whole(line.get("number"))}


_WORDS = {
    "noun": "editor",
    "Noun": "Editor",
    "a noun": "an editor",
    "verb": "edit",
    "question": "claim",
    "Questions": "Claims",
    "answer": "disposition",
    "parts": "kind, payer, lines, treatment",
    "supports": """\
# claims = ["professional", "institutional"]
# payers = ["medicare"]             # the payers whose claims it edits
# documentation = false             # false: the editor reads no treatment record, claims that bring one are left out
""",
    "expressions": """\
# lines = "edits[].{number: line, disposition: action == 'PAY' && 'allow' || 'deny', carc: code, reason: text}"
                                    # a list of objects; disposition: allow | deny | bundle | review, the rest optional
""",
}

WIRE: Wire[Claim, Disposition] = Wire(
    question="claim",
    answer=Disposition,
    without_secrets=_without_secrets,
    expressions=("id", "lines"),
    needed=("lines",),
    parts=_parts,
    supports={"claims": get_args(ClaimForm), "payers": ()},
    masked=_masked,
    sample=sample_claim,
    words=_WORDS,
)
