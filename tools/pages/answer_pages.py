"""docs/reference/format-csv.md, format-hl7v2.md and format-x12.md: how a coder answers in a format, with a complete example."""

from collections import Counter
from collections.abc import Iterator
from functools import cache

from rtconform.conformance.roles import ROLES
from rtconform.conformance.runs.expressible import unanswerable
from rtconform.formats.registry import ANSWERS
from rtconform.formats.settings import AnswerFormatName, FormatSettings
from rtconform.generators.suites.registry import any_suite
from tools.pages.tried_example import tried

SUITES = ("published", "boundaries", "pairwise", "clinic", "documentation")
FORMATS: tuple[AnswerFormatName, ...] = ("csv", "hl7v2", "x12", "fhir")

_CODER = ROLES["coder"]
_SAYS = {"named": "its session", "time": "the time", "day": "the day"}


@cache
def shares() -> str:
    """The table of what each format decides, for every suite and every way in which charges say their session."""
    return "\n".join(
        (
            "| format | a charge says | " + " | ".join(f"`{suite}`" for suite in SUITES) + " |",
            "|---|---|" + "---|" * len(SUITES),
            *_rows(),
        )
    )


def _rows() -> Iterator[str]:
    for name in FORMATS:
        for says in ANSWERS[name, "case"].sessions:
            formats = FormatSettings(answer=name, sessions=says)
            yield f"| `{name}` | {_SAYS[says]} | " + " | ".join(_decided(formats, suite) for suite in SUITES) + " |"


def _decided(formats: FormatSettings, suite_name: str) -> str:
    suite = any_suite(suite_name)
    counted = Counter(unanswerable(formats, _CODER, suite.case(index, 1).question) is None for index in range(suite.size(None)))
    return f"{counted[True]} of {counted.total()}"


def fields_of(name: AnswerFormatName) -> str:
    """The rows of the table of what is read in an answer."""
    return "\n".join(f"| {field.place} | {field.holds} |" for field in ANSWERS[name, "case"].fields)


def csv_page() -> str:
    """The page of CSV."""
    came = "Account,DOS,CPT,Mods,Qty,Status\npublished:scenario-1-hospital-facility,2026-03-10T13:20:00,77402,,1,Posted"
    return _CSV.format(made=_MADE, fields=fields_of("csv"), rules=_RULES, tried=tried("CSV", _CSV_TABLES, came))


def hl7_page() -> str:
    """The page of HL7 v2."""
    came = "MSH|^~\\&|CODER|CLINIC|BILLING|CLINIC|20260101||DFT^P03^DFT_P03|1|P|2.5.1\nEVN|P03|20260101\n…"
    return _HL7.format(made=_MADE, fields=fields_of("hl7v2"), rules=_RULES, tried=tried("HL7", _HL7_TABLES, came))


def x12_page() -> str:
    """The page of X12 for coders."""
    came = "ISA*00*…"
    return _X12.format(made=_MADE, fields=fields_of("x12"), rules=_RULES, tried=tried("X12", _X12_TABLES, came))


_MADE = "Made from the code by `make docs`; don't edit it by hand."

_RULES = """\
- A session is found by its name, else by the time (the last session of that day that had begun), else by the day: its sessions
  are filled in order, one delivery in each. Say which of these your charges have: `[format] sessions = "named"`, `"time"` or
  `"day"`. Cases whose sessions can't be told apart that way are `not_applicable`, never a pass and never a fail.
- Charges of other families (77427, 77336, …) are set aside, with a note in the report. If only such come, the answer is
  `out_of_scope`.
- A credit cancels the last charge of its service; one that cancels nothing makes the answer invalid.
- An empty answer (no output of a program in mode `oneshot`, an empty body) means nothing, unless `[answers] empty` says what:
  `"coded"` (nothing to bill), `"needs_review"` or `"out_of_scope"`.
- A message is at most 1 MiB long. What can't be read makes that answer `invalid`, and the explanation names the place."""

_CSV_TABLES = """\
[format]
answer = "csv"
sessions = "time"

[answers.columns]
id = "Account"
date = "DOS"
code = "CPT"
modifiers = "Mods"
units = "Qty"
outcome = "Status"

[answers.outcomes]
"Posted" = "coded"
"Held" = "needs_review"
"Not ours" = "out_of_scope"
"""

_HL7_TABLES = """\
[format]
answer = "hl7v2"

[answers.codes]            # numbers of your charge master, if FT1-25 and FT1-7 hold those
"RT-0407" = "77407"
"RT-0387P" = "77387-26"
"RT-9999" = "other"        # services of another family
"""

_X12_TABLES = """\
[format]
answer = "x12"
"""

_CSV = """\
# CSV: a charge export

{made}

Your coder gets cases in JSON, one per line, and answers each with a charge export. Start with
`rtconform vendor init --format csv vendor.toml`.

## Columns

Name your columns in `[answers.columns]`, by their names in the first row or by their numbers from 1 where there is no such row.
Leave out what you don't have.

| key | the column holds |
|---|---|
{fields}

## How an export is read

{rules}
- In mode `stream` a blank line ends the export for a case. One case has one export, with its first row.
- Separators `,` `;` tab and `|`, quotes, CRLF, a byte order mark, UTF-8, UTF-16 and Windows-1252 are read. Titles above the first
  row are passed over.
- What spreadsheets do is undone: `26.0` is 26, `="77412"` is 77412, `46090.381944` is 2026-03-09 09:10. Dates are read as
  2026-03-09, 03/09/2026, 9-Mar-26, 09.03.2026 and 20260309. `[answers] dates = "dmy"` if 03/09/2026 is the third of September.

## A complete example

This coder asks the reference for its codes. Put your own in its place.

```python file=coder.py
import csv, json, sys
import rtconform

STATUS = {{"coded": "Posted", "needs_review": "Held", "out_of_scope": "Not ours"}}

for line in sys.stdin:
    case = json.loads(line)
    coding = rtconform.code(case)
    begun = {{session["id"]: session["started_at"] for session in case["sessions"]}}
    out = csv.writer(sys.stdout)
    out.writerow(["Account", "DOS", "CPT", "Mods", "Qty", "Status"])
    for one in coding.lines:
        out.writerow([case["id"], begun[one.session], one.code, " ".join(one.modifiers), one.units, "Posted"])
    if not coding.lines:
        out.writerow([case["id"], "", "", "", "", STATUS[coding.outcome]])
    print(flush=True)
```

{tried}"""

_HL7 = """\
# HL7 v2: DFT^P03 charges

{made}

Your coder gets cases in JSON, one per line, and answers each with HL7 v2 messages: the charges in DFT^P03, or an ACK. The id
of a case has 20 characters here, so that it fits where visit numbers go. Start with
`rtconform vendor init --format hl7v2 vendor.toml`.

## Fields

| field | what is read there |
|---|---|
{fields}

## How messages are read

{rules}
- A message is in an MLLP frame (0x0B … 0x1C 0x0D), or ends with a blank line. Segments end with CR, LF or both. Separators
  come from MSH, escapes are undone.
- A DFT for a visit, or one for each charge. With `[answers] ends = "ack"` an answer is every message up to its ACK; with
  `"message"`, each frame or block is a whole answer, which may hold several messages.
- If nothing is to be billed, send no DFT and acknowledge: `MSA|AA|` and the case's id.

Messages that rtconform writes in its tests are held against hl7apy at its strict level, and a coder written with hl7apy against
the verdicts of the same coder in JSON.

## A complete example

This coder asks the reference for its codes. Put your own in its place.

```python file=coder.py
import json, sys
import rtconform

ACKNOWLEDGED = {{"coded": "AA", "needs_review": "AE", "out_of_scope": "AR"}}


def message(kind, *segments):
    return "\\r".join([f"MSH|^~\\\\&|CODER|CLINIC|BILLING|CLINIC|20260101||{{kind}}|1|P|2.5.1", *segments])


for line in sys.stdin:
    case = json.loads(line)
    name, coding = case["id"], rtconform.code(case)
    if coding.outcome == "coded" and coding.lines:
        charges = []
        for number, one in enumerate(coding.lines, 1):
            fields = {{1: str(number), 6: "CG", 10: str(one.units), 23: f"{{name}}.{{one.session}}", 25: f"{{one.code}}^^CPT4"}}
            fields[26] = "~".join(one.modifiers)
            charges.append("|".join(["FT1", *(fields.get(at, "") for at in range(1, 27))]))
        patient = f"PID|1||{{case['patient']['id']}}", "PV1|1|O" + "|" * 17 + name
        answer = message("DFT^P03^DFT_P03", "EVN|P03|20260101", *patient, *charges)
    else:
        answer = message("ACK", f"MSA|{{ACKNOWLEDGED[coding.outcome]}}|{{name}}")
    sys.stdout.write(f"\\x0b{{answer}}\\r\\x1c\\r")
    sys.stdout.flush()
```

{tried}"""

_X12 = """\
# X12: a coder's claims

{made}

Your coder gets cases in JSON, one per line, and answers each with the claim that it makes: an 837P (005010X222A1) or an 837I
(005010X223A2). The id of a case has 20 characters here, as CLM01 takes. Start with
`rtconform vendor init --format x12 vendor.toml`. Claim editors are asked 837s and answer 835s: [formats](formats.md).

## Elements

| element | what is read there |
|---|---|
{fields}

## How an interchange is read

{rules}
- Each answer is one interchange, ISA to IEA. Separators come from ISA, and line breaks between segments mean nothing.
- If nothing is to be billed, or a person has to look at the case, send an 824 (application advice): `OTI*TA*TN*` or `OTI*TR*TN*`
  and the case's id. That is our convention; no claim says it.
- `[answers.codes]` means nothing here: a claim carries CPT and HCPCS codes.

A coder written in JavaScript with node-x12 (`tests/vendors/x12_node_coder/`) is held to the verdicts of the same coder in JSON.

## A complete example

This coder asks the reference for its codes. Put your own in its place.

```python file=coder.py
import json, sys
import rtconform


def interchange(code, guide, segments):
    body = [f"ST*{{code}}*0001*{{guide}}", *segments, f"SE*{{len(segments) + 2}}*0001"]
    head = f"ISA*00*{{'':10}}*00*{{'':10}}*ZZ*{{'CODER':15}}*ZZ*{{'BILLING':15}}*260101*0900*^*00501*000000001*0*T*:"
    group = f"GS*{{'HC' if code == '837' else 'AG'}}*CODER*BILLING*20260101*0900*1*X*{{guide}}"
    return "~".join([head, group, *body, "GE*1*1", "IEA*1*000000001", ""])


for line in sys.stdin:
    case = json.loads(line)
    name, coding = case["id"], rtconform.code(case)
    if coding.outcome == "coded" and coding.lines:
        begun = {{session["id"]: session["started_at"][:10].replace("-", "") for session in case["sessions"]}}
        segments = [f"CLM*{{name}}*100***22:B:1*Y*A*Y*Y"]
        for number, one in enumerate(coding.lines, 1):
            service = ":".join(["HC", one.code, *one.modifiers])
            segments += [f"LX*{{number}}", f"SV1*{{service}}*100*UN*{{one.units}}***1"]
            segments += [f"DTP*472*D8*{{begun[one.session]}}", f"REF*6R*{{one.session}}"]
        print(interchange("837", "005010X222A1", segments), flush=True)
    elif coding.outcome == "out_of_scope":  # what this system bills for such a case: a service of another family
        segments = [f"CLM*{{name}}*100***22:B:1*Y*A*Y*Y", "LX*1", "SV1*HC:77427*100*UN*1***1", "DTP*472*D8*20260101"]
        print(interchange("837", "005010X222A1", segments), flush=True)
    else:
        advice = "TA" if coding.outcome == "coded" else "TR"
        print(interchange("824", "005010X186A1", ["BGN*11*1*20260101", f"OTI*{{advice}}*TN*{{name}}"]), flush=True)
```

{tried}"""
