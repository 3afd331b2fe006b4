"""The canary: questions without a right code, asked before a run. A vendor that codes (or allows) them would answer anything."""

from rtconform.conformance.adapters import Adapter
from rtconform.conformance.protocol import Question
from rtconform.conformance.records import Event, now
from rtconform.conformance.role import Role


async def ask_canary(role: Role, adapter: Adapter, question: Question) -> tuple[Event, ...]:
    """Ask what is impossible; an event for each, findings among them where the vendor took more of it than is forgiven."""
    events, swallowed = [], []
    for what, impossible in role.canaries(question):
        reply = await adapter.ask(impossible)
        if reply.answer is None:
            events.append(Event("canary", now(), f"{what}: {reply.status}: {reply.detail}", cases=(impossible.id,)))
        elif how := role.swallowed(reply.answer):
            swallowed.append(Event("finding", now(), f"{what} was {how}", role.finding, (impossible.id,)))
        else:
            events.append(Event("canary", now(), f"{what}: {role.answered(reply.answer)}", cases=(impossible.id,)))
    if len(swallowed) > role.forgiven:
        return (*events, *swallowed)
    return (*events, *(Event("canary", event.at, event.detail, cases=event.cases) for event in swallowed))
