"""Every format: a row for each in which questions are asked, and for each in which a kind of question is answered."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rtconform.formats.charges import csv_reader, csv_writer
from rtconform.formats.dicom.expressible import refuse_inexpressible
from rtconform.formats.fhir import answer_writer as fhir_answer_writer
from rtconform.formats.fhir import answers as fhir_answers
from rtconform.formats.fhir import refusal as fhir_refusal
from rtconform.formats.fhir.case_reader import reread_bundle
from rtconform.formats.fhir.case_writer import write_bundle
from rtconform.formats.fhir.claims import dispositions as fhir_dispositions
from rtconform.formats.fhir.claims.claim_reader import reread_claim
from rtconform.formats.fhir.claims.claim_writer import claim_id, write_claim
from rtconform.formats.folders import unpacked
from rtconform.formats.framing import cut_headed_block, cut_quoted_block
from rtconform.formats.hl7 import charge_reader, charge_writer
from rtconform.formats.hl7.framing import cut_message, cut_to_ack
from rtconform.formats.hl7.treatment.question import reread_case, write_case
from rtconform.formats.messages import Cut, Field, Heard, Part, Unreadable
from rtconform.formats.settings import AnswerFormatName, AnswerSettings, Companion, FormatSettings, QuestionFormatName, Sessions
from rtconform.formats.x12 import segments
from rtconform.formats.x12.answers import hear_dispositions, read_disposition
from rtconform.formats.x12.claim_reader import read_claims
from rtconform.formats.x12.claim_writer import MOST_IN_BATCH, write_claims
from rtconform.formats.x12.coded_claim_writer import write_coded_claims
from rtconform.formats.x12.coded_claims import FIELDS, names_in_claims, read_coded_claims
from rtconform.formats.x12.envelope import control_number
from rtconform.formats.x12.remarks import remarks
from rtconform.formats.x12.remittance_reader import names_in
from rtconform.reference.documents.claim import Claim, Disposition
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case

Asks = Literal["case", "claim"]
Question = Case | Claim


@dataclass(frozen=True)
class QuestionFormat:
    """A format in which a kind of question is asked.

    `write` raises Inexpressible; `reread` gives back what a reader can know of the question from the message alone, and raises
    Unreadable. `companions`: the ways in which what the format can't say may go with it. `write_batch`: several questions in one
    message, those for which `together` gives the same, at most `most_in_batch`. `files`: a message is a folder of files.
    `refuse`: raises Inexpressible where `write` would, without writing; of a format that has it, everything that can be written
    decides alike when it is reread (tests hold it to that), so that a run need not write each question to know it.
    """

    title: str
    media_type: str
    suffix: str
    companions: tuple[Companion, ...]
    write: Callable[[Question, Companion], tuple[Part, ...]]
    reread: Callable[[bytes], Question]
    write_batch: Callable[[Sequence[Question], Companion], tuple[Part, ...]] | None = None
    together: Callable[[Question], str] = lambda _: ""
    most_in_batch: int = 1
    files: bool = False
    refuse: Callable[[Question], None] | None = None


@dataclass(frozen=True)
class AnswerFormat:
    """A format in which a kind of question is answered.

    `read` raises Unreadable; `names`: what questions a message speaks of, without raising; `names_of`: what a question is called
    in messages about it, by its id. `cut`: where a message in a stream ends, as the vendor's settings say; `ends`: the same in
    words, for a vendor whose messages don't end. `settings`: the keys of `[answers]` that mean something here.
    `short_names`: a message can carry no id longer than `names.LENGTH`. `hear`: where an answer may come in several
    messages, what these say of each of several questions; each is given with the name of the first question in the message that
    it went out with.
    `fields`: where in a message an answer's parts are read.
    `again`: a coder's answer, written and read, where charges say as much of their session as one of `sessions`.
    `remarks`: what a message finds wrong with the question itself, for the person who sets a vendor up.
    """

    title: str
    media_type: str
    cut: Callable[[AnswerSettings], Cut]
    ends: str
    settings: tuple[str, ...]
    short_names: bool
    names: Callable[[bytes, AnswerSettings], Iterable[str]]
    names_of: Callable[[str], tuple[str, ...]]
    read: Callable[[bytes, Question, AnswerSettings], Answer | Disposition]
    hear: Callable[[Sequence[bytes], Sequence[tuple[Question, str]]], list[Heard | Unreadable]] | None = None
    remarks: Callable[[bytes], Iterable[str]] = lambda _: ()
    fields: tuple[Field, ...] = ()
    again: Callable[[Answer, Case, Sessions], Answer] | None = None
    sessions: tuple[Sessions, ...] = ("named",)


def _write_dicom(question: Question, companion: Companion) -> tuple[Part, ...]:
    from rtconform.formats.dicom.question import write_question  # noqa: PLC0415 - pydicom is an extra

    assert isinstance(question, Case)  # noqa: S101 - the row is for cases
    return write_question(question, companion)


def _reread_dicom(document: bytes) -> Case:
    from rtconform.formats.dicom.question import reread_question  # noqa: PLC0415 - pydicom is an extra

    return reread_question(unpacked(document))


def _refuse_dicom(question: Question) -> None:
    assert isinstance(question, Case)  # noqa: S101 - the row is for cases
    refuse_inexpressible(question)


def _write_hl7(question: Question, companion: Companion) -> tuple[Part, ...]:
    assert isinstance(question, Case)  # noqa: S101 - the row is for cases
    del companion
    return write_case(question)


def _refuse_no_case(question: Question) -> None:
    """HL7 v2, with codes of ours where it has none, says every case."""
    assert isinstance(question, Case)  # noqa: S101 - the row is for cases


def _write_bundle(question: Question, companion: Companion) -> tuple[Part, ...]:
    assert isinstance(question, Case)  # noqa: S101 - the row is for cases
    del companion
    return (Part("json", write_bundle(question)),)


def _write_claim(question: Question, companion: Companion) -> tuple[Part, ...]:
    assert isinstance(question, Claim)  # noqa: S101 - the row is for claims
    del companion
    return (Part("json", write_claim(question)),)


def _write_837(question: Question, companion: Companion) -> tuple[Part, ...]:
    return _write_837s([question], companion)


def _write_837s(questions: Sequence[Question], companion: Companion) -> tuple[Part, ...]:
    claims = [question for question in questions if isinstance(question, Claim)]
    return (Part("837", write_claims(claims, session_notes=companion == "note")),)


def _form(question: Question) -> str:
    return question.kind if isinstance(question, Claim) else ""


def _reread_837(document: bytes) -> Claim:
    found = list(read_claims(segments.segments_of(document)))
    if len(found) != 1 or found[0].claim is None:
        raise Unreadable("; ".join(note for read in found for note in read.notes) or f"{len(found)} claims where one is due")
    return found[0].claim


def _read_fhir_editor(document: bytes, question: Question, settings: AnswerSettings) -> Disposition:
    assert isinstance(question, Claim)  # noqa: S101 - the row is for claims
    del settings
    return fhir_dispositions.read_disposition(document, question)


def _read_x12_editor(document: bytes, question: Question, settings: AnswerSettings) -> Disposition:
    assert isinstance(question, Claim)  # noqa: S101 - the row is for claims
    del settings
    return read_disposition(document, question)


def _hear_x12_editor(documents: Sequence[bytes], asked: Sequence[tuple[Question, str]]) -> list[Heard | Unreadable]:
    return hear_dispositions(documents, [(question, leader) for question, leader in asked if isinstance(question, Claim)])


def _of_case(read: Callable[[bytes, Case, AnswerSettings], Answer]) -> Callable[[bytes, Question, AnswerSettings], Answer]:
    """A reader of answers to cases, for a row that is for cases."""

    def checked(document: bytes, question: Question, settings: AnswerSettings) -> Answer:
        assert isinstance(question, Case)  # noqa: S101 - the row is for cases
        return read(document, question, settings)

    return checked


def _again_csv(answer: Answer, case: Case, sessions: Sessions) -> Answer:
    document = csv_writer.write_csv(answer, case, sessions=sessions == "named", times=sessions != "day")
    return csv_reader.read_csv(document, case, csv_writer.SETTINGS)


def _again_hl7(answer: Answer, case: Case, sessions: Sessions) -> Answer:
    document = charge_writer.write_charges(answer, case, sessions=sessions == "named", times=sessions != "day")
    return charge_reader.read_charges(document, case, AnswerSettings())


def _again_fhir(answer: Answer, case: Case, sessions: Sessions) -> Answer:
    written = fhir_answer_writer.write_answer(answer, case, sessions=sessions == "named", times=sessions != "day")
    return fhir_answers.read_answer(written, case, AnswerSettings())


def _again_x12(answer: Answer, case: Case, sessions: Sessions) -> Answer:
    if answer.outcome == "out_of_scope" and not answer.lines:
        return answer  # such a case has claims of another family only, or none
    document = write_coded_claims(answer, case, sessions=sessions == "named")
    return read_coded_claims(document, case, AnswerSettings())


X12, HL7, CSV, FHIR = "application/edi-x12", "application/hl7-v2", "text/csv", "application/fhir+json"
RESOURCE = "a FHIR resource in a stream ends with its line"
INTERCHANGE = "an X12 interchange ends with its IEA segment"

QUESTIONS: dict[tuple[QuestionFormatName, Asks], QuestionFormat] = {
    ("x12", "claim"): QuestionFormat(
        title="837P and 837I",
        media_type=X12,
        suffix="837",
        companions=("none", "note"),
        write=_write_837,
        reread=_reread_837,
        write_batch=_write_837s,
        together=_form,
        most_in_batch=MOST_IN_BATCH,
    ),
    ("dicom", "case"): QuestionFormat(
        title="DICOM RT",
        media_type="application/dicom",
        suffix="dcm",
        companions=("json", "hl7v2"),
        write=_write_dicom,
        reread=_reread_dicom,
        files=True,
        refuse=_refuse_dicom,
    ),
    ("hl7v2", "case"): QuestionFormat(
        title="ADT, ORU, MDM and SIU",
        media_type=HL7,
        suffix="hl7",
        companions=("none",),
        write=_write_hl7,
        reread=reread_case,
        refuse=_refuse_no_case,
    ),
    ("fhir", "case"): QuestionFormat(
        title="FHIR R4",
        media_type=FHIR,
        suffix="json",
        companions=("none",),
        write=_write_bundle,
        reread=reread_bundle,
        refuse=fhir_refusal.refuse_inexpressible,
    ),
    ("fhir", "claim"): QuestionFormat(
        title="FHIR R4",
        media_type=FHIR,
        suffix="json",
        companions=("none",),
        write=_write_claim,
        reread=reread_claim,
        refuse=fhir_refusal.refuse_inexpressible,
    ),
}
"""Every format in which something is asked; our own JSON is asked without one."""

ANSWERS: dict[tuple[AnswerFormatName, Asks], AnswerFormat] = {
    ("x12", "claim"): AnswerFormat(
        title="835, 277CA and 999",
        media_type=X12,
        cut=lambda _: segments.cut,
        ends=INTERCHANGE,
        settings=(),
        short_names=True,
        names=lambda document, _: names_in(document),
        names_of=lambda name: (name, f"group {control_number(name)}"),
        read=_read_x12_editor,
        hear=_hear_x12_editor,
        remarks=remarks,
    ),
    ("csv", "case"): AnswerFormat(
        title="a charge export as CSV",
        media_type=CSV,
        cut=lambda settings: cut_headed_block if csv_reader.is_headed(settings) else cut_quoted_block,
        ends="the export for a case ends with a blank line",
        settings=("empty", "dates", "columns", "outcomes", "payments", "codes"),
        short_names=False,
        names=csv_reader.names_in,
        names_of=lambda name: (name,),
        read=_of_case(csv_reader.read_csv),
        fields=csv_reader.FIELDS,
        again=_again_csv,
        sessions=("named", "time", "day"),
    ),
    ("hl7v2", "case"): AnswerFormat(
        title="DFT^P03 and ACK",
        media_type=HL7,
        cut=lambda settings: cut_to_ack if settings.ends == "ack" else cut_message,
        ends="an HL7 v2 message ends with a blank line, or is framed as MLLP frames it (0x0B … 0x1C 0x0D)",
        settings=("empty", "ends", "codes"),
        short_names=True,
        names=charge_reader.names_in,
        names_of=lambda name: (name,),
        read=_of_case(charge_reader.read_charges),
        fields=charge_reader.FIELDS,
        again=_again_hl7,
        sessions=("named", "time", "day"),
    ),
    ("x12", "case"): AnswerFormat(
        title="837P, 837I and 824",
        media_type=X12,
        cut=lambda _: segments.cut,
        ends=INTERCHANGE,
        settings=("empty",),
        short_names=True,
        names=names_in_claims,
        names_of=lambda name: (name,),
        read=_of_case(read_coded_claims),
        fields=FIELDS,
        again=_again_x12,
        sessions=("named", "day"),
    ),
    ("fhir", "case"): AnswerFormat(
        title="Claim, ChargeItem, ClaimResponse and OperationOutcome",
        media_type=FHIR,
        cut=lambda _: fhir_answers.cut_line,
        ends=RESOURCE,
        settings=("empty", "codes"),
        short_names=True,
        names=fhir_answers.names_in,
        names_of=lambda name: (name,),
        read=_of_case(fhir_answers.read_answer),
        fields=fhir_answers.FIELDS,
        again=_again_fhir,
        sessions=("named", "time", "day"),
    ),
    ("fhir", "claim"): AnswerFormat(
        title="ClaimResponse and OperationOutcome",
        media_type=FHIR,
        cut=lambda _: fhir_answers.cut_line,
        ends=RESOURCE,
        settings=(),
        short_names=True,
        names=lambda document, _: fhir_dispositions.names_in_dispositions(document),
        names_of=lambda name: (name, claim_id(name)),
        read=_read_fhir_editor,
        remarks=fhir_dispositions.remarks,
        fields=fhir_dispositions.FIELDS,
    ),
}
"""Every format in which something is answered; our own JSON is read without one."""


def goes_out_renamed(formats: FormatSettings, asks: Asks) -> bool:
    """Whether questions go out under names that messages can carry: where one is asked, or answered, in a format of the trade."""
    answer = ANSWERS.get((formats.answer, asks))
    return formats.question != "json" or (answer is not None and answer.short_names)


def formats_for(asks: Asks) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the formats in which such questions may be asked, and answered."""
    asked = [name for name, kind in QUESTIONS if kind == asks]
    answered = [name for name, kind in ANSWERS if kind == asks]
    return ("json", *asked), ("json", *answered)
