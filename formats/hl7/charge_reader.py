"""DFT^P03 and ACK messages read as a coder's answer: one message a charge or a visit, credits, local charge codes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rtconform.formats.charges.charge import Charge, Moment, answer_of, code_of, is_modifier, named_session, nothing
from rtconform.formats.charges.spreadsheet import moment
from rtconform.formats.hl7.segments import Segment, is_of_batch, segments_of
from rtconform.formats.messages import Field, Unreadable, refuse_longer
from rtconform.formats.settings import AnswerSettings
from rtconform.reference.documents.coding import Answer, Outcome
from rtconform.reference.documents.treatment import Case

CHARGED, CREDITED, PASSED_OVER = ("", "CG"), ("CR", "CD", "RV"), ("PY", "CO", "AJ")
"""FT1-6, the transaction type (table 0017): what charges, what credits, what is no service (payments and adjustments)."""

ACKNOWLEDGED: dict[str, Outcome] = {"AE": "needs_review", "CE": "needs_review", "AR": "out_of_scope", "CR": "out_of_scope"}
"""MSA-1 (table 0008): what an acknowledgment that does not accept says of the case."""

FIELDS = (
    Field("MSH-1, MSH-2", "the separators"),
    Field("MSH-9", "DFT^P03 or ACK; other messages are passed over"),
    Field("PV1-19", "the case's id, as it was sent; else PV1-50, PID-18, or FT1-23 before its last dot"),
    Field("FT1-4", "where FT1-23 names no session: the time of the service, or its day"),
    Field("FT1-6", "CG or empty: a charge; CR, CD, RV: a credit; PY, CO, AJ: no service, passed over"),
    Field("FT1-7", "where FT1-25 holds no code: the code, or a number of your own (`[answers.codes]`)"),
    Field("FT1-10", "the number of units; empty: 1; negative: a credit"),
    Field("FT1-23", "the session: its id, alone or after the case's id and a dot"),
    Field("FT1-25", "the CPT or HCPCS code, alone or with modifiers (77387-26), or a number of your own"),
    Field("FT1-26", "modifiers, each a repetition"),
    Field("MSA-1", "AA: accepted, nothing more is billed; AE: needs_review; AR: out_of_scope"),
    Field("MSA-2", "the case's id, as it was sent"),
    Field("MSA-3, ERR-8", "kept as a note"),
    Field("BTS-1", "the number of messages of a batch (BHS … BTS), where it is one"),
)
"""The fields that are read, in the order of a message."""

_ACCEPTED = ("AA", "CA")
_SHOWN = 40
_LONGEST_NOTE = 200


@dataclass
class _Message:
    """One message: its type as in DFT^P03, and what it holds that an answer needs."""

    header: Segment
    kind: str
    names: list[str] = field(default_factory=list)
    charges: list[Segment] = field(default_factory=list)
    acknowledgment: Segment | None = None
    errors: list[Segment] = field(default_factory=list)


def read_charges(document: bytes, case: Case, settings: AnswerSettings) -> Answer:
    """The answer that messages are to `case`. Raises Unreadable."""
    refuse_longer(document)
    if not document.strip(b" \t\r\n\x0b\x1c"):
        return nothing(case, settings)
    messages = _messages(document)
    sessions = {session.id for session in case.sessions}
    about = [message for message in messages if case.id in message.names or sessions.issuperset(message.names)]
    if any(message.names for message in about):  # one that was cut off before it named anything says nothing of another's case
        about = [message for message in about if message.names or message.charges]
    if not about:
        other = messages[0].names[0]
        raise Unreadable(f"the message is about {other[:_SHOWN]!r}, but {case.id!r} was asked", other)
    notes: list[str] = []
    charges: list[Charge] = []
    outcome: Outcome | None = None
    speaks = False
    for message in about:
        if message.acknowledgment is not None:
            outcome, speaks = _acknowledged(message, notes, case) or outcome, True
        elif message.kind.startswith("DFT"):
            charges += _charges(message, case, settings, notes)
            speaks = True
        else:
            notes.append(f"{message.header}: message {message.kind[:20]} passed over")
    if not speaks:
        raise Unreadable(f"{about[0].header}: message {about[0].kind[:20]!r} where a DFT^P03 or an ACK is due", case.id)
    return answer_of(case, charges, outcome=outcome, notes=notes)


def names_in(document: bytes, settings: AnswerSettings) -> Iterable[str]:
    """What messages may mean by the case that they are about, in order. Raises Unreadable where they name none."""
    del settings
    names = dict.fromkeys(name for message in _messages(document) for name in message.names)
    if not names:
        raise Unreadable("no message names its case: PV1-19, PID-18, FT1-23 and MSA-2 are empty")
    return names


def _messages(document: bytes) -> list[_Message]:
    """Every message. Raises Unreadable where there is none, or a batch counts them wrong."""
    messages: list[_Message] = []
    counted = 0
    for segment in segments_of(document):
        if segment.name == "MSH":
            kind = "^".join(filter(None, (segment.get(9, 1), segment.get(9, 2))))
            messages.append(_Message(segment, kind))
        elif is_of_batch(segment):
            if segment.name == "BTS" and segment.get(1) and segment.get(1) != str(len(messages) - counted):
                raise Unreadable(
                    f"{segment}: BTS-1 says {segment.get(1)[:10]!r} messages, the batch has {len(messages) - counted}",
                    _first([name for message in messages for name in message.names]),
                )
            counted = len(messages) if segment.name == "BTS" else counted
        elif not messages:
            start = segment.separators.field.join(segment.fields)[:_SHOWN]
            raise Unreadable(f"no MSH: what came begins with {start!r} where an HL7 v2 message is due (MSH|^~\\&|…)")
        else:
            _take(messages[-1], segment)
    if not messages:
        raise Unreadable("no MSH: an HL7 v2 message begins with one (MSH|^~\\&|…)")
    for message in messages:
        if not message.kind and (message.names or message.charges or len(messages) == 1):
            raise Unreadable(f"{message.header}: MSH-9 is empty; a message of charges is a DFT^P03", _first(message.names))
    return messages


def _take(message: _Message, segment: Segment) -> None:
    if segment.name == "PV1":
        message.names += filter(None, (segment.get(19), segment.get(50)))
    elif segment.name == "PID":
        message.names += filter(None, (segment.get(18),))
    elif segment.name == "MSA":
        message.acknowledgment = segment
        message.names += filter(None, (segment.get(2),))
    elif segment.name == "ERR":
        message.errors.append(segment)
    elif segment.name == "FT1":
        message.charges.append(segment)
        if filler := segment.get(23):
            message.names += (filler, filler.rpartition(".")[0]) if "." in filler else (filler,)


def _first(names: list[str]) -> str | None:
    return names[0] if names else None


def _acknowledged(message: _Message, notes: list[str], case: Case) -> Outcome | None:
    """What an acknowledgment says of the case; None where it accepts."""
    segment = message.acknowledgment
    if segment is None:  # only called for messages that have one
        raise AssertionError
    code = segment.get(1).upper()
    if code not in ACKNOWLEDGED and code not in _ACCEPTED:
        raise Unreadable(f"{segment}: MSA-1 is {code[:10]!r}, no acknowledgment code (AA, AE, AR)", case.id)
    said = [segment.get(3), *(error.get(8) or error.get(5, 2) or error.get(5) or error.get(3, 2) for error in message.errors)]
    outcome = ACKNOWLEDGED.get(code)
    words = "; ".join(text[:_LONGEST_NOTE] for text in said if text)
    if outcome or words:
        notes.append(f"acknowledged {code}, read as {outcome or 'accepted'}{': ' if words else ''}{words}")
    return outcome


def _charges(message: _Message, case: Case, settings: AnswerSettings, notes: list[str]) -> Iterator[Charge]:
    if not message.charges:
        advice = "where nothing is billed, send no DFT and acknowledge (ACK with MSA|AA)"
        raise Unreadable(f"{message.header}: {message.kind[:20]} without FT1, which holds a charge; {advice}", case.id)
    for segment in message.charges:
        kind = segment.get(6).upper()
        if kind in PASSED_OVER:
            notes.append(f"{segment}: FT1-6 {kind} is no service: passed over")
        elif kind not in CHARGED and kind not in CREDITED:
            raise Unreadable(f"{segment}: FT1-6 is {kind[:10]!r}; a charge is CG, a credit CR or CD", case.id)
        else:
            yield _charge(segment, kind, case, settings)


def _charge(segment: Segment, kind: str, case: Case, settings: AnswerSettings) -> Charge:
    where = f"{segment}, FT1-1 {segment.get(1)[:10]}" if segment.get(1) else str(segment)
    procedure, transaction = segment.get(25), segment.get(7)
    if not procedure and not transaction:
        raise Unreadable(f"{where} has no code: FT1-25 and FT1-7 are empty", case.id)
    found = code_of(filter(None, (procedure, transaction)), settings)
    if found is None:
        given = " and ".join(
            f"{name} {text[:_SHOWN]!r}" for name, text in (("FT1-25", procedure), ("FT1-7", transaction)) if text
        )
        raise Unreadable(
            f"{where}: {given} is no CPT or HCPCS code; give the code that it stands for in [answers.codes], "
            'or "other" where it is another family\'s',
            case.id,
        )
    code, modifiers = found
    more = [modifier.upper() for modifier in segment.repetitions(26) if modifier]
    wrong = next((modifier for modifier in more if not is_modifier(modifier)), None)
    if wrong is not None:
        raise Unreadable(f"{where}: FT1-26 {wrong[:_SHOWN]!r} is not a modifier: two letters or digits", case.id)
    units = _units(segment, where, case)
    return Charge(
        where,
        code,
        (*modifiers, *(one for one in more if one not in modifiers)),
        abs(units),
        credit=kind in CREDITED or units < 0,
        session=named_session(segment.get(23), case),
        when=_when(segment, where, case),
    )


def _when(segment: Segment, where: str, case: Case) -> Moment | None:
    text = segment.get(4)
    if not text:
        return None
    digits = re.match(r"[0-9]{8}(?:[0-9]{4})?", text)  # seconds, their parts and an offset decide nothing
    found = moment(digits[0], "mdy") if digits else None
    if found is None:
        raise Unreadable(f"{where}: FT1-4 is {text[:_SHOWN]!r}, no time (YYYYMMDDHHMM)", case.id)
    return found if found.time is None or found.time.hour or found.time.minute else Moment(found.day)


def _units(segment: Segment, where: str, case: Case) -> int:
    text = segment.get(10) or "1"
    number = re.fullmatch(r"([+-]?[0-9]{1,3})(?:\.0*)?", text)
    units = int(number[1]) if number else 0
    if not units:
        raise Unreadable(f"{where}: FT1-10 is {text[:_SHOWN]!r}, no number of units from 1 to 999", case.id)
    return units
