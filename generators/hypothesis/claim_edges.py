"""Claims as a hunt asks them: first the plainest, always the same, then whatever Hypothesis draws, right ones among them."""

from collections.abc import Iterator

from hypothesis import strategies as st

from rtconform.generators.claims.faults import CLAIM_FAULTS
from rtconform.generators.claims.rows import RIGHT_ROWS
from rtconform.generators.hypothesis.strategies import claims
from rtconform.generators.randomness import draw_for
from rtconform.generators.suites.edits import Entry, claim_of, rows_for
from rtconform.generators.suites.suite import SuiteClaim

_PAYER = "medicare"


def plain_claims() -> Iterator[SuiteClaim]:
    """Every row of right claims on every claim that it can be on, then each fault on each claim that can have it, alone; without
    the record where that says enough, and with it.
    """
    for number, (entry, documented) in enumerate(_plain()):
        yield claim_of(entry, draw_for("claim_edges", "1", number, 0), f"plain:{number}", documented=documented)


def claim_edges() -> st.SearchStrategy[SuiteClaim]:
    """Claims with no fault, one or two, each number as often; they shrink to one right line."""
    return claims(faults=0) | claims(faults=1) | claims(faults=2)


def _plain() -> Iterator[tuple[Entry, bool]]:
    for documented in (False, True):
        for row in RIGHT_ROWS:
            yield from (
                (Entry((), row.slug, claim, _PAYER), documented) for claim in row.claims if not documented or row.days == 1
            )
        for fault in CLAIM_FAULTS.values():
            if documented or not fault.documented:
                payer = fault.payers[0] if fault.payers else _PAYER
                fitting = ((claim, rows_for((fault,), claim)) for claim in fault.claims)
                yield from ((Entry((fault.id,), rows[0].slug, claim, payer), documented) for claim, rows in fitting if rows)
