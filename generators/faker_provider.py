"""A provider for Faker: radiation treatments, plans and sessions for tests that have a Faker already.

    from faker import Faker
    from rtconform.generators.faker_provider import RadiationProvider

    fake = Faker()
    fake.add_provider(RadiationProvider)
    fake.seed_instance(7)

    fake.treatment()                # a Case: one synthetic patient's treatment day, as in suite `clinic`
    fake.plan()                     # a Plan of any site
    fake.plan(site="breast_left")   # of one site
    fake.plan(site="breast")        # of either side
    fake.session()                  # a Session of a treatment
    fake.treatment_site()           # the name of a site that `plan` takes

The values are those of `rtconform.reference.documents.treatment`; `rtconform.reference.documents.wire.encode` makes JSON of
them. What Faker is seeded with decides all of it. A treatment's id says where it stands in suite `clinic`:
`rtconform generate --id ID` makes it again. Names come from rtconform's own data, so they do not depend on the locale or the
version of Faker.
"""

import re
from functools import cache

from faker.providers import BaseProvider

from rtconform.generators.clinic.clinic import Situation, candidates, plan_treatment, situations
from rtconform.generators.clinic.mix import weighted
from rtconform.generators.randomness import Draw
from rtconform.generators.suites.clinic import CLINIC
from rtconform.generators.suites.written.composition import nearest
from rtconform.reference.documents.treatment import Case, Plan, Session
from rtconform.reference.errors import UserError

__all__ = ["RadiationProvider"]

_SEEDS = 1 << 32
_NO_GUIDANCE: frozenset[str] = frozenset()


class RadiationProvider(BaseProvider):
    """`treatment`, `plan`, `session` and `treatment_site` for Faker; the module says how."""

    def treatment(self) -> Case:
        """One synthetic patient's treatment day in the mix of a realistic clinic."""
        return CLINIC.case(0, int(self._draw() * _SEEDS)).case

    def session(self) -> Session:
        """One session of a treatment, with its guidance, motion management and review."""
        sessions = self.treatment().sessions
        return sessions[int(self._draw() * len(sessions))]

    def plan(self, site: str | None = None) -> Plan:
        """A plan with its beams, for `site` where one is given. Raises UserError for a site that no situation has."""
        draw = self._draw
        found = _situations_at(site)
        situation = situations()[weighted({each.id: each.share for each in found}).one(draw)]
        alone = {name: way.weight for name, way in situation.techniques.items() if _sessions_alone(situation, name)}
        technique = weighted(alone).one(draw)
        sessions = _sessions_alone(situation, technique)[0]
        return plan_treatment(situation, technique, "one", "none", draw, sessions=sessions).plans[0]

    def treatment_site(self) -> str:
        """A site that is treated, as plans name it."""
        sites = _sites()
        return sites[int(self._draw() * len(sites))]

    @property
    def _draw(self) -> Draw:
        """Numbers from Faker's own generator, which its seed decides."""
        draw: Draw = self.generator.random.random
        return draw


def _sessions_alone(situation: Situation, technique: str) -> tuple[int, ...]:
    """How many sessions a day there are where the technique treats the situation by one plan at one isocenter."""
    return tuple(count for count in (1, 2) if situation.id in candidates(technique, "one", "none", _NO_GUIDANCE, sessions=count))


@cache
def _sites() -> tuple[str, ...]:
    return tuple(sorted({each.site for each in _alone()}))


@cache
def _alone() -> tuple[Situation, ...]:
    """The situations that have a plan of their own at one isocenter."""
    return tuple(each for each in situations().values() if any(_sessions_alone(each, name) for name in each.techniques))


@cache
def _situations_at(site: str | None) -> tuple[Situation, ...]:
    found = tuple(each for each in _alone() if site in (None, each.site, re.sub("_(left|right)$", "", each.site)))
    if not found:
        raise UserError(f"no plan for site {site!r}{nearest(str(site), _sites())}")
    return found
