"""The claim editor's row: all in which a run, a certificate or a hunt of an editor differs from one of a coder."""

import datetime as dt

from msgspec.structs import replace

from rtconform.conformance.editor.causes import causes_of
from rtconform.conformance.editor.judge import claim_in_words, dispositions_in_words, judge_disposition
from rtconform.conformance.editor.size import size_of_claim
from rtconform.conformance.editor.smaller import smaller_claims
from rtconform.conformance.editor.wire import WIRE
from rtconform.conformance.protocol import Supports
from rtconform.conformance.records import Result
from rtconform.conformance.role import Catalogue, Facets, Hunting, RoleOf, Signature, techniques_in
from rtconform.conformance.samples import sample_claims
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.reference.coder.coder import expect
from rtconform.reference.coder.rules import RULES
from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.claim import Claim, Disposition, claim_faults
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.record import case_of_day
from rtconform.reference.editor.rules import EDITOR_RULES

NO_SUCH_CODE = "0000Z"


def _unsupported(supports: Supports, claim: Claim) -> str | None:
    if supports.claims is not None and claim.kind not in supports.claims:
        return f"the vendor declares no support for {claim.kind} claims"
    if supports.payers is not None and claim.payer not in supports.payers:
        return f"the vendor declares no support for payer {claim.payer}"
    if not supports.documentation and claim.treatment is not None:
        return "the vendor declares that it reads no documentation: the claim brings its record"
    return None


def _facets(claim: Claim) -> Facets:
    days = frozenset(line.date_of_service for line in claim.lines)
    cases = [case for day in sorted(days) if (case := case_of_day(claim, day))]
    found = [techniques_in(case, expect(case)) for case in cases]
    coded = frozenset(technique for one, _ in found for technique in one)
    outside = frozenset(technique for _, one in found for technique in one)
    return Facets(claim.billing_provider or "", claim.kind, claim.payer, coded, outside, days)


def _decided(adjudication: Adjudication) -> object:
    lines = [(line.number, line.disposition, line.accepted, line.carcs) for line in adjudication.lines]
    return lines, [(choice.lines, choice.at_least, choice.at_most) for choice in adjudication.choices]


def _signature(claim: Claim, disposition: Disposition) -> Signature:
    del claim
    return tuple(sorted((line.number, line.disposition) for line in disposition.lines))


def _impossible(claim: Claim) -> tuple[tuple[str, Claim], ...]:
    """A code that exists nowhere, and a service before the patient was born."""
    born = claim.patient.birth_date
    before = born.replace(year=max(born.year - 1, dt.MINYEAR), day=min(born.day, 28))  # one born on February 29 too
    unknown = tuple(replace(line, code=NO_SUCH_CODE) for line in claim.lines)
    unborn = tuple(replace(line, date_of_service=before) for line in claim.lines)
    return (
        (f"a claim for code {NO_SUCH_CODE}, which is in no list", replace(claim, id="canary:unknown-code", lines=unknown)),
        ("a claim for services before the patient was born", replace(claim, id="canary:unborn-patient", lines=unborn)),
    )


def _allows(disposition: Disposition) -> str:
    return "allowed: a stop is right" if any(line.disposition == "allow" for line in disposition.lines) else ""


def _asked(result: Result) -> SuiteClaim:
    assert result.claim is not None  # noqa: S101 - a result that does not stand keeps what was asked
    return SuiteClaim(result.claim, faults=result.faults)


def _hunting() -> Hunting[SuiteClaim]:
    from rtconform.conformance.editor.hunting import HUNTING  # noqa: PLC0415 - Hypothesis takes half a second to import

    return HUNTING


def _catalogue() -> Catalogue[Claim, Disposition]:
    from rtconform.conformance.editor.faults import CATALOGUE  # noqa: PLC0415 - only where faults are looked for

    return CATALOGUE


EDITOR: RoleOf[Claim, SuiteClaim, Adjudication, Disposition] = RoleOf(
    name="editor",
    noun="editor",
    described="a claim editor",
    searched="claim",
    asks="claim",
    begin_with=("edits-claim", "edits-documented"),
    certifying=("edits-claim", "edits-documented", "edits-national"),
    rules=(*RULES, *EDITOR_RULES),
    to_check=sample_claims,
    wire=WIRE,
    unsupported=_unsupported,
    expect=adjudicate,
    recorded=lambda adjudication: adjudication,
    decided=_decided,
    judge=judge_disposition,
    judge_malformed=lambda _answer, _refused: None,  # no suite has claims that are not sound
    causes=causes_of,
    facts=claim_in_words,
    about=lambda item: {"faults": item.faults, "allows": item.allows},
    kept=lambda claim: {"claim": claim},
    facets=_facets,
    remarks=lambda _: iter(()),  # claims are not written by hand
    signature=_signature,
    canaries=_impossible,
    swallowed=_allows,
    # each of the two is often left to another stage of a payer's system: an editor that stops neither stops nothing
    forgiven=1,
    finding="allows_anything",
    answered=dispositions_in_words,
    asking=lambda item, claim: SuiteClaim(claim, faults=item.faults),
    asked=_asked,
    contradictions=claim_faults,
    size=size_of_claim,
    smaller=smaller_claims,
    hunting=_hunting,
    catalogue=_catalogue,
)
"""What a vendor in role `editor` is asked, and what is made of its answers."""
