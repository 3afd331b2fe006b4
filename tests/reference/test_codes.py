"""The catalogue of codes answers for every day."""

import datetime as dt

import pytest

from rtconform.reference.codes import level, status


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("77412", "2026-01-01", "valid"),
        ("77385", "2025-12-31", "valid"),
        ("77385", "2026-01-01", "deleted"),
        ("77436", "2025-12-31", "not_yet"),
        ("77436", "2026-01-01", "valid"),
        ("99999", "2026-01-01", "unknown"),
    ],
)
def test_a_code_has_a_status_on_a_day(code: str, day: str, expected: str) -> None:
    """Deleted from its last day on, not yet valid before its first, unknown where the catalogue lacks it."""
    assert expected == status(code, dt.date.fromisoformat(day))


def test_the_delivery_codes_have_the_levels() -> None:
    """Levels 1 to 3 are those of the delivery codes; nothing else has one."""
    assert [1, 2, 3, None] == [level(code) for code in ("77402", "77407", "77412", "77387")]
