"""The registry of suites: names, ids, digests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import rtconform
from rtconform.generators.suites.registry import SUITES, digest, suite, suite_of_id
from rtconform.generators.suites.suite import Suite, cases
from rtconform.reference.errors import UserError

HANDMADE = ("published", "boundaries")


@pytest.mark.parametrize("name", HANDMADE)
def test_a_suite_is_known_by_its_name(name: str) -> None:
    """The registry makes the suite of that name, which says what it is."""
    found = suite(name)
    assert name in SUITES
    assert name == found.name
    assert found.version
    assert found.about
    assert not found.seeded


@pytest.mark.parametrize("name", HANDMADE)
def test_every_case_is_found_by_its_id(name: str) -> None:
    """From an id alone come its suite and its place in it, and from the place the same case, whatever the seed."""
    for index, entry in enumerate(cases(suite(name), 7)):
        found = suite_of_id(entry.case.id)
        assert (index, 0) == found.index_of(entry.case.id)
        assert entry == found.case(index, 8)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: suite("publishd"), "no suite 'publishd': did you mean 'published'? Suites: published, boundaries"),
        (lambda: suite_of_id("scenario-1"), "'scenario-1' is not the id of a case"),
        (lambda: suite_of_id("nobody:scenario-1"), "no suite 'nobody'"),
        (
            lambda: suite("published").index_of("published:scenario-1-hospital-faclity"),
            "no case 'published:scenario-1-hospital-faclity': did you mean 'published:scenario-1-hospital-facility'?",
        ),
        (lambda: suite("published").size(5), "can't have another number"),
        (lambda: suite("published").case(-1, 0), "no case -1"),
        (lambda: suite("published").case(10_000, 0), "no case 10000"),
    ],
)
def test_what_is_not_there_is_named(ask: object, said: str) -> None:
    """Asking for a suite, a case or a number of cases that there is not says what there is."""
    assert callable(ask)
    with pytest.raises(UserError) as error:
        ask()
    assert said in str(error.value)


def test_a_digest_holds_every_case() -> None:
    """A digest changes with a suite's name, version and any case, and not with a seed that has no influence."""
    whole = suite("published")
    assert digest(whole, 1) == digest(whole, 2)
    different: list[Suite] = [
        _renamed(whole, name="other"),
        _renamed(whole, version="other"),
        _Short(whole),
        suite("boundaries"),
    ]
    assert 1 + len(different) == len({digest(whole, 1), *(digest(other, 1) for other in different)})


def test_digests_are_the_same_in_every_process() -> None:
    """No order of a set or a hash of this process is in a suite: its digest is the same under any hash seed."""
    program = f"from rtconform.generators.suites.registry import *; print([digest(suite(n), 1) for n in {HANDMADE}])"
    here = Path(rtconform.__file__).parent.parent
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=here,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed in ("0", "1", "4711")
    }
    assert {str([digest(suite(name), 1) for name in HANDMADE])} == printed


class _Short:
    """A suite without its last case."""

    def __init__(self, whole: Suite) -> None:
        self.whole = whole
        self.asks = whole.asks
        self.name, self.version, self.about, self.seeded = whole.name, whole.version, whole.about, whole.seeded
        self.case, self.index_of = whole.case, whole.index_of

    def size(self, count: int | None) -> int:
        return self.whole.size(count) - 1


def _renamed(whole: Suite, **other: str) -> Suite:
    renamed = _Short(whole)
    renamed.size = whole.size  # type: ignore[method-assign] # all cases, under another name
    for name, value in other.items():
        setattr(renamed, name, value)
    return renamed
