"""The Faker provider: treatments for Faker's own users."""

from typing import Any

import pytest
from faker import Faker

from rtconform.generators.clinic.clinic import situations
from rtconform.generators.faker_provider import RadiationProvider
from rtconform.generators.suites.clinic import CLINIC
from rtconform.reference.documents.treatment import Case, Plan, Session
from rtconform.reference.documents.wire import encode
from rtconform.reference.errors import UserError
from tools.plausibility.checker import faults


def seeded(seed: int, locale: str = "en_US") -> Any:
    fake = Faker(locale)
    fake.add_provider(RadiationProvider)
    fake.seed_instance(seed)
    return fake


def drawn(fake: Any) -> Any:
    return [fake.treatment(), fake.plan(), fake.plan(site="prostate"), fake.session(), fake.treatment_site()]


def test_what_it_makes_are_the_wires_own_types() -> None:
    """A treatment is a case, a plan a plan, a session a session, and all of them can be encoded."""
    made = drawn(seeded(1))
    assert [Case, Plan, Plan, Session, str] == [type(each) for each in made]
    assert all(encode(each) for each in made)


def test_the_seed_of_faker_decides_all() -> None:
    """The same seed makes the same, in any locale; another seed makes other things."""
    assert drawn(seeded(7)) == drawn(seeded(7)) == drawn(seeded(7, "de_DE"))
    assert drawn(seeded(7)) != drawn(seeded(8))


def test_a_treatment_can_be_made_again_from_its_id() -> None:
    """The id of a treatment is one of suite `clinic`."""
    case = seeded(3).treatment()
    assert case == CLINIC.case(*CLINIC.index_of(case.id)).case


def test_treatments_are_plausible() -> None:
    """The checker of plausibility finds nothing in them."""
    fake = seeded(5)
    assert () == tuple(fault for _ in range(200) for fault in faults(fake.treatment()))


def test_a_plan_is_of_the_site_that_was_asked_for() -> None:
    """Every site that it names has plans; a site without its side has plans of either side."""
    fake = seeded(11)
    assert all(site == fake.plan(site=site).site for site in {fake.treatment_site() for _ in range(200)})
    assert {"breast_left", "breast_right"} == {fake.plan(site="breast").site for _ in range(50)}
    assert {situation.site for situation in situations().values()} >= {fake.plan().site for _ in range(50)}


def test_an_unknown_site_is_named_with_its_nearest() -> None:
    """A mistake in the site's name is an error that says what is there."""
    with pytest.raises(UserError, match="no plan for site 'prostat': did you mean 'prostate'"):
        seeded(1).plan(site="prostat")
