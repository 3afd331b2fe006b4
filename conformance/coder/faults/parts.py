"""A coder's answer part by part: the delivery and the guidance of each session, each right or wrong on its own.

A vendor with two faults gives answers that no coder with one of them gives; part by part each fault can still be recognised.
"""

from collections import Counter
from collections.abc import Iterable

from rtconform.conformance.cause import Cause
from rtconform.conformance.coder.causes import is_about_guidance
from rtconform.conformance.coder.judge import judge
from rtconform.conformance.coder.normal_form import Service, expected_form, normal_form
from rtconform.conformance.role import WHOLE, Part, Parts
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reference.coder.coder import Reading
from rtconform.reference.coder.remembered import expect
from rtconform.reference.coder.services import Option
from rtconform.reference.codes import GUIDANCE_CODE, PORT_IMAGE_CODE
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case

DELIVERY, GUIDANCE = "delivery", "guidance"
_GUIDING = (GUIDANCE_CODE, PORT_IMAGE_CODE)


def parts_of(case: Case, answer: Answer) -> Parts:
    """The parts of an answer by their kind and session; one part, the whole, where it can't be taken apart.

    It can where codes are due and codes came, and where its parts are right exactly if the judge calls the whole of it right.
    """
    expectation = expect(case)
    stands = VERDICTS[judge(case, expectation, answer).verdict].conformant
    form = normal_form(answer.lines, case)
    billed = {session: tuple(sorted(services.items())) for session, services in form.items() if services}
    whole: Parts = {(WHOLE, ""): Part((answer.outcome, tuple(sorted(billed.items()))), right=stands)}
    if answer.outcome != "coded" or expectation.readings[0].outcome != "coded":
        return whole
    coded = [reading for reading in expectation.readings if reading.outcome == "coded"]
    sessions = dict.fromkeys((*(session.session for session in coded[0].sessions), *form))
    parts = {
        (kind, session): _part(form.get(session, Counter()), kind, [_options(reading, session, kind) for reading in coded])
        for session in sessions
        for kind in (DELIVERY, GUIDANCE)
    }
    return parts if stands == all(part.right for part in parts.values()) else whole


def kinds_of(cause: Cause) -> tuple[str, ...]:
    """The kinds of parts in which a cause shows; an answer that can't be taken apart shows any."""
    if cause.kind in ("coded", "out_of_scope", "needs_review", "declined"):
        return (WHOLE,)
    if "SCOPE-BEAM" in cause.rules:  # whatever is billed for a session without a beam
        return (DELIVERY, GUIDANCE)
    return (GUIDANCE,) if is_about_guidance(cause) else (DELIVERY,)


def _part(services: Counter[Service], kind: str, accepted: Iterable[Iterable[Option]]) -> Part:
    of_kind = Counter({service: units for service, units in services.items() if (service[0] in _GUIDING) == (kind == GUIDANCE)})
    right = any(of_kind == _services(option) for options in accepted for option in options)
    return Part(tuple(sorted(of_kind.items())), right=right)


def _options(reading: Reading, session: str, kind: str) -> tuple[Option, ...]:
    found = next((coding for coding in reading.sessions if coding.session == session), None)
    if found is None:
        return ()
    return found.guidance if kind == GUIDANCE else found.delivery


def _services(option: Option) -> Counter[Service]:
    return sum(expected_form(option.lines).values(), Counter[Service]())
