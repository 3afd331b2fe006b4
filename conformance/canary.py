"""The canary: two records that nobody can code, asked before a run. A vendor that codes them codes anything."""

from msgspec.structs import replace

from rtconform.conformance.adapters import Adapter
from rtconform.conformance.records import Event, now
from rtconform.reference.treatment import Case

UNKNOWN_TECHNIQUE = "phased_resonance"
NO_SUCH_BEAM = "B-NONE"


def canary_cases(case: Case) -> tuple[tuple[str, Case], ...]:
    """What is impossible about each, and the case: `case` with an unknown technique, and with a beam that no plan has."""
    unknown = tuple(replace(plan, technique=UNKNOWN_TECHNIQUE) for plan in case.plans)
    impossible = tuple(replace(session, beams_delivered=(NO_SUCH_BEAM,)) for session in case.sessions)
    return (
        (f"a plan of unknown technique {UNKNOWN_TECHNIQUE!r}", replace(case, id="canary:unknown-technique", plans=unknown)),
        ("a session that delivered a beam of no plan", replace(case, id="canary:impossible-session", sessions=impossible)),
    )


async def ask_canary(adapter: Adapter, case: Case) -> tuple[Event, ...]:
    """Ask both; an event for each, a finding among them where the vendor gave codes."""
    events = []
    for what, impossible in canary_cases(case):
        reply = await adapter.ask(impossible)
        if reply.answer is not None and reply.answer.outcome == "coded" and reply.answer.lines:
            codes = ", ".join(sorted({line.code for line in reply.answer.lines}))
            detail = f"coded {what} as {codes}: needs_review is right"
            events.append(Event("finding", now(), detail, "codes_anything", (impossible.id,)))
        else:
            outcome = reply.answer.outcome if reply.answer else f"{reply.status}: {reply.detail}"
            events.append(Event("canary", now(), f"{what}: {outcome}", cases=(impossible.id,)))
    return tuple(events)
