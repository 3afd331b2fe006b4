"""Whether a question can be said in FHIR, known without writing it: a run asks this of every question.

Nearly every question can. Texts that could stand in the way are looked for in the bytes of all of them, which takes a fifth of
the time; only where something of the kind is there, the Bundle is made, and says for sure. Numbers are looked at one by one.
"""

import msgspec

from rtconform.formats.fhir.case_writer import write_bundle
from rtconform.formats.fhir.claims.claim_writer import write_claim
from rtconform.formats.fhir.record_writer import refuse_numbers, refuse_years
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case

_TELLING = (b"\\", b'" ', b' "', b"  ", b'[""', b',""', b'"system":""', b'"id":""')
"""Control characters (escaped in JSON), blanks around or within a text, empty texts where one is due."""

_BLANKS = (*(letter.encode() for letter in "\u0085\u00a0\u1680\u205f\u3000"), b"\xe2\x80")
"""Blanks beyond ASCII, the last for all of U+2000 to U+203F."""

_ALL = (*_TELLING, *_BLANKS)
_encode = msgspec.json.Encoder().encode


def refuse_inexpressible(question: Case | Claim) -> None:
    """Raises Inexpressible where the question can't be written as a Bundle."""
    document = _encode(question)
    for sign in _TELLING if document.isascii() else _ALL:
        if sign in document:
            write_claim(question) if isinstance(question, Claim) else write_bundle(question)
            return
    if isinstance(question, Case):
        refuse_years((question.patient.birth_date, question.billing.date_of_service))
        refuse_numbers(question)
        return
    refuse_years(
        (question.patient.birth_date, *(day for line in question.lines for day in (line.date_of_service, line.last_day)))
    )
    if question.treatment is not None:
        refuse_numbers(question.treatment)
