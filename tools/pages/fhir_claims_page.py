"""docs/reference/format-fhir-claims.md: a claim editor asked in FHIR R4, and how its answer is read."""

from collections.abc import Iterator

from rtconform.formats.fhir.claims.dispositions import ACCESS, DENIALS, FAILURES, PAID, SHARES
from rtconform.formats.fhir.extensions import STAY
from rtconform.formats.registry import ANSWERS


def fhir_claims_page() -> str:
    """The page."""
    return _PAGE.format(
        elements="\n".join(f"| `{field}` | {element} |" for field, element in _ELEMENTS),
        stay=STAY,
        fields="\n".join(f"| {field.place} | {field.holds} |" for field in ANSWERS["fhir", "claim"].fields),
        paid=_words(PAID),
        denials=_words(DENIALS),
        shares=_words(SHARES),
        failures=_words((*FAILURES, *ACCESS)),
    )


def _words(codes: tuple[str, ...]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def fields_of_claims() -> Iterator[str]:
    """Every field of a claim that the page places."""
    return (field for field, _ in _ELEMENTS)


_ELEMENTS = (
    ("id", "Bundle.identifier and Claim.identifier"),
    ("kind", "Claim.type: professional or institutional"),
    ("patient", "Claim.patient, a Patient: identifier, gender, birthDate"),
    ("payer", "Claim.insurance.coverage, a Coverage: the name of its payor"),
    ("place_of_service", "Claim.item.locationCodeableConcept of each item, in CMS's code set"),
    ("type_of_bill", "Claim.supportingInfo of category `typeofbill` (CARIN), its code"),
    ("billing_provider", "Claim.provider, an Organization: its type, a provider taxonomy"),
    ("rendering_provider", "Claim.careTeam: the qualification, a provider taxonomy"),
    ("stay", "extension [`rt-stay`](fhir/rt-stay.json) of the Claim"),
    ("treatment", "the record as a coder gets it; Claim.supportingInfo refers to its course"),
    ("lines.number", "Claim.item.sequence"),
    ("lines.code", "Claim.item.productOrService"),
    ("lines.modifiers", "Claim.item.modifier, a concept each"),
    ("lines.units", "Claim.item.quantity"),
    ("lines.date_of_service", "Claim.item.servicedDate, or the start of servicedPeriod"),
    ("lines.date_of_service_end", "the end of Claim.item.servicedPeriod"),
    ("lines.diagnoses", "Claim.item.diagnosisSequence, into Claim.diagnosis"),
    ("lines.session", "Claim.item.encounter: the Encounter, or the session's name if there is no record"),
    ("lines.revenue_code", "Claim.item.revenue"),
)

_PAGE = """\
# FHIR R4: a claim as a Bundle, an editor's answer as a ClaimResponse

Made from the code by `make docs`; don't edit it by hand.

Your editor gets each claim as a Bundle (type `collection`) that contains a Claim, and answers with a ClaimResponse or with an
OperationOutcome. Start with `rtconform vendor init --role editor --format fhir vendor.toml`. A program in mode `stream` gets one
Bundle per line and answers with one resource per line. A web service gets a Bundle as the body of a request, as
`application/fhir+json`. Coders get [treatments as Bundles](format-fhir.md).

Everything that a claim says is in its Bundle, so every claim can be asked, with its record and without. All ids are made from the
name under which the claim is sent, 20 characters in `Bundle.identifier`; nothing in the Bundle names a suite or a claim.

## Where each field of a claim is

| field of the claim | element |
|---|---|
{elements}

- The record is in the same Bundle, in the elements that [treatments](format-fhir.md) have: ServiceRequests, Encounters,
  DiagnosticReports, Appointments. A claim without a record has none of these.
- FHIR has no place for a stay that the payer knows of. `{stay}` is a StructureDefinition like our others.
- Charges (`net`, `total`) are the same for every claim with the same services. No edit depends on them.
- Tests validate Bundles and responses with fhirkit-rs and fhir.resources.

## How an answer is read

| element | what is read there |
|---|---|
{fields}

An item is read like a service of an [835](formats.md):

1. If an amount of category {paid} is above 0, the line is allowed.
2. Else its reason codes count, as those of an 835 do: allowed where all of it is the patient's share or the fee schedule's;
   held, bundled or denied by the others. A reason that is not a CARC denies. A remark code decides nothing.
3. Else a category {denials} denies.
4. Else the line is allowed: no reason speaks against it. But if nothing is paid, there must be a reason, or an amount of
   {shares}; otherwise the answer is `invalid`.

- A line without an item is held, where other lines have one. A response of outcome `complete` without `item` and without
  `adjudication` accepts the claim.
- The last word for a line counts, where a Bundle holds several responses. Those to other claims are passed over.
- With outcome `error`, errors that name items refuse these, and the other lines are accepted. This is our reading, as with a
  277CA that names services: the standard leaves it open.
- An OperationOutcome whose issue is {failures} says that the server failed or refused access. That is not an answer: the
  result is `invalid`, never a denial.
- `addItem` is passed over: what a payer adds is not a line of the claim.
- The judge accepts a denial for a bundle, and a bundle for a denial, where the payment is inside another service's. Our own
  categories don't come back; the CARC does.
- A resource is at most 1 MiB long. What can't be read makes that answer `invalid`, and the explanation names the element.

The sample editor in `tests/vendors/fhir_editor/` reads and writes with fhir.resources. It gets the verdicts of the same editor in
JSON, on every claim of every suite.

## Files of your own

```text
rtconform edit claims.ndjson --format table
rtconform edit claims.ndjson --decided responses.ndjson --explain
rtconform convert claims.ndjson --to x12 --out claims.837
rtconform convert claims.jsonl --to fhir --out claims.ndjson
rtconform convert dispositions.jsonl --to fhir --claims claims.jsonl
rtconform generate edits-claim --as fhir --out claims.ndjson
```

A file holds one resource, or one resource per line: Bundles with Claims and what these refer to, or Claims alone. A response
belongs to the claim whose identifier its `request` or `identifier` carries.

## A complete example

This editor reads a Bundle with rtconform's own reader and asks the reference what to do. Put your own in its place.

```python file=editor.py
import json, sys
import rtconform
from rtconform.formats.fhir.claims.claim_reader import reread_claim

for text in sys.stdin:
    claim = reread_claim(text.encode())
    items = []
    for line, right in zip(claim.lines, rtconform.edit(claim).lines, strict=True):
        # what a payer's front end sends back before any edit: a code that is none, a service before the patient was born
        nonsense = not line.code[-1].isdigit() or line.date_of_service < claim.patient.birth_date
        allowed = right.disposition == "allow" and not nonsense
        paid = {{"value": 100 if allowed else 0, "currency": "USD"}}
        adjudication = [{{"category": {{"coding": [{{"code": "benefit"}}]}}, "amount": paid}}]
        if not allowed:
            carc = "133" if right.disposition == "review" else right.carc or "181"
            adjudication.append({{"category": {{"text": "denial"}}, "reason": {{"coding": [{{"code": carc}}]}}}})
        items.append({{"itemSequence": line.number, "adjudication": adjudication}})
    request = {{"identifier": {{"value": claim.id}}}}
    answer = {{"resourceType": "ClaimResponse", "status": "active", "outcome": "complete", "request": request, "item": items}}
    print(json.dumps(answer), flush=True)
```

```toml file=vendor.toml
[vendor]
name = "Example Editor in FHIR"
version = "0.1"
role = "editor"

[adapter]
kind = "cli"
command = ["python3", "editor.py"]
mode = "stream"

[format]
question = "fhir"
answer = "fhir"
```

```console
$ rtconform vendor check vendor.toml
ok     sample:1: 1 allow (… ms)
       sent:
         {{"resourceType":"Bundle",…
       came:
         {{"resourceType": "ClaimResponse",…
       read:
         line 1: allow
…
$ rtconform run vendor.toml --suite edits-claim --out runs/fhir-editor
…
conformant (exit code 0)
…
```
"""
