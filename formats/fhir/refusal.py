"""Whether a question can be said in FHIR, known without writing it: a run asks this of every question.

Nearly every question can. What could stand in the way of one is looked for in its bytes, which takes a tenth of the time; only
where something of the kind is there, the Bundle is made, and says for sure.
"""

import re

import msgspec

from rtconform.formats.fhir.case_writer import write_bundle
from rtconform.formats.fhir.claims.claim_writer import write_claim
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case

_TELLING = (b"\\", b'" ', b' "', b"  ", b'[""', b',""', b'"system":""', b'"id":""', b'"9999-')
"""Control characters (escaped in JSON), blanks around or within a text, empty texts where one is due, a year."""

_BLANKS = (*(letter.encode() for letter in "\u0085\u00a0\u1680\u205f\u3000"), b"\xe2\x80")
"""Blanks beyond ASCII, the last for all of U+2000 to U+203F."""

_NUMBERS = re.compile(rb'[:\[,]-?[0-9]{10}|[0-9]e[+-]?[0-9]|"0[0-9]{3}-')
"""Numbers that may be too large, and years before the year 1000."""

_encode = msgspec.json.Encoder().encode


def refuse_inexpressible(question: Case | Claim) -> None:
    """Raises Inexpressible where the question can't be written as a Bundle."""
    document = _encode(question)
    signs = _TELLING if document.isascii() else (*_TELLING, *_BLANKS)
    if not any(sign in document for sign in signs) and _NUMBERS.search(document) is None:
        return
    if isinstance(question, Claim):
        write_claim(question)
    else:
        write_bundle(question)
