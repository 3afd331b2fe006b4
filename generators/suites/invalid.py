"""Suite `invalid`: sound cases with one flaw each (`invalid_flaws.py`).

A vendor has to answer needs_review or an error: never a code, never a crash.

The documents are not cases: `SuiteCase.wire` is what is sent, `SuiteCase.case` the sound case that it was made from.
"""

import json
from dataclasses import dataclass

from rtconform.generators.clinic.realise import realise
from rtconform.generators.space.space import complete
from rtconform.generators.suites.generated import GeneratedSuite, Place
from rtconform.generators.suites.invalid_flaws import FLAWS, Flaw, spoilt
from rtconform.generators.suites.suite import SuiteCase
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import encode

_TREATMENTS = 6
_TECHNIQUES = ("3d_crt", "vmat", "imrt_static", "field_in_field")
_CLAIMS = ("hospital-facility", "freestanding-technical", "freestanding-global")
# one plan, all of it delivered, on a claim that has something to bill: what is flawed is what would be billed
_BILLED = {"arrangement": "one", "adaptive": "no", "date": "2026"}


@dataclass(frozen=True)
class Flawed:
    """Writes a case with a flaw."""

    flaw: Flaw

    def __call__(self, case: Case) -> bytes:
        """The case in bytes, on one line, spoilt."""
        return spoilt(json.loads(encode(case)), self.flaw)


def _make(place: Place) -> SuiteCase:
    flaw = FLAWS[place.index % len(FLAWS)]
    draw = place.draw()
    partial = {
        **_BILLED,
        "technique": _TECHNIQUES[int(draw() * len(_TECHNIQUES))],
        "claim": _CLAIMS[int(draw() * len(_CLAIMS))],
        **flaw.needs,
    }
    sound = realise(complete(partial, draw), draw, place.id)
    return SuiteCase(sound, flaw.title, "DOC-MALFORMED", why=flaw.title, writing=Flawed(flaw), sound=False)


INVALID = GeneratedSuite(
    "invalid",
    "4",
    "malformed and impossible treatments: needs_review or an error is right, a code never is",
    _make,
    lambda: _TREATMENTS * len(FLAWS),
)
