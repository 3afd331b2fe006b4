"""The part of a vendor file to begin with that is about formats of the trade: `[format]` and `[answers]`, ready to run."""

from rtconform.conformance.protocol import RoleName
from rtconform.conformance.roles import ROLES
from rtconform.formats.registry import formats_for
from rtconform.reference.errors import UserError

_EMPTY = """\
# empty = "coded"                   # what an empty answer means (an empty body, no output): "coded" for nothing to bill,
                                    # "needs_review" or "out_of_scope"; without it, an empty answer is not an answer
"""

_CODES = """
[answers.codes]                     # your own charge numbers, each with the code that it stands for
# "RT-0407" = "77407"
# "RT-0387P" = "77387-26"           # with its modifiers
# "RT-9999" = "other"               # services of another family: set aside, as every code outside this suite is
"""

_CSV = f"""
[format]
answer = "csv"                      # cases go out as JSON; a charge export comes back for each

[answers]
dates = "mdy"                       # 02/03/2026 is the third of February; or "dmy"
{_EMPTY}
[answers.columns]                   # the columns of your export: by their names in its first row, or by their numbers from 1
                                    # where it has no such row. Leave out what you don't have; `code` is needed
id = "Account"                      # the id of the case, as it was sent; needed in mode "stream"
session = "Visit"                   # the session's id; without it the date and time find the session
date = "DOS"
code = "CPT"                        # the code, with or without modifiers (77387-26), or a number of your own (below)
modifiers = ["Mod 1", "Mod 2"]      # one column, or several
units = "Qty"                       # a negative number takes a charge back
outcome = "Status"                  # without it charges are "coded", and only charges of other families "out_of_scope"
# payment = "Billed"                # "bundled" for a line that is shown for tracking and not billed ([answers.payments])

[answers.outcomes]                  # your words for an outcome: coded | needs_review | out_of_scope
"Posted" = "coded"
"Held" = "needs_review"
"Not ours" = "out_of_scope"
{_CODES}"""

_HL7 = f"""
[format]
answer = "hl7v2"                    # cases go out as JSON, each with an id of 20 characters; DFT^P03 messages come back.
                                    # PV1-19 (or PID-18, or FT1-23 before its dot) carries that id, FT1-25 or FT1-7 the code,
                                    # FT1-26 modifiers, FT1-10 units, FT1-23 the session, else FT1-4 the time. FT1-6 CR or CD,
                                    # or a negative FT1-10, takes a charge back. ACK with MSA-2 the id: AA for nothing to bill,
                                    # AE for a person to see (needs_review), AR for none of your services (out_of_scope)

[answers]
ends = "message"                    # each message is a whole answer; "ack": an answer is all messages up to its ACK
{_EMPTY}{_CODES}"""

_X12_CODER = f"""
[format]
answer = "x12"                      # cases go out as JSON, each with an id of 20 characters; 837P or 837I claims come back.
                                    # CLM01 carries that id, SV1 or SV2 the service, REF*6R the session, else DTP*472 its day.
                                    # An 824 with OTI*TA*TN*id says that nothing is billed, OTI*TR that a person has to see it

[answers]
{_EMPTY}"""

_X12_EDITOR = """
[format]
question = "x12"                    # claims go out as 837P (005010X222A1) or 837I (005010X223A2)
answer = "x12"                      # an 835 comes back, a 277CA or a 999; CLP01 (277CA: TRN02) carries CLM01
companion = "none"                  # or "note": the session of a line in NTE*ADD, for an editor that reads it there
"""

_FHIR = f"""
[format]
question = "fhir"                   # cases go out as FHIR R4 Bundles of type collection, one per line:
                                    # docs/reference/format-fhir.md says where each fact is
answer = "fhir"                     # a Claim comes back, a Bundle of ChargeItems, or an OperationOutcome (business-rule for a
                                    # person to see, not-supported for none of your services), one per line. identifier carries
                                    # Bundle.identifier (an OperationOutcome: its id), item.encounter the session

[answers]
{_EMPTY}{_CODES}"""

_FHIR_EDITOR = """
[format]
question = "fhir"                   # claims go out as FHIR R4 Bundles of type collection, one per line:
                                    # docs/reference/format-fhir-claims.md says where each field is
answer = "fhir"                     # a ClaimResponse comes back, one per line, or an OperationOutcome that refuses the claim.
                                    # request refers to the Claim, or carries Bundle.identifier (an OperationOutcome: its id)
"""

_TEXTS: dict[tuple[str, RoleName], str] = {
    ("csv", "coder"): _CSV,
    ("fhir", "coder"): _FHIR,
    ("fhir", "editor"): _FHIR_EDITOR,
    ("hl7v2", "coder"): _HL7,
    ("x12", "coder"): _X12_CODER,
    ("x12", "editor"): _X12_EDITOR,
}

_STREAMED = {
    "fhir": "one resource per line",
    "csv": "an export, ended by a blank line",
    "hl7v2": "its messages in MLLP frames, or each ended by a blank line",
    "x12": "an interchange (ISA to IEA)",
}
"""What a program in mode "stream" writes for each question."""


def format_tables(name: str, role: RoleName) -> str:
    """The tables of a vendor file for vendors in `role` that speak format `name`. Raises UserError where there are none."""
    try:
        return _TEXTS[name, role]
    except KeyError:
        asked, answered = formats_for(ROLES[role].asks)
        known = ", ".join(dict.fromkeys((*asked[1:], *answered[1:])))
        noun = ROLES[role].wire.words["a noun"]
        raise UserError(f"{noun} is not asked and does not answer in {name}; formats for {noun}: {known}") from None


def streamed(name: str, role: RoleName) -> tuple[str, str]:
    """What stands for a question and for an answer on the streams of a program that speaks format `name`."""
    wire = ROLES[role].wire
    written = {
        ("x12", "editor"): "an interchange for each",
        ("fhir", "coder"): "one Bundle per line",
        ("fhir", "editor"): "one Bundle per line",
    }
    return written.get((name, role), f"one {wire.question} per line"), _STREAMED[name]
