"""The words of an explanation that few treatments need."""

import pytest

from rtconform.reference.coder.explain import count, delivery_facts
from rtconform.reference.coder.facts import session_facts
from tests.helpers.one_beam import case


@pytest.mark.parametrize(
    ("number", "said"), [(0, "no plans"), (1, "one plan"), (2, "two plans"), (5, "five plans"), (6, "6 plans"), (12, "12 plans")]
)
def test_small_numbers_are_words(number: int, said: str) -> None:
    """Up to five in words, above in figures; one alone is singular."""
    assert said == count(number, "plan")


def test_a_session_without_beams_is_said_to_be() -> None:
    """What was delivered is said of each session, nothing too."""
    held, empty = session_facts(case(volumetric_imaging="ct"))
    assert "one isocenter, 3D, motion management controlled the beam" == delivery_facts(held)
    assert "no beam delivered" == delivery_facts(empty)
