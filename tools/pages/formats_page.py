"""docs/reference/formats.md: what each format carries, counted over every suite of claims, and how its answers are read."""

from collections import Counter
from collections.abc import Iterator

from rtconform.conformance.protocol import Mask
from rtconform.conformance.roles import ROLES
from rtconform.conformance.runs.expressible import inexpressible, lost_fields
from rtconform.formats.claims import BUNDLES, NOT_A_DENIAL, PENDING
from rtconform.formats.dicom.expressible import refuse_inexpressible
from rtconform.formats.messages import Inexpressible
from rtconform.formats.names import name_of
from rtconform.formats.registry import ANSWERS, QUESTIONS
from rtconform.formats.settings import Companion, FormatSettings, QuestionFormatName
from rtconform.generators.suites.registry import any_suite
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case
from tools.pages.answer_pages import shares as coder_shares

SUITES = ("edits-claim", "edits-documented", "edits-national")
CASE_SUITES = ("published", "boundaries", "pairwise", "documentation", "clinic")

_EDITOR = ROLES["editor"]


def formats_page() -> str:
    """The page."""
    return _PAGE.format(
        shares="\n".join(_shares()),
        treatments="\n".join(_treatments()),
        visits="\n".join(_reread("hl7v2")),
        bundles_of_fhir="\n".join(_reread("fhir")),
        claims_of_fhir="\n".join(_claims_reread("fhir")),
        coders=coder_shares(),
        not_a_denial=", ".join(sorted(NOT_A_DENIAL, key=int)),
        bundles=", ".join(sorted(BUNDLES)),
        pending=", ".join(sorted(PENDING)),
        answers=ANSWERS["x12", "claim"].title,
        fhir_answers=ANSWERS["fhir", "claim"].title,
    )


def _treatments() -> Iterator[str]:
    """How many cases of each suite have DICOM RT objects, which decide with either companion, and why the others have none."""
    companions = ", ".join(f"`{companion}`" for companion in QUESTIONS["dicom", "case"].companions)
    for name in CASE_SUITES:
        suite, reasons = any_suite(name), Counter[str]()
        size = suite.size(None)
        for index in range(size):
            case = suite.case(index, 1).question
            assert isinstance(case, Case)  # noqa: S101 - these suites hold cases
            try:
                refuse_inexpressible(case)
            except Inexpressible as why:
                reasons[str(why)] += 1
        others = "; ".join(f"{why} ({number})" for why, number in reasons.most_common()) or "none"
        yield f"| `{name}` | {companions} | {size - reasons.total()} of {size} | {others} |"


def _reread(name_of_format: QuestionFormatName) -> Iterator[str]:
    """How many cases of each suite decide alike when what was written of them is read."""
    coder, row = ROLES["coder"], QUESTIONS[name_of_format, "case"]
    for name in CASE_SUITES:
        suite, decided = any_suite(name), 0
        size = suite.size(None)
        for index in range(size):
            case = suite.case(index, 1).question
            again = row.reread(row.write(case, "none")[0].content)
            decided += case == again or coder.decided(coder.expect(case)) == coder.decided(coder.expect(again))
        yield f"| `{name}` | {decided} of {size} |"


def _claims_reread(name_of_format: QuestionFormatName) -> Iterator[str]:
    """How many claims of each suite are the same when what was written of them is read."""
    row = QUESTIONS[name_of_format, "claim"]
    for name in SUITES:
        suite, same = any_suite(name), 0
        size = suite.size(None)
        for index in range(size):
            claim = suite.case(index, 1).question
            same += claim == row.reread(row.write(claim, "none")[0].content)
        yield f"| `{name}` | {same} of {size} |"


def _shares() -> Iterator[str]:
    companions: tuple[Companion, ...] = QUESTIONS["x12", "claim"].companions
    for name in SUITES:
        for companion in companions:
            counts, lost = _counted(name, companion)
            decided, whole = counts["decided"], sum(counts.values())
            fields = ", ".join(f"`{field}` ({number})" for field, number in lost.most_common()) or "none"
            yield (
                f"| `{name}` | `{companion}` | {decided} of {whole} ({100 * decided / whole:.1f} %) | {counts['unsaid']} | "
                f"{counts['undecided']} | {fields} |"
            )


def _counted(name: str, companion: Companion) -> tuple[Counter[str], Counter[str]]:
    """How many claims come back with the same outcome, and how often each field is lost."""
    row, formats = QUESTIONS["x12", "claim"], FormatSettings("x12", "x12", companion)
    counts, lost = Counter(decided=0, unsaid=0, undecided=0), Counter[str]()
    suite = any_suite(name)
    for index in range(suite.size(None)):
        claim = suite.case(index, 1).question
        assert isinstance(claim, Claim)  # noqa: S101 - these suites hold claims
        claim = _EDITOR.wire.masked(claim, Mask(name_of(claim.id, b"page"), claim.patient.id))
        try:
            again = row.reread(row.write(claim, companion)[0].content)
        except Inexpressible:
            counts["unsaid"] += 1
            continue
        lost.update(lost_fields(claim, again))
        counts["undecided" if inexpressible(formats, _EDITOR, claim) else "decided"] += 1
    return counts, lost


_PAGE = """\
# Formats

Made from the code by `make docs`; don't edit it by hand.

A vendor's editor can be asked and can answer in X12 or [in FHIR](format-fhir-claims.md). The vendor file says which:

```toml
[format]
question = "x12"      # 837P or 837I, as the claim's form is
answer = "x12"        # {answers}
companion = "none"    # or "note": the session of a line in NTE, for an editor that reads it there
```

```toml
[format]
question = "fhir"     # a Bundle with a Claim
answer = "fhir"       # {fhir_answers}
```

Everything else of the vendor file stays as it is. In X12 a program in mode `stream` gets one interchange after the other, and
answers each with one interchange. A program in mode `oneshot` gets one on its standard input. A web service gets it as the
body of a request, as `application/edi-x12`.

The claim's id in CLM01 is 20 characters of a keyed hash. It comes back in CLP01, TRN02, or in AK102 by the group's control
number. No message names a suite or a case.

## What an 837 decides

Each claim of each suite was written as an 837, read again, and edited by the reference. A claim *decides* where the outcome
is the same. The others are `not_applicable` in a run over this format: never a pass, and each with its reason.

| suite | companion | decided | no valid 837 | lost what decides | fields that do not come back (how often) |
|---|---|---|---|---|---|
{shares}

No valid 837 exists for a professional claim without a place of service, an institutional claim without a type of bill, or an
institutional line without a revenue code. `type_of_bill` loses a leading zero, which decides nothing.

## What DICOM RT decides

[A coder may be asked in DICOM RT](../how-to/dicom.md): objects, and a companion for what they have no place for. Every case that
can be written in this way decides like the case itself. The others are `not_applicable`. A test writes every tenth case of
`pairwise` and every fiftieth of `clinic` with HL7 v2 messages beside the objects, reads them again, codes them, and compares
(`make dicom-pair` does so with more cases); another test does so with any case and either companion.

| suite | companion, each | decided | why the others have no objects (how many) |
|---|---|---|---|
{treatments}

The companion may be JSON or [HL7 v2 messages](format-hl7v2-questions.md) (`companion = "json"`, `"hl7v2"`): both say the same.
Objects alone decide about two thirds of `clinic`: [measured](../measured/dicom-decides.md).

## What HL7 v2 decides

[A coder may be asked in HL7 v2](format-hl7v2-questions.md): visit, plans, sessions, approval and schedule, with codes of ours
for what HL7 v2 has no terms for. Each case was written as messages, read again, and coded by the reference.

| suite | decided |
|---|---|
{visits}

## What FHIR decides

[A coder may be asked in FHIR R4](format-fhir.md): Bundles in the shape of CodeX RT and mCODE, with extensions for what these
lack. Each case was written as a Bundle, read again, and coded by the reference.

| suite | decided |
|---|---|
{bundles_of_fhir}

[A claim editor may be asked in FHIR R4](format-fhir-claims.md) too. Each claim was written as a Bundle, with its record where it
has one, and read again: it is the same claim.

| suite | comes back |
|---|---|
{claims_of_fhir}

## What a coder's answer decides

A coder may be asked in JSON and answer in a format: [a charge export as CSV](format-csv.md), [HL7 v2 charges](format-hl7v2.md),
[837 claims](format-x12.md), [FHIR Claims](format-fhir.md). The right answer to each case was written in the format and read
again. A case *decides* where the same comes back. How many cases do depends on what a charge says about its session:
`[format] sessions = "named"`, `"time"` or `"day"`.
The other cases are `not_applicable` in a run: never a pass, and each with its reason.

{coders}

Suites `invalid` and `respelled` are asked only of vendors that are asked in JSON, whatever they answer in. The right answer to a
document that is not a case is needs_review: an `outcome` of CSV, an ACK with `AE`, an 824 with `TR`. If the case's id can't be
read in the document, the answer need not carry it.

## How an editor's answer is read

The last word for a line counts: a 999 and a 277CA come first, and may be all that comes.

| message | allow | deny | bundle | review |
|---|---|---|---|---|
| 835 | paid, or only CARC {not_a_denial} | another CARC | CARC {bundles} | CARC {pending}; the line is missing |
| 277CA | A0, A1, A2, A5, F0, F1, F3 | A3, A4, A6, A7, A8, F2, E… | | P…, R… |
| 999 | accepted | rejected: every line | | |
| ClaimResponse | paid, or no reason against it | another CARC; outcome error | as an 835 | CARC {pending}; queued; no item |
| OperationOutcome | issue of severity warning or information | error or fatal: every line | | |

[FHIR has a page of its own](format-fhir-claims.md). Of X12:

- The judge accepts a denial for a bundle, and a bundle for a denial.
- A service belongs to the line that its REF*6R names (REF*FJ in a 277CA), else to the line with its code and modifiers, else
  to the next line with its code. SVC06 counts if it is present.
- A line that comes back in several services is allowed where each of them is.
- If no service is listed, CAS at the level of the claim holds for every line.
- A reversal (CLP02 = 22) decides nothing; the correction after it counts.
- A 277CA that rejects a claim and names services rejects these; the other lines are accepted. This is our reading: the guide
  leaves it open.
- Separators come from ISA. Line breaks between segments mean nothing.
- A message is at most 1 MiB long. A wrong SE01, a missing IEA or an amount that is not a number makes the answer invalid, and the
  explanation names the segment.

## What works over which format

A test (`tests/rtconform/jobs/test_flows.py`) asks a sample vendor of each row; all have the same fault in every format. A run
finds what a run over JSON finds. A run that is killed and resumed, cut into shards and merged, or replayed finds the same as the
unbroken run, to the byte. A hunt shrinks the fault to its smallest case, and the pytest plugin gives each case the verdict of the
run. A correct vendor is certified, and its bundle verifies.

| a vendor is asked in | and answers in | over | kill, resume | shards | replay | hunt | pytest | certify |
|---|---|---|---|---|---|---|---|---|
| JSON | `csv` | a stream | yes | yes | yes | yes | yes | yes |
| JSON | `hl7v2` | a stream | yes | yes | yes | yes | yes | yes |
| JSON | `x12` | a stream | yes | yes | yes | yes | yes | yes |
| `fhir` | `fhir` | a stream | yes | yes | yes | yes | yes | yes |
| `hl7v2` | `hl7v2` | MLLP | yes | yes | yes | by hand | yes | yes |
| `dicom` | JSON | C-STORE | yes | yes | yes | not tested | yes | yes |
| `x12` (an editor) | `x12` | a stream | yes | yes | yes | yes | yes | yes |
| `fhir` (an editor) | `fhir` | a stream | yes | yes | yes | yes | yes | yes |

*By hand*: the hunt over MLLP takes four minutes with the sample engine, so CI leaves it out; with
`RTCONFORM_HUNT_EVERYWHERE=1` the test does it. Other tests: certifying over DICOM is in `test_dicom_certificate.py` beside it, a
cluster in `test_whole_suite_over_x12.py`; X12 in batches over streams, programs, web services and watched folders is in
`tests/conformance/runs/test_batches.py`.

## Files of your own

`rtconform edit january.837` edits the claims of a file, of each file of a folder, or of standard input, one at a time. It
takes several interchanges and transactions. Notes go to standard error with the position of the segment that they are about.

```text
rtconform edit january.837 --format table
rtconform edit january.837 --as 835
rtconform generate edits-claim --as 837 --out claims.837
```
"""
