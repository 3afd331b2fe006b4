"""Suite `documentation`: records that do not support what they declare or contradict themselves, beside sound ones.

Cases come in pairs that differ only in what a documentation rule is about (`documentation_questions.py`): case 2 n has the
flaw, case 2 n + 1 has not. In most treatments the answer depends on it; every fifth is any treatment.
"""

from collections.abc import Mapping

from rtconform.generators.clinic.realise import realise
from rtconform.generators.randomness import Draw
from rtconform.generators.space.space import complete
from rtconform.generators.suites.documentation_questions import QUESTIONS
from rtconform.generators.suites.generated import GeneratedSuite, Place
from rtconform.generators.suites.suite import SuiteCase

_TREATMENTS = 20
_ANY = 5  # one of this many treatments is any treatment


def _make(place: Place) -> SuiteCase:
    pair, side = divmod(place.index, 2)
    treatment, number = divmod(pair, len(QUESTIONS))
    question = QUESTIONS[number]
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
    return QUESTIONS[index // 2 % len(QUESTIONS)].rule


def _chosen(needs: Mapping[str, tuple[str, ...]], draw: Draw) -> dict[str, str]:
    return {name: values[int(draw() * len(values))] for name, values in needs.items()}


DOCUMENTATION = GeneratedSuite(
    "documentation",
    "3",
    "what the record supports: every documentation rule from both sides, in many treatments",
    _make,
    lambda: 2 * _TREATMENTS * len(QUESTIONS),
)
