"""Suite `documentation`: records that do not support what they declare or contradict themselves, beside sound ones.

Cases come in pairs that differ only in what a documentation rule is about (`records.py`): case 2 n has the flaw, case 2 n + 1
has not. Most treatments are such that the answer depends on it; every fifth is any treatment. In the second part no line
depends on the flaw (`documentation_unaffected.py`): a coder that asks for review there is too cautious.
"""

from collections.abc import Mapping

from rtconform.generators.clinic.realise import realise
from rtconform.generators.randomness import Draw
from rtconform.generators.space.space import complete
from rtconform.generators.suites.documentation_questions import QUESTIONS, Question
from rtconform.generators.suites.documentation_unaffected import UNAFFECTED
from rtconform.generators.suites.generated import GeneratedSuite, Place
from rtconform.generators.suites.suite import SuiteCase

_TREATMENTS = 20
_TREATMENTS_UNAFFECTED = 8
_ANY = 5  # one treatment of five is any treatment


def _make(place: Place) -> SuiteCase:
    pair, side = divmod(place.index, 2)
    treatment, question = _asked(pair)
    draw = place.at(pair).draw()
    needs = question.needs if treatment % _ANY == _ANY - 1 else {**question.bites, **question.needs}
    base = realise(complete(_chosen(needs, draw), draw), draw, place.id)
    return SuiteCase(
        case=question.fix(base) if side else question.spoil(base),
        title=question.sound if side else question.flawed,
        rule=question.rule,
        why=f"{question.flawed}, or {question.sound}",
        twin=place.at(place.index ^ 1).id,
    )


def rule_at(index: int) -> str:
    """The rule that case number `index` is at, whatever the seed."""
    return _asked(index // 2)[1].rule


def unaffected() -> tuple[int, ...]:
    """The numbers of cases with each flaw of the second part, once: the answer is that of the same case without the flaw."""
    first = 2 * _TREATMENTS * len(QUESTIONS)
    return tuple(range(first, first + 2 * len(UNAFFECTED), 2))


def _asked(pair: int) -> tuple[int, Question]:
    """The number of the treatment and the question of a pair: first all of the first part."""
    first = _TREATMENTS * len(QUESTIONS)
    treatment, number = divmod(pair, len(QUESTIONS)) if pair < first else divmod(pair - first, len(UNAFFECTED))
    return treatment, (QUESTIONS if pair < first else UNAFFECTED)[number]


def _chosen(needs: Mapping[str, tuple[str, ...]], draw: Draw) -> dict[str, str]:
    return {name: values[int(draw() * len(values))] for name, values in needs.items()}


DOCUMENTATION = GeneratedSuite(
    "documentation",
    "5",
    "what the record supports: every documentation rule from both sides, in many treatments",
    _make,
    lambda: 2 * (_TREATMENTS * len(QUESTIONS) + _TREATMENTS_UNAFFECTED * len(UNAFFECTED)),
)
