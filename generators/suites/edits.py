"""Suites `edits-claim` and `edits-documented`: claims to be stopped and claims to be allowed, in equal number.

Wrong claims: a covering array over fault, setting, claim type and payer, every valid pair of them, and then pairs of faults, each
fault with a few others. Right claims: the same over the rows of right claims, again and again with other treatments until
they balance the wrong ones. The seed decides their order, and all that the combination leaves open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import combinations

from msgspec.structs import replace

from rtconform.generators.claims.faults import CLAIM_FAULTS, ClaimFault, compatible, faults_of, put
from rtconform.generators.claims.right import PATIENT_PLACES, Wish, right_claim
from rtconform.generators.claims.rows import BESIDE, IN_HOSPITAL, RIGHT_ROWS, ROWS, RightRow
from rtconform.generators.randomness import Draw
from rtconform.generators.space.covering import covering_array
from rtconform.generators.space.model import Implication, Model
from rtconform.generators.space.space import SPACE
from rtconform.generators.suites.generated import GeneratedSuite, Place
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.generators.suites.written.composition import WHOSE_CLAIM

_BEFORE_THE_FIRST = -1
_PARTNERS = 3  # each fault is combined with at least as many others

_CLAIM_OF = {pair: name for name, pair in WHOSE_CLAIM.items()}


@dataclass(frozen=True)
class Entry:
    """What a claim of a suite is made of: faults (none: right), row (None: any that can have them), whose claim, who pays."""

    faults: tuple[str, ...]
    row: str | None
    claim: str
    payer: str


def wrong_model(*, documented: bool) -> Model:
    """The space of wrong claims: fault × setting × claim type × payer."""
    faults = faults_of(documented=documented)
    return _model("fault", {fault.id: (_claims_of(fault), fault.payers) for fault in faults})


def right_model(*, documented: bool) -> Model:
    """The space of right claims: row × setting × claim type × payer."""
    return _model("row", {row.slug: (row.claims, ()) for row in RIGHT_ROWS if not documented or row.days == 1})


@cache
def entries(*, documented: bool) -> tuple[Entry, ...]:
    """The claims of a suite, before they are put in order: the wrong ones, then as many right ones."""
    wrong = [
        Entry((fault,), None, _CLAIM_OF[setting, kind], payer)  # type: ignore[index]  # the model has no other pairs
        for fault, setting, kind, payer in covering_array(wrong_model(documented=documented), 2)
    ]
    wrong += _pairs(faults_of(documented=documented))
    rows = covering_array(right_model(documented=documented), 2)
    right = [
        Entry((), row, _CLAIM_OF[setting, kind], payer)  # type: ignore[index]
        for number in range(len(wrong))
        for row, setting, kind, payer in (rows[number % len(rows)],)
    ]
    return (*wrong, *right)


def rows_for(faults: Iterable[ClaimFault], claim: str) -> list[RightRow]:
    """The rows of which this claim can have all these faults."""
    wanted = tuple(faults)
    return [row for row in RIGHT_ROWS if all(fault.fits(row, claim) for fault in wanted)]


def claim_of(entry: Entry, draw: Draw, claim_id: str, *, documented: bool) -> SuiteClaim:
    """The claim of an entry."""
    faults = tuple(CLAIM_FAULTS[name] for name in entry.faults)
    found = [ROWS[entry.row]] if entry.row else rows_for(faults, entry.claim)
    row = found[int(draw() * len(found))]
    dates = {fault.date for fault in faults} or {"2026"}
    since = max((fault.since for fault in faults), default=Wish.since)
    wish = Wish(entry.claim, entry.payer, dates.pop(), since)
    right = right_claim(row, wish, draw, claim_id, documented=documented)
    if entry.claim == "hospital-professional" and not faults:
        right = replace(right, place_of_service=PATIENT_PLACES[int(draw() * len(PATIENT_PLACES))])
    claim, stops = put(faults, right)
    setting, kind = WHOSE_CLAIM[entry.claim]
    at = {
        "fault" if faults else "row": "+".join(entry.faults) or row.slug,
        "setting": setting,
        "claim": kind,
        "payer": entry.payer,
    }
    return SuiteClaim(
        claim,
        title="; ".join(fault.says for fault in faults) or f"{row.about}: nothing wrong",
        stops=stops,
        lies_at=at,
        faults=entry.faults,
        allows="" if faults else _allows(row, entry.claim),
        heading=row.heading,
        why=f"{row.about}: {row.delivery}{' and 77387-26' if row.guidance else ''}",
    )


def _allows(row: RightRow, claim: str) -> str:
    """What payers have wrongly stopped in claims like this; "" where none is known."""
    if claim == "hospital-professional":
        return IN_HOSPITAL
    if row.allows and claim != "freestanding-professional":
        return row.allows
    return BESIDE if row.guidance and claim == "freestanding-global" else ""


def _claims_of(fault: ClaimFault) -> tuple[str, ...]:
    return tuple(claim for claim in fault.claims if rows_for((fault,), claim))


def _model(name: str, allowed: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]) -> Model:
    """What may go together: for each value, whose claims it can be on, and who pays (none named: anybody)."""
    settings = tuple(dict.fromkeys(setting for setting, _ in WHOSE_CLAIM.values()))
    kinds = tuple(dict.fromkeys(kind for _, kind in WHOSE_CLAIM.values()))
    implications = [
        Implication({"claim": (kind,)}, {"setting": tuple(s for s, k in WHOSE_CLAIM.values() if k == kind)}, "whose claim")
        for kind in kinds
    ]
    for value, (claims, payers) in allowed.items():
        for setting in settings:
            its = tuple(dict.fromkeys(WHOSE_CLAIM[claim][1] for claim in claims if WHOSE_CLAIM[claim][0] == setting))
            if its:
                implications.append(Implication({name: (value,), "setting": (setting,)}, {"claim": its}, "can have it"))
        possible = tuple(dict.fromkeys(WHOSE_CLAIM[claim][0] for claim in claims))
        implications.append(Implication({name: (value,)}, {"setting": possible}, "can have it"))
        if payers:
            implications.append(Implication({name: (value,)}, {"payer": payers}, "this payer's rule"))
    parameters = {name: tuple(allowed), "setting": settings, "claim": kinds, "payer": SPACE.parameters["payer"]}
    return Model(parameters, tuple(implications))


def _pairs(faults: tuple[ClaimFault, ...]) -> list[Entry]:
    """Pairs of faults that go into one claim: each fault with a few others, whose claims and payers in turn."""
    met = dict.fromkeys((fault.id for fault in faults), 0)
    found: list[Entry] = []
    for one, other in combinations(faults, 2):
        if min(met[one.id], met[other.id]) >= _PARTNERS or max(met[one.id], met[other.id]) > 2 * _PARTNERS:
            continue
        claims = pair_claims(one, other)
        if not claims:
            continue
        payers = one.payers or other.payers or SPACE.parameters["payer"]
        found.append(Entry((one.id, other.id), None, claims[len(found) % len(claims)], payers[len(found) % len(payers)]))
        met[one.id] += 1
        met[other.id] += 1
    return found


def pair_claims(one: ClaimFault, other: ClaimFault) -> list[str]:
    """Whose claims can have both faults; none: they don't go together."""
    if not compatible(one, other) or (one.payers and other.payers and one.payers != other.payers):
        return []
    return [claim for claim in WHOSE_CLAIM if rows_for((one, other), claim)]


@lru_cache(maxsize=8)
def _order(start: Place, *, documented: bool) -> tuple[int, ...]:
    draw = start.draw()
    return tuple(sorted(range(len(entries(documented=documented))), key=lambda _: draw()))


def _make(documented: bool, place: Place) -> SuiteClaim:  # noqa: FBT001 - bound once below
    number = _order(place.at(_BEFORE_THE_FIRST), documented=documented)[place.index]
    return claim_of(entries(documented=documented)[number], place.draw(), place.id, documented=documented)


EDITS_CLAIM = GeneratedSuite(
    "edits-claim",
    "5",
    "claims alone, right and wrong: every fault that a claim can show by setting, claim type and payer",
    partial(_make, False),  # noqa: FBT003 - see above
    lambda: len(entries(documented=False)),
    asks="claim",
)

EDITS_DOCUMENTED = GeneratedSuite(
    "edits-documented",
    "5",
    "claims with their record, right and wrong: the level, the guidance and its approval too",
    partial(_make, True),  # noqa: FBT003
    lambda: len(entries(documented=True)),
    asks="claim",
)
