"""Suite `respelled`: each case says the same as a plain one, its twin, in another way; the answer must be that of the twin.

Laws are data (`laws.py`). A law is tried on cases until it changes something: what it leaves as it is would show nothing.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from rtconform.generators.suites.generated import GeneratedSuite, Place
from rtconform.generators.suites.respelled.bases import base
from rtconform.generators.suites.respelled.laws import Law, document_of, laws
from rtconform.generators.suites.respelled.spellings import Style
from rtconform.generators.suites.suite import SuiteCase
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode, encode

_CASES_PER_LAW = 8
_TRIES = 2_000
_WRITTEN_FROM = 1 << 40  # the places whose draws write the bytes: not those that chose the case


@dataclass(frozen=True)
class Spelling:
    """Writes a case as its law says: the same bytes for the same case, wherever it is written."""

    law: Law
    place: Place

    def __call__(self, case: Case) -> bytes:
        """The case in bytes, on one line."""
        return self.law.written(case, self.place.at(_WRITTEN_FROM + self.place.index).draw())


def _make(place: Place) -> SuiteCase:
    number, which = divmod(place.index, len(laws()))
    law = laws()[which]
    draw = place.draw()
    spelling = Spelling(law, place)
    for _ in range(_TRIES):
        plain = base(law, draw, place.seed, sure=number % 2 == 0)
        same = replace(plain.case, id=place.id)
        case = law.changed(same, draw)
        sent = spelling(case) if law.of_bytes else encode(case)
        if sent not in (encode(same), Style().written(document_of(same)).encode()):
            break
    else:
        raise LookupError(f"law {law.id}: no case of {_TRIES} that it changes")
    return SuiteCase(
        case=decode(sent, Case, law.id),
        title=f"{plain.id}, but {law.says}",
        rule=plain.rule,
        why=law.because,
        twin=plain.id,
        writing=spelling if law.of_bytes else None,
    )


RESPELLED = GeneratedSuite(
    "respelled",
    "4",
    "the same in another way: order, names, dates, absent and unknown fields, other bytes; the answer is the plain case's",
    _make,
    lambda: _CASES_PER_LAW * len(laws()),
)
