"""Lines expected and answered are paired as by looking at all pairs, at a cost that grows with their number alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtconform.reference.documents.coding import Answer, AnswerLine, Coding, CodingLine
from rtconform.reports.figures.failure import compare

SESSIONS, CODES = st.sampled_from(["S1", "S2"]), st.sampled_from(["77407", "77412", "77387"])
MODIFIERS = st.sampled_from([(), ("26",), ("TC",), ("26", "TC"), ("TC", "26")])
EXPECTED = st.builds(CodingLine, SESSIONS, CODES, MODIFIERS, st.sampled_from([1, 2]), rules=st.just(("L2-SINGLE",)))
ANSWERED = st.builds(AnswerLine, SESSIONS, CODES, MODIFIERS, st.sampled_from([1, 2]), st.sampled_from(["separate", "bundled"]))


def whole(line: CodingLine | AnswerLine) -> tuple[object, ...]:
    return line.session, line.code, sorted(line.modifiers), line.units


def naively_paired(expected: list[CodingLine], answered: list[AnswerLine]) -> dict[int, int]:
    """Equal lines first, then those of one code, then those of one session; each the first that is left."""
    left = [number for number, line in enumerate(answered) if line.payment != "bundled"]
    paired: dict[int, int] = {}
    for alike in (
        lambda a, b: whole(a) == whole(b),
        lambda a, b: (a.session, a.code) == (b.session, b.code),
        lambda a, b: a.session == b.session,
    ):
        for position, line in enumerate(expected):
            found = next((number for number in left if alike(line, answered[number])), None)
            if position not in paired and found is not None:
                paired[position] = found
                left.remove(found)
    return paired


@given(st.lists(EXPECTED, max_size=6), st.lists(ANSWERED, max_size=6))
def test_pairs(expected: list[CodingLine], answered: list[AnswerLine]) -> None:
    """The rows of the comparison say of every pair whether it is the same."""
    paired = naively_paired(expected, answered)
    rows = list(compare(Coding("c", "coded", tuple(expected)), Answer("c", "coded", tuple(answered)), ("S1", "S2")))
    same = sum(whole(expected[position]) == whole(answered[number]) for position, number in paired.items())
    assert same == sum(row.mark == "same" for row in rows if row.session)
    assert len(paired) - same == sum(row.mark == "differs" for row in rows)
    assert len(expected) - len(paired) == sum(row.mark == "missing" for row in rows)
    assert len(answered) - len(paired) == sum(row.mark in ("not billed", "not expected") for row in rows)


@pytest.mark.slow
@pytest.mark.hostile
@pytest.mark.timeout(60)
def test_very_many_lines() -> None:
    """A thousand times as many lines end in a moment; by pairs it would be minutes."""
    expected = tuple(CodingLine(f"S{number}", "77407", rules=("L2-SINGLE",)) for number in range(100_000))
    answered = tuple(AnswerLine(f"S{number}", "77412") for number in range(100_000))
    assert 100_000 == sum(
        row.mark == "differs" for row in compare(Coding("c", "coded", expected), Answer("c", "coded", answered))
    )
