"""Would a medical physicist laugh? A checker of synthetic treatments, written apart from what makes them.

It has its own tables (`tables.py`) and shares no code with the generator, because a mistake that both made in the same way would
not show. It looks for what never happens, not for what is rare.

The wire format has no field for the machine. Where a plan's label ends with one in brackets, as in "Prostate, 2 arcs
[ring linac]", the plan is held against what that machine can do; otherwise only against its technique.
"""

from collections.abc import Callable, Iterator, Mapping

from rtconform.reference.documents.treatment import Case
from tools.plausibility import plans, sessions

CHECKS: Mapping[str, Callable[[Case], Iterator[str]]] = {
    "references": plans.references,
    "energy": plans.energies,
    "depth": plans.depth,
    "delivery": plans.deliveries,
    "modulation": plans.modulation,
    "angles": plans.angles,
    "dose": plans.doses,
    "evidence": plans.evidence,
    "structures": plans.structures,
    "positions": plans.positions,
    "site": plans.sites,
    "side": plans.sides,
    "part": plans.parts,
    "machine": plans.machines,
    "patient": plans.patients,
    "intent": plans.intents,
    "delivered": sessions.delivered,
    "fraction": sessions.fractions,
    "hours": sessions.hours,
    "order": sessions.order,
    "approval": sessions.approvals,
    "motion": sessions.motion,
    "guidance": sessions.guidance,
    "correction": sessions.corrections,
}
"""Every check by its name: given a case, it says what is wrong."""


def faults(case: Case, allow: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """What would make a physicist laugh, each as `check: what`; empty: nothing.

    `allow` names checks (of `CHECKS`) whose absurdity a suite tests on purpose.
    """
    return tuple(f"{name}: {what}" for name, check in CHECKS.items() if name not in allow for what in check(case))
