"""The quick coder says what the plain one says: what it remembers things by is all that they depend on."""

from dataclasses import replace
from typing import Any

import pytest

from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder import coder, remembered, rules
from rtconform.reference.coder.book import BOOK
from rtconform.reference.coder.explain import DELIVERY_TOLD, GUIDANCE_TOLD, delivery_reason, guidance_reason
from rtconform.reference.coder.facts import SessionFacts
from rtconform.reference.coder.remembered import ByFacts, asked_by
from rtconform.reference.coder.tables import at_work

CASES = [entry.case for name in ("published", "boundaries", "pairwise") for entry in cases(suite(name), 0)]
SESSIONS = [session for case in CASES for session in coder.expect(case).sessions]


class Watched:
    """The facts of a session, and which of them were looked at."""

    def __init__(self, facts: object) -> None:
        self.facts = facts
        self.looked_at: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.looked_at.add(name)
        return getattr(self.facts, name)


@pytest.mark.parametrize("order", [1, -1])
def test_the_quick_coder_says_the_same(order: int) -> None:
    """Every expectation, asked first or later, in one order or the other, is that of the plain coder."""
    book = remembered.remembered(BOOK)
    for case in CASES[::order]:
        assert coder.expect(case) == remembered.expect(case, book) == remembered.expect(case)


def test_a_changed_book_remembers_its_own_answers() -> None:
    """A book with other rules is remembered apart from the reference's, and says what it says without memory."""
    without = replace(BOOK, delivery=BOOK.delivery[1:], guidance=(), claims=BOOK.claims[:2], plan_record=())
    quick = remembered.remembered(without)
    for case in CASES:
        assert coder.expect(case, without) == remembered.expect(case, quick)


def test_each_service_looks_at_no_other_facts() -> None:
    """The facts that a service is remembered by are all that it looks at."""
    quick = remembered.REMEMBERED_BOOK
    for session in SESSIONS:
        for plain, kept in (
            (BOOK.delivery_of, quick._delivery),
            (BOOK.guidance_of, quick._guidance),
            (BOOK.carried, quick._carried),
        ):
            watched = Watched(session)
            plain(watched)  # type: ignore[arg-type] # the facts in all that is read of them
            assert watched.looked_at <= kept.looked_at


def test_reasons_say_no_other_facts() -> None:
    """The facts that reasons are remembered by are all that they look at."""
    for session in SESSIONS:
        delivery, guidance = Watched(session), Watched(session)
        delivery_reason(delivery, "77407", ())  # type: ignore[arg-type] # the facts in all that is read of them
        guidance_reason(guidance, billed=True, rules=())  # type: ignore[arg-type] # the same
        assert delivery.looked_at <= DELIVERY_TOLD
        assert guidance.looked_at <= GUIDANCE_TOLD


def test_what_is_remembered_is_what_was_asked() -> None:
    """A function that is asked again gives what it gave; one without facts has one answer."""
    quick: ByFacts[SessionFacts, tuple[str, ...]] = ByFacts(
        lambda session: at_work(rules.MOTION, session), asked_by(rules.MOTION)
    )
    for session in (*SESSIONS, *reversed(SESSIONS)):
        assert at_work(rules.MOTION, session) == quick(session)
    nothing: ByFacts[SessionFacts, tuple[str, ...]] = ByFacts(lambda _: (), asked_by(()))
    assert () == nothing(SESSIONS[0])
