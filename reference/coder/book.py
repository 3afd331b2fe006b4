"""The book: how facts are read from a record, and the tables of rules that decide, as one value.

The reference codes by `BOOK`. A faulty coder is the same coder with a changed book. The strength of suites is measured with such
coders (`conformance/strength`), so no copy of the coder is needed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rtconform.reference.coder import facts, rules
from rtconform.reference.coder.facts import CaseFacts, PhotonTechnique, PlanFacts, SessionFacts
from rtconform.reference.coder.services import ALWAYS_NAMED, Carried, Service, carried_by, delivery_by, guidance_by
from rtconform.reference.coder.tables import at_work, holding
from rtconform.reference.documents.treatment import Case

Techniques = Mapping[str, PhotonTechnique | None]
"""The technique that stands in for what a plan declares, by the plan's id."""


@dataclass(frozen=True)
class Book:
    """Readers of the facts, and the tables that answers depend on. The other tables of `rules` only explain."""

    case_facts: Callable[[Case], CaseFacts] = facts.case_facts
    session_facts: Callable[[Case, Techniques], tuple[SessionFacts, ...]] = facts.session_facts
    whole_case: tuple[rules.WholeCaseRule, ...] = rules.WHOLE_CASE
    scope_beam: rules.SessionRule = rules.SCOPE_BEAM
    delivery: tuple[rules.DeliveryRule, ...] = rules.DELIVERY
    guidance: tuple[rules.GuidanceRule, ...] = rules.GUIDANCE
    claims: tuple[rules.ClaimRule, ...] = rules.CLAIMS
    plan_record: tuple[rules.PlanRule, ...] = rules.PLAN_RECORD
    session_record: tuple[rules.SessionRule, ...] = rules.SESSION_RECORD

    def delivery_of(self, s: SessionFacts) -> Service:
        """The delivery of a session, by `delivery`."""
        return delivery_by(self.delivery, s)

    def guidance_of(self, s: SessionFacts) -> Service:
        """The guidance of a session, by `guidance`."""
        return guidance_by(self.guidance, s)

    def carried(self, s: SessionFacts) -> Carried:
        """What the claim of a session carries, by `claims`."""
        return carried_by(self.claims, s)

    def facts_at_work(self, s: SessionFacts) -> tuple[str, ...]:
        """The ids of the rules that are named with the session, whatever is billed for it."""
        return at_work(ALWAYS_NAMED, s)

    def doubts(self, plan: PlanFacts) -> tuple[rules.PlanRule, ...]:
        """The rules of `plan_record` that a plan meets: the first says what is wrong with its record."""
        return holding(self.plan_record, plan)


BOOK = Book()
"""The reference's book."""
