"""docs/reference/format-hl7v2-questions.md: a coder asked in HL7 v2: the messages, and where each field of a case stands."""

import msgspec
from msgspec.structs import replace

from rtconform.formats.hl7.treatment.vocabulary import HL7_TYPES, OBSERVATIONS, SETTINGS, SEXES, SYSTEM, Level
from rtconform.formats.hl7.treatment.writer import write_messages
from rtconform.generators.suites.registry import any_suite
from rtconform.reference.documents.treatment import Case

EXAMPLE = "published"

_PLACES: dict[Level, str] = {
    "plan": "plans[]",
    "planning": "plans[].planning",
    "beam": "plans[].beams[]",
    "isocenter": "isocenters[]",
    "session": "sessions[]",
    "guidance": "sessions[].guidance[]",
    "motion": "sessions[].motion",
    "documentation": "sessions[].motion.documentation",
}
_NUMBERED = ("beam", "isocenter", "guidance")


def hl7_questions_page() -> str:
    """The page."""
    return _PAGE.format(
        system=SYSTEM,
        settings=" or ".join(f"`{word}` ({setting})" for setting, word in SETTINGS.items()),
        sexes=", ".join(f"{letter} ({sex})" for sex, letter in SEXES.items()),
        observations="\n".join(
            f"| `{one.code}` | {HL7_TYPES[one.kind]}{_more(one.kind)} | `{_PLACES[one.level]}.{one.field}`{_beside(one.field)} "
            f"| {one.meaning} | {'its number, from 1' if one.level in _NUMBERED else ''} |"
            for one in OBSERVATIONS
        ),
        example=_example(),
    )


def _more(kind: str) -> str:
    return {"texts": ", repeated", "vector": ", three numbers", "text or flag": " or CWE"}.get(kind, "")


def _beside(field: str) -> str:
    return " (beside DICOM objects only)" if field == "uid" else ""


def _example() -> str:
    suite = any_suite(EXAMPLE)
    for index in range(suite.size(None)):
        case = suite.case(index, 1).question
        assert isinstance(case, Case)  # noqa: S101 - the suite holds cases
        (session, *others) = case.sessions
        if not others and session.physician_review and session.next_session_at and session.motion and session.guidance:
            messages = write_messages(msgspec.to_builtins(replace(case, id="7QK3M9X2HB5R8TD4WN6P")))
            return "\n".join(message.content.decode().replace("\r", "\n") for message in messages).strip()
    raise AssertionError("no case of the suite shows every message")


_PAGE = """\
# HL7 v2: a treatment as ADT, ORU, MDM and SIU

Made from the code by `make docs`; don't edit it by hand.

Your coder is asked each case as the messages of a visit (HL7 v2.5.1), and answers with
[DFT^P03 charges or an ACK](format-hl7v2.md), or in any other format. The vendor file says `[format] question = "hl7v2"`. By
[MLLP](../how-to/channels.md#mllp) they go one by one, each acknowledged. Over other channels all messages of a case go together,
each in an MLLP frame (0x0B … 0x1C 0x0D), as `application/hl7-v2`.

## Messages

| message | when | what it says |
|---|---|---|
| ADT^A04 | the visit begins | patient, visit, setting, whose claim it is; in half of the cases who pays |
| ADT^A08 | in the other half, after it | the same, and who pays |
| ORU^R01 | once, where there are plans | each plan with its beams (OBR-4 `RTPLAN`), the isocenters (`RTISO`) |
| ORU^R01 | for each session | what was delivered, guidance, motion management (`RTSESSION`) |
| MDM^T02 | for each session that a physician reviewed | TXA-17: LA approved, DO not approved; TXA-22.15: when |
| SIU^S12 | for each session that another follows | SCH-11.4 and AIS-4: when |
| ADT^A03 | the visit ends | the last message: all has been said |

The last message's MSH-10 is the case's name. So its acknowledgment (MSA-2) is about the case: AE means needs_review, AR
out_of_scope. The case's name has 20 characters and tells neither suite nor case.

## Fields

| field of the case | place |
|---|---|
| `id` | PV1-19 and PID-18; what order numbers (OBR-3, TXA-15, SCH-27) begin with |
| `patient` | PID-3, PID-5, PID-7, PID-8: {sexes} |
| `billing.date_of_service` | PV1-44 |
| `billing.setting` | PV1-3.4: {settings} |
| `billing.claim` | PV1-18, in capitals. Ours: no field of HL7 v2 says whose claim is coded |
| `billing.payer` | IN1-4 |
| `sessions[].id` | OBR-3.1 after its last dot; TXA-15 and SCH-27 name the session so |
| `sessions[].started_at` | OBR-7 |
| `sessions[].physician_review` | TXA-17, TXA-22.15; no MDM: not reviewed |
| `sessions[].next_session_at` | SCH-11.4 and AIS-4; no SIU: no session follows |

HL7 v2 has no terms of radiotherapy. What follows is a code system of ours, `{system}` in OBX-3.3. The values are the words of the
case (`rtconform schema case`). A field without a value has no OBX. Flags are Y or N.

| OBX-3.1 | OBX-2 | field of the case | meaning | OBX-4 |
|---|---|---|---|---|
{observations}

Times have no offset: they are the clinic's wall clock. Separators are the usual ones. Values are escaped
(`\\F\\`, `\\S\\`, `\\R\\`,
`\\E\\`, `\\T\\`, `\\Xdd\\`); the character set is UTF-8. An empty text is `""`.

Tests hold it so: every case of every suite comes back from its messages, and hl7apy finds no fault with them at its strict level.
So no case is `not_applicable` for what HL7 v2 can't say.

## An example

```text
{example}
```
"""
