"""docs/reference/one-case.md: one case in all forms side by side: what each says of a fact, and which rule reads it."""

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pydicom
from msgspec.structs import replace
from pydicom.dataset import Dataset
from pydicom.uid import UID

from rtconform.conformance.coder.faults.faulty import correct
from rtconform.formats.charges.csv_writer import write_csv
from rtconform.formats.dicom.companion import FILE
from rtconform.formats.dicom.question import write_question
from rtconform.formats.dicom.reading.open_object import open_object
from rtconform.formats.dicom.reading.reader import read_treatment
from rtconform.formats.fhir.answer_writer import write_answer
from rtconform.formats.fhir.bundles import Resources
from rtconform.formats.fhir.case_writer import bundle_of
from rtconform.formats.fhir.extensions import BASE, EXTENSIONS, Field
from rtconform.formats.fhir.treatment_reader import read_resources
from rtconform.formats.hl7.charge_writer import write_charges
from rtconform.formats.messages import Part
from rtconform.formats.names import name_of
from rtconform.formats.registry import QUESTIONS
from rtconform.formats.treatments import Fact
from rtconform.formats.x12.coded_claim_writer import write_coded_claims
from rtconform.generators.suites.registry import any_suite, suite_of_id
from rtconform.generators.suites.suite import SuiteCase
from rtconform.reference.coder.coder import code
from rtconform.reference.coder.rules import RULES
from rtconform.reference.documents.treatment import Case

CASE = "published:scenario-4-freestanding-global"

_KEY = b"one case"
_TIES = ("id", "subject", "patient", "requester", "category", "status", "intent", "participant", "beneficiary")
"""Elements of a resource that the page leaves out: they say nothing of the case."""

_LONGEST = 110
"""How many characters of a line of a dump are shown."""

_OF_PATIENTS, _OF_RADIOTHERAPY, _PIXELS = 0x0010, 0x3000, 0x7FE0
"""The groups of attributes with which a dump begins, and before which it ends."""

_JOINING = ("SOPClassUID", "SOPInstanceUID", "ReferencedSOPClassUID", "ReferencedSOPInstanceUID")
_DRAWN_ON = (
    "ReferencedFrameOfReferenceSequence",
    "RTReferencedStudySequence",
    "RTReferencedSeriesSequence",
    "ContourImageSequence",
    "StructureSetROISequence",
    "RTROIObservationsSequence",
)
_DELIVERED = (
    "TreatmentSessionBeamSequence",
    "GatingBeamHoldTransitionSequence",
    "PatientSetupSequence",
    "MotionSynchronizationSequence",
    "ReferencedSetupImageSequence",
    "ReferencedRTPlanSequence",
)
"""The sequences of a structure set, and of a record, that the table speaks of."""


@dataclass(frozen=True)
class _Row:
    """A fact. `at`: where it stands in the JSON; `fact`: what our reader calls it, empty where no object says it.

    `companion`: where it stands in the companion. `rules`: which read it; only those of the page's case are named.
    """

    words: str
    at: str
    fact: str
    companion: str
    rules: str


_ROWS = (
    _Row("where the beams meet", "isocenters[].position_mm", "isocenters[ISO1]", "", "ISO-DELIVERED L3-ISOCENTERS"),
    _Row("which technique", "plans[0].technique", "plans[1].technique", "plans[0].technique", "TECHNIQUE-FAMILY L3-MOTION"),
    _Row("beams and radiation", "plans[0].beams[].radiation", "plans[1].beams", "", "SCOPE-BEAM TECHNIQUE-FAMILY"),
    _Row("modulation", "plans[0].beams[].modulation", "plans[1].beams.modulation", "", "DOC-IMRT"),
    _Row("imaging for the plan", "plans[0].planning.volumetric_imaging", "plans[1].planning.volumetric_imaging", "", "DOC-3D"),
    _Row("targets", "plans[0].planning.targets", "plans[1].planning.targets", "", "DOC-3D DOC-IMRT"),
    _Row("organs at risk", "plans[0].planning.organs_at_risk", "plans[1].planning.organs_at_risk", "", "DOC-3D DOC-IMRT"),
    _Row(
        "histograms",
        "plans[0].planning.dvh_evaluated",
        "plans[1].planning.dvh_evaluated",
        "plans[0].planning.dvh_evaluated",
        "DOC-3D DOC-IMRT",
    ),
    _Row("what was delivered", "sessions[0].beams_delivered", "sessions[1].beams_delivered", "", "ONCE ISO-DELIVERED"),
    _Row("when", "sessions[0].started_at", "sessions[1].started_at", "", "SESSIONS"),
    _Row(
        "how motion was managed",
        "sessions[0].motion.method",
        "sessions[1].motion.method",
        "sessions[0].motion.method",
        "AMM-BEAM AMM-PASSIVE",
    ),
    _Row("the beam was held", "sessions[0].motion.beam_hold", "sessions[1].motion.beam_hold", "", "AMM-BEAM AMM-HOLD L3-MOTION"),
    _Row(
        "guidance",
        "sessions[0].guidance[].method",
        "sessions[1].guidance.method",
        "sessions[0].guidance[].method",
        "IGRT-METHODS IGRT-PROF IGRT-GLOBAL",
    ),
    _Row("what an image was for", "sessions[0].guidance[].purpose", "", "sessions[0].guidance[].purpose", "IGRT-PURPOSE"),
    _Row(
        "a physician approved",
        "sessions[0].physician_review.approved_at",
        "sessions[1].physician_review",
        "sessions[0].physician_review.approved_at",
        "IGRT-REVIEW",
    ),
    _Row("the next session", "sessions[0].next_session_at", "", "sessions[0].next_session_at", "IGRT-NEXT IGRT-REVIEW"),
    _Row("whose claim", "billing.claim", "", "billing.claim", "CLAIM-GLOBAL"),
    _Row("where", "billing.setting", "", "billing.setting", "CLAIM-GLOBAL"),
)


def one_case() -> str:
    """The page."""
    item = suite_of_id(CASE)
    found = any_suite("published").case(item.index_of(CASE)[0], 1)
    assert isinstance(found, SuiteCase)  # noqa: S101 - the suite holds cases
    case = replace(found.case, id=name_of(CASE, _KEY))
    parts = write_question(case)
    coding = code(case)
    answer = correct(case)
    return _PAGE.format(
        case=CASE,
        name=case.id,
        rows="\n".join(_rows(case, parts, coding.rules)),
        lines=", ".join(f"{line.code} × {line.units}" for line in coding.lines),
        reasons="\n".join(f"- {reason}" for reason in coding.reasons),
        json=_shortened(json.dumps(msgspec.to_builtins(case), indent=1, ensure_ascii=False)),
        files="\n".join(f"| `{part.name}` | {_kind(part)} | {len(part.content)} |" for part in parts),
        plan=_dump(parts, "RTPLAN", ("BeamSequence", "ReferencedStructureSetSequence")),
        structures=_dump(parts, "RTSTRUCT", _DRAWN_ON, _OF_RADIOTHERAPY),
        dose=_dump(parts, "RTDOSE", ("DVHSequence", "ReferencedRTPlanSequence"), _OF_RADIOTHERAPY),
        image=_dump(parts, "RTIMAGE", (), _OF_RADIOTHERAPY),
        record=_dump(parts, "RTRECORD", _DELIVERED),
        companion=next(part.content.decode() for part in parts if part.name == FILE),
        beside=_unframed(part.content for part in write_question(case, "hl7v2") if part.suffix == "hl7"),
        messages=_unframed(part.content for part in QUESTIONS["hl7v2", "case"].write(case, "none")),
        bundle="\n".join(_entries(case)),
        resource=json.dumps(json.loads(write_answer(answer, case)), ensure_ascii=False),
        answer=json.dumps(msgspec.to_builtins(answer), indent=1),
        csv=_text(write_csv(answer, case)),
        hl7=_text(write_charges(answer, case).replace(b"\r", b"\n")),
        x12=_text(write_coded_claims(answer, case)),
    )


def _rows(case: Case, parts: tuple[Part, ...], decided: tuple[str, ...]) -> Iterator[str]:
    facts = {fact.path: fact for fact in read_treatment([_opened(part) for part in parts if part.suffix == "dcm"]).facts}
    document = msgspec.to_builtins(case)
    companion = json.loads(next(part.content for part in parts if part.name == FILE))
    of_codex = {fact.path: fact for fact in _without_ours(case)}
    for row in _ROWS:
        ruled = [name for name in row.rules.split() if RULES[name] and name in decided]
        others = [name for name in row.rules.split() if name not in decided]
        rules = ", ".join([*(f"**{name}**" for name in ruled), *others])
        beside = f"`{_values(companion, row.companion)}`" if row.companion else ""
        json_value = _values(document, row.at)
        in_fhir = _in_fhir(row, of_codex)
        yield f"| {row.words} | `{row.at}` = `{json_value}` | {_said(facts.get(row.fact))} | {beside} | {in_fhir} | {rules} |"


def _without_ours(case: Case) -> tuple[Fact, ...]:
    """The facts that a case's Bundle says without our own extensions."""
    bundle = bundle_of(case)
    for entry in bundle["entry"]:
        kept = [one for one in entry["resource"].get("extension", []) if not one["url"].startswith(BASE)]
        entry["resource"]["extension"] = kept
    return read_resources(Resources(bundle), {}).facts


def _in_fhir(row: _Row, of_codex: dict[str, Fact]) -> str:
    """What CodeX RT says of a fact, else the extension of ours that says it."""
    path = re.sub(r"\[0\]", "[1]", row.at).replace("[]", "")
    found = next((of_codex[name] for name in (path, path.rpartition(".")[0], row.fact) if name in of_codex), None)
    if found is not None and found.how != "missing":
        return f"{found.how}: `{found.value}` from {re.sub(r'^: |/[0-9a-f-]{36}', '', found.source)}"
    field = re.sub(r"\[\d+\]", "[]", row.at)
    ours = next(one.id for one in EXTENSIONS if field in {inner.case for inner in _fields(one.fields)})
    return f"`{ours}`"


def _fields(fields: tuple[Field, ...]) -> Iterator[Field]:
    for one in fields:
        yield one
        yield from _fields(one.fields)


def _opened(part: Part) -> Any:  # noqa: ANN401 - the reader's own
    return open_object(part.content, part.name)


def _said(fact: Fact | None) -> str:
    if fact is None:
        return "nothing"
    if fact.how == "missing":
        return f"nothing: {fact.note}"
    return f"{fact.how}: `{fact.value}` from {fact.source.partition(': ')[2]}"


def _values(document: Any, path: str) -> str:  # noqa: ANN401 - JSON
    """What stands at a path, `[]` for each: different values once."""
    found = [document]
    for step in re.findall(r"[a-z_]+|\[\d*\]", path):
        if step == "[]":
            found = [one for several in found for one in several or ()]
        elif step.startswith("["):
            found = [one[int(step[1:-1])] for one in found]
        else:
            found = [one.get(step) if isinstance(one, dict) else None for one in found]
    texts = dict.fromkeys(json.dumps(one) if not isinstance(one, str) else one for one in found)
    return ", ".join(texts).replace("|", "/") or "none"


def _kind(part: Part) -> str:
    if part.suffix != "dcm":
        return "the companion"
    return UID(pydicom.dcmread(io.BytesIO(part.content)).SOPClassUID).name


def _dump(parts: tuple[Part, ...], modality: str, followed: tuple[str, ...], begins: int = _OF_PATIENTS) -> str:
    """The first object of a modality from a group on, as pydicom prints it: of the sequences followed, the first item."""
    data = next(
        found
        for part in parts
        if part.suffix == "dcm" and (found := pydicom.dcmread(io.BytesIO(part.content))).Modality == modality
    )
    return "\n".join(_lines(data, followed, "", begins))


def _lines(data: Dataset, followed: tuple[str, ...], indent: str, begins: int) -> Iterator[str]:
    for element in data:
        shown = element.keyword in _JOINING or begins <= element.tag.group < _PIXELS
        if element.tag.is_private or not shown:
            continue
        if element.VR != "SQ":
            yield f"{indent}{element.tag} {element.name}: {element.repval}"[:_LONGEST]
            continue
        yield f"{indent}{element.tag} {element.name}: {len(element.value)} items"
        if element.keyword in (*followed, "ControlPointSequence", "ControlPointDeliverySequence") and element.value:
            yield from _lines(element.value[0], followed, f"{indent}  ", _OF_PATIENTS)


def _shortened(text: str) -> str:
    """Lists of plain numbers on one line."""
    return re.sub(r"\[\s+([-\d.,\s]+?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)


def _entries(case: Case) -> Iterator[str]:
    """The resources of a case's Bundle, one a line, without what only ties them together."""
    for entry in bundle_of(case)["entry"]:
        resource = {name: value for name, value in entry["resource"].items() if name not in _TIES}
        yield json.dumps(resource, ensure_ascii=False)


def _unframed(messages: Iterable[bytes]) -> str:
    """Messages as text, a blank line between two."""
    content = b"\r".join(messages)
    return re.sub(r"[\x0b\x1c]", "", content.decode()).replace("\r\n", "\n").replace("\r", "\n").strip()


def _text(content: bytes) -> str:
    return content.decode().replace("\r\n", "\n").strip()


_PAGE = """\
# One case in all forms

Made by `make docs` from the writers and readers themselves; don't edit it by hand. The case is `{case}`, asked as
`{name}`. It codes as {lines}:

{reasons}

## What each form says, and what reads it

*DICOM RT* is what our reader makes of the objects alone, with the attribute. The companion is the file beside them. *FHIR R4* is
what CodeX RT and mCODE say of it in the Bundle, with the element; where they say nothing, the extension of ours that does.
In bold: the rules that decided this case; the others read the same fact in other cases. [The rule book](rule-book.md) says what
each is.

| fact | JSON | DICOM RT | companion | FHIR R4 | rules |
|---|---|---|---|---|---|
{rows}

An 837 is no question for a coder: a claim holds what was billed, not what was done. It is a form of the answer (below), and the
question of a claim editor.

## The question

### JSON (`rtconform.case/1`)

```json
{json}
```

### DICOM RT

| file | what it is | bytes |
|---|---|---|
{files}

The RT Plan, with the first item of its beams and of their control points, as pydicom prints it:

```text
{plan}
```

The RT Structure Set:

```text
{structures}
```

The RT Dose with its histograms:

```text
{dose}
```

The first RT Image:

```text
{image}
```

The RT Beams Treatment Record:

```text
{record}
```

What no object has a place for, `companion.json`:

```json
{companion}
```

The same as HL7 v2 messages (`companion = "hl7v2"`), which name the objects by their UIDs:

```text
{beside}
```

### HL7 v2

A visit as messages, which say every case. What they mean: [treatments as HL7 v2 questions](format-hl7v2-questions.md).

```text
{messages}
```

### FHIR R4

A Bundle, which says every case: its resources, one a line, without references to the patient and their ids. What they mean:
[treatments as FHIR Bundles](format-fhir.md).

```text
{bundle}
```

## The answer

### JSON (`rtconform.answer/1`)

```json
{answer}
```

### 837

```text
{x12}
```

### HL7 v2 (DFT^P03)

```text
{hl7}
```

### FHIR R4 (Claim)

```text
{resource}
```

### CSV

```text
{csv}
```
"""
