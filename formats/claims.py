"""What every format of claims shares: kinds of provider, charges, lines that no edit is about, what reason codes say."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from rtconform.reference.documents.claim import BillingProvider, ClaimLine, DispositionWord, RenderingProvider

TAXONOMIES: dict[BillingProvider, str] = {
    "hospital": "282N00000X",
    "freestanding_center": "261QX0203X",
    "physician_group": "2085R0001X",
}
"""Provider taxonomy of the billing provider."""

BILLS: dict[str, BillingProvider] = {taxonomy: provider for provider, taxonomy in TAXONOMIES.items()}
"""The billing provider by its taxonomy."""

RENDERING: dict[RenderingProvider, str] = {"physician": "2085R0001X", "nonphysician": "363LA2200X"}
"""Provider taxonomy of the provider who renders or attends the service."""

NONPHYSICIAN = ("363", "364", "367", "163", "247")
"""How the taxonomies of rendering providers that are not physicians begin."""

NOT_A_DENIAL = frozenset({"1", "2", "3", "45", "253"})
"""CARCs that lower a payment without denying the service: the patient's share, the fee schedule, sequestration."""

BUNDLES = frozenset({"97", "59", "231", "234", "236", "B15"})
"""CARCs that say that a service's payment is inside another's."""

PENDING = frozenset({"133"})
"""CARCs that hold a service for a person."""

Said = tuple[DispositionWord, str | None]
"""What is done with a line, and the CARC that says why."""

_CHARGES = {"77402": 450, "77407": 700, "77412": 900, "77387": 60, "77417": 40}
_OTHER_CHARGE = 100
_RANK: dict[DispositionWord, int] = {"deny": 0, "bundle": 1, "review": 2, "allow": 3}


@dataclass(frozen=True)
class PassedThrough:
    """A line that no edit of ours can say anything of: its number, what it bills, what it charges.

    `foreign`: it bills no CPT or HCPCS code; else something is wrong with it.
    """

    number: int
    service: str
    charge: Decimal
    why: str
    foreign: bool = False


def charge_of(line: ClaimLine) -> int:
    """What a line of a synthetic claim is billed at, in whole dollars."""
    return _CHARGES.get(line.code, _OTHER_CHARGE) * line.units


def stopped(reasons: Iterable[str]) -> Said:
    """What reason codes make of a service that is not paid."""
    reasons = list(reasons)
    telling = [reason for reason in reasons if reason not in NOT_A_DENIAL]
    if reasons and not telling:
        return "allow", None  # all of it is the patient's share, or the fee schedule's
    if held := [reason for reason in telling if reason in PENDING]:
        return "review", held[0]
    if bundled := [reason for reason in telling if reason in BUNDLES]:
        return "bundle", bundled[0]
    return "deny", telling[0] if telling else None


def worst(said: Iterable[Said]) -> Said:
    """A line that was split is allowed where every part of it is."""
    return min(said, key=lambda one: _RANK[one[0]])
