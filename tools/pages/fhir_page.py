"""docs/reference/format-fhir.md and the StructureDefinitions beside it: a coder asked in FHIR R4, and how its answer is read."""

import json
from collections.abc import Callable, Iterator
from functools import partial

from rtconform.formats.fhir.case_writer import bundle_of
from rtconform.formats.fhir.extensions import BASE, EXTENSIONS, Field, definitions
from rtconform.formats.fhir.techniques import (
    APPLICATORS,
    BRACHYTHERAPY,
    DOSE_RATE,
    NO_TERM,
    OF_TECHNIQUE,
    PARTICLES,
    techniques_of,
)
from rtconform.formats.fhir.vocabulary import MODALITIES, MODALITY, MODALITY_AND_TECHNIQUE, TECHNIQUE, TECHNIQUES
from rtconform.generators.suites.registry import any_suite
from rtconform.reference.documents.treatment import Case
from tools.pages.answer_pages import fields_of
from tools.pages.tried_example import tried

FOLDER = "reference/fhir"
"""Where the StructureDefinitions stand in `docs/`."""


def fhir_page() -> str:
    """The page."""
    return _PAGE.format(
        base=BASE,
        extensions="\n".join(_extensions()),
        fields=fields_of("fhir"),
        resources="\n".join(_resources()),
        codes="\n".join(_codes()),
        tried=tried("FHIR", _TABLES, '{"resourceType": "Claim",…', sent='{"resourceType":"Bundle",…'),
    )


def definition_files() -> dict[str, Callable[[], str]]:
    """Each StructureDefinition of our own extensions as a made file, by its path in `docs/`."""
    return {f"{FOLDER}/{one['id']}.json": partial(_text, one) for one in definitions()}


def _text(definition: dict[str, object]) -> str:
    return json.dumps(definition, indent=1, ensure_ascii=False) + "\n"


def _extensions() -> Iterator[str]:
    for one in EXTENSIONS:
        link = f"[`{one.id}`](fhir/{one.id}.json)"
        if not one.fields:
            yield f"| {link} | {one.context} | | {', '.join(one.types)} | {one.case} |"
        for path, field in _flat(one.fields, ""):
            yield f"| {link} | {one.context} | `{path}` | {' or '.join(field.types)}{_often(field)} | `{field.case}` |"


def _flat(fields: tuple[Field, ...], before: str) -> Iterator[tuple[str, Field]]:
    for field in fields:
        path = f"{before}{field.url}"
        if field.fields:
            yield from _flat(field.fields, f"{path}.")
        else:
            yield path, field


def _often(field: Field) -> str:
    return ", repeated" if field.most == "*" else ""


def _codes() -> Iterator[str]:
    """Each code of a modality or a technique, with what a resource is read as that says nothing else."""
    photon = MODALITIES["photon"]
    rows = [("modality", code, "") for code in (*MODALITIES.values(), *BRACHYTHERAPY)]
    rows += [("modality", code, "") for code in NO_TERM if code not in OF_TECHNIQUE]
    rows += [("technique", photon, code) for code in (*dict.fromkeys(TECHNIQUES.values()), DOSE_RATE)]
    rows += [("technique", "", code) for code in (*PARTICLES, *APPLICATORS, *OF_TECHNIQUE)]
    for kind, modality, technique in rows:
        parts = [(MODALITY, modality), (TECHNIQUE, technique)]
        coded = [{"url": url, "valueCodeableConcept": {"coding": [{"code": code}]}} for url, code in parts if code]
        found = techniques_of({"extension": [{"url": MODALITY_AND_TECHNIQUE, "extension": coded}]}, "")
        words = ", ".join(f"`{word}`" for word in found.words)
        note = f"; {found.note}" if found.note.startswith("its code says") else ""
        yield f"| {technique or modality} | {kind} | {words}{note} |"


def _resources() -> Iterator[str]:
    """The resources of the first case of a suite, with the profile that each follows."""
    case = any_suite("published").case(0, 1).question
    assert isinstance(case, Case)  # noqa: S101 - the suite holds cases
    for entry in bundle_of(case)["entry"]:
        resource = entry["resource"]
        kind = resource["resourceType"]
        profile = (resource.get("meta", {}).get("profile") or [""])[0].rpartition("/")[2]
        what = resource["name"] if kind == "Organization" and "name" in resource else ""
        yield f"| {kind} | {f'`{profile}`' if profile else ''} | {what} |"


_TABLES = """\
[format]
question = "fhir"
answer = "fhir"
"""

_PAGE = """\
# FHIR R4: a treatment as a Bundle, an answer as a Claim

Made from the code by `make docs`; don't edit it by hand.

Your coder gets each case as a Bundle (type `collection`) in the shape of CodeX RT and mCODE, and answers with a Claim, with
ChargeItems in a Bundle, with a ClaimResponse or with an OperationOutcome. Start with
`rtconform vendor init --format fhir vendor.toml`. A program in mode `stream` gets one Bundle per line and answers with one
resource per line. A web service gets a Bundle as the body of a request, as `application/fhir+json`. `rtconform convert
cases.jsonl --to fhir` writes Bundles of cases of your own. Claim editors get [claims as Bundles](format-fhir-claims.md).

Everything that a case says is in its Bundle, so every case can be asked. All ids are made from the name under which the case is
sent, 20 characters in `Bundle.identifier`; nothing in the Bundle names a suite or a case.

## Where each field of a case is

| field of the case | element |
|---|---|
| `id` | Bundle.identifier |
| `patient` | Patient: identifier, name, gender, birthDate |
| `billing.date_of_service` | Account.servicePeriod |
| `billing.claim`, `billing.setting` | Account, extension `rt-billing` |
| `billing.payer` | Coverage.payor, the Organization's name |
| `isocenters[]` | Procedure of the course, extension `rt-isocenter` |
| `plans[]` | ServiceRequest of profile `codexrt-radiotherapy-treatment-plan` |
| `plans[].id`, `label`, `site` | identifier, note, bodySite.text |
| `plans[].technique` | extension `mcode-radiotherapy-technique`: a code, the word as its text |
| `plans[].intent`, `fractions` | `mcode-procedure-intent`, `codexrt-radiotherapy-fractions-planned` |
| `plans[].diagnosis` | reasonReference: a Condition |
| `plans[].planning.targets` | `codexrt-radiotherapy-dose-planned-to-volume`: a BodyStructure each |
| `plans[].dose_gy` | totalDose of the first of these, in cGy; without targets in `rt-planning` |
| `plans[].planning`, `beams[]` | extensions `rt-planning`, `rt-beam` |
| `sessions[]` | Encounter of profile `codexrt-radiotherapy-treatment-session` |
| `sessions[].id`, `started_at` | identifier, period.start: the wall clock; the offset is ignored |
| `sessions[].beams_delivered`, `guidance`, `motion`, `couch_shift_mm`, `port_images`, `fraction` | extension `rt-session` |
| `sessions[].physician_review` | DiagnosticReport of that Encounter: `issued` if `final`; `preliminary`: not approved |
| `sessions[].next_session_at` | Appointment.start, tied to the Encounter by supportingInformation |

For each plan that was treated in a session a Procedure (`codexrt-radiotherapy-treated-fraction`) says guidance and motion in
codes of CodeX RT too. These say less than `rt-session`: three kinds of plain X-ray have one code, and none says what an image was
for or that the beam was held.

A case of suite `published` has these resources:

| resource | profile | |
|---|---|---|
{resources}

## Extensions of our own

CodeX RT and mCODE have no place for isocenters, beams, evidence of planning, purposes of images or beam holds. Each of our
extensions is a StructureDefinition, and its address begins with `{base}`. An address is a name: nothing needs to be fetched.

| extension | on | value | type | field of the case |
|---|---|---|---|---|
{extensions}

Tests validate Bundles and StructureDefinitions with fhirkit-rs and fhir.resources, and each extension in a Bundle with its
definition.

## Resources of other systems

`rtconform code FOLDER` and `rtconform convert FOLDER --to json` read treatments that other systems wrote:
[Code a treatment of your own](../how-to/own-treatment.md#fhir-resources) says how. Each fact is said to be *read* from an
element, *derived* from several, or *missing*.

| fact | element | |
|---|---|---|
| plans | ServiceRequest of a plan, else of a phase or course, planned or prescribed; else a Procedure | read |
| `technique` | `mcode-radiotherapy-technique`, else `mcode-radiotherapy-modality` | read where one word is left, else derived |
| `fractions` | `codexrt-radiotherapy-fractions-planned` or `-prescribed` | read |
| `dose_gy`, `targets` | `codexrt-radiotherapy-dose-planned-to-volume` or `-prescribed-to-volume` | read |
| `intent`, `site`, `diagnosis` | `mcode-procedure-intent`, bodySite, reasonReference or reasonCode | read |
| sessions | Encounter of a session, else fractions within 90 minutes, else the first day of what was treated | read |
| `beams_delivered` | basedOn of the session's fractions: each beam of these plans | derived |
| `guidance` | `codexrt-image-guided-radiotherapy-modality`, of the fraction, else as planned | read, derived |
| `motion.method` | `codexrt-radiotherapy-respiratory-motion-management`, `-free-breathing-…` | read, derived |
| `motion.during_beam` | `codexrt-intrafraction-verification` of the fraction | read |
| `physician_review`, `next_session_at` | DiagnosticReport of the Encounter, Appointment tied to it | read |
| `isocenters`, `beams`, organs at risk, imaging and histograms of the planning | only our extensions | missing |
| `guidance[].purpose`, `motion.beam_hold`, `billing.claim` | only our extensions | missing |

A revoked plan counts only for what was treated by it. Of several versions of a resource the newest counts. If a resource says
several modalities, the first is read, and a note says so. The codes of SNOMED CT that are known, and what each is read as:

| code | as | what is read |
|---|---|---|
{codes}

mCODE has no code for stereotactic treatments, so `sbrt` is a possibility of each photon technique that is said by its code.

## How an answer is read

| element | what is read there |
|---|---|
{fields}

- If nothing is to be billed, send a Claim without `item`, or a Bundle without entries.
- A session is found by its Encounter, else by the time, else by the day. `[format] sessions = "named"`, `"time"` or `"day"` says
  what your items say; cases whose sessions can't be told apart that way are `not_applicable`.
- Charges of other families are set aside, with a note in the report. If only such come, the answer is `out_of_scope`.
- `[answers.codes]` maps numbers of your own charge master, `[answers] empty` says what an empty body means.
- A resource is at most 1 MiB long. What can't be read makes that answer `invalid`, and the explanation names the element.

The sample coder in `tests/vendors/fhir_coder/` reads and writes with fhir.resources. It gets the verdicts of the same coder in
JSON.

## A complete example

This coder reads a Bundle with rtconform's own reader and asks the reference for its codes. Put your own in its place.

```python file=coder.py
import json, sys
import rtconform
from rtconform.formats.fhir.case_reader import reread_bundle

CPT = "http://www.ama-assn.org/go/cpt"
ISSUES = {{"needs_review": "business-rule", "out_of_scope": "not-supported"}}

for line in sys.stdin:
    bundle = json.loads(line)
    name, coding = bundle["identifier"]["value"], rtconform.code(reread_bundle(line.encode()))
    if coding.outcome in ISSUES:
        issue = {{"severity": "error", "code": ISSUES[coding.outcome]}}
        answer = {{"resourceType": "OperationOutcome", "id": name, "issue": [issue]}}
    else:
        answer = {{"resourceType": "Claim", "identifier": [{{"value": name}}], "status": "active", "use": "claim"}}
        items = [
            {{
                "sequence": number,
                "productOrService": {{"coding": [{{"system": CPT, "code": one.code}}]}},
                "modifier": [{{"coding": [{{"system": CPT, "code": modifier}}]}} for modifier in one.modifiers],
                "quantity": {{"value": one.units}},
                "encounter": [{{"identifier": {{"value": one.session}}}}],
            }}
            for number, one in enumerate(coding.lines, 1)
        ]
        answer |= {{"item": items}} if items else {{}}
    print(json.dumps(answer), flush=True)
```

{tried}"""
