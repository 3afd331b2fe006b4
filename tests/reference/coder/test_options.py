"""What the coder leaves open: each other way to bill a service names the rules that allow it."""

from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteCase, cases
from rtconform.reference.coder.coder import expect
from rtconform.reference.coder.services import Option


def options() -> list[Option]:
    """Every option of every primary reading of the hand-made cases."""
    return [
        option
        for name in ("published", "boundaries")
        for entry in cases(any_suite(name), 0)
        if isinstance(entry, SuiteCase)
        for session in expect(entry.case).readings[0].sessions
        for option in (*session.delivery, *session.guidance)
    ]


def test_a_bare_guidance_line_is_there_by_rule() -> None:
    """Guidance without modifier is an option only by IGRT-GLOBAL, and its line says so."""
    bare = [option for option in options() if any(line.code == "77387" and not line.modifiers for line in option.lines)]
    assert bare
    for option in bare:
        assert "IGRT-GLOBAL" == option.flips[-1]
        assert [("IGRT-GLOBAL",)] == [line.rules for line in option.lines]


def test_another_level_is_there_by_rule() -> None:
    """An option that is not primary and bills a level names the rule that allows it, on the option and on its line."""
    other = [option for option in options() if option.flips and any(line.code != "77387" for line in option.lines)]
    assert {"L3-MOTION-2D", "AMM-OBSERVED"} == {flip for option in other for flip in option.flips}
    for option in other:
        assert [option.flips] == [line.rules for line in option.lines]
