"""Conditions as data: they answer as they read, and can be taken apart and changed."""

from types import SimpleNamespace

import pytest

from rtconform.reference.coder.conditions import ALWAYS, NEVER, among, at_least, atoms, equals, holds, with_part

FACTS = SimpleNamespace(photons=True, electrons=False, isocenters=2, technique="2d")
CONDITION = holds("photons") & ~holds("electrons") & (at_least("isocenters", 2) | equals("technique", "imrt"))


def test_it_answers() -> None:
    """All parts of an "and", one of an "or", the opposite of a "not"."""
    assert CONDITION(FACTS)
    assert not (~CONDITION)(FACTS)
    assert among("technique", ("2d", "3d"))(FACTS)
    assert ALWAYS(FACTS)
    assert not NEVER(FACTS)


def test_it_reads() -> None:
    """In words it is what was written."""
    assert str(CONDITION) == "photons and not electrons and (isocenters >= 2 or technique = imrt)"


def test_it_can_be_changed() -> None:
    """Each atom is found at its place, and another part can stand there."""
    places = {str(atom): path for path, atom in atoms(CONDITION)}
    assert list(places) == ["photons", "electrons", "isocenters >= 2", "technique = imrt"]
    assert not with_part(CONDITION, places["isocenters >= 2"], at_least("isocenters", 3))(FACTS)
    assert not with_part(CONDITION, places["electrons"], ALWAYS)(FACTS)


def test_a_question_must_have_an_answer() -> None:
    """A number compared with a word asks nothing."""
    with pytest.raises(TypeError, match="asks nothing"):
        at_least("isocenters", "two")  # type: ignore[arg-type]  # the mistake that is told
