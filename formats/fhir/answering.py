"""What every answer in FHIR has to be, whatever was asked: about the question, by a name that it gives, of the right kind."""

from collections.abc import Collection

from rtconform.formats.fhir.bundles import Resources
from rtconform.formats.messages import Unreadable

SHOWN = 40
"""How many characters of what was sent a message repeats."""


def named(resources: Resources, names: tuple[str, ...], asked: str, element: str) -> tuple[str, ...]:
    """The names of what an answer speaks of; `asked`: "case" or "claim", which `element` should name. Raises Unreadable."""
    if not names:
        raise Unreadable(
            f"the {_kind(resources)} names no {asked}: give {element} the value of the question's Bundle.identifier "
            "(an OperationOutcome has it as its id)"
        )
    return names


def refuse_another(names: tuple[str, ...], own: Collection[str], name: str) -> None:
    """Raises Unreadable where an answer names questions, and none of them by one of the `own` names of the question `name`."""
    if names and not any(each in own for each in names):
        raise Unreadable(f"the answer is about {names[0][:SHOWN]!r}, but {name!r} was asked", names[0])


def no_answer(resources: Resources, send: str, name: str) -> Unreadable:
    """Why a resource answers nothing; `send`: what would, `name`: the question's."""
    return Unreadable(f"a {_kind(resources)} is no answer: send {send}", name)


def _kind(resources: Resources) -> str:
    kind: str = resources.top["resourceType"]
    return kind[:SHOWN]
