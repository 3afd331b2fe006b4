"""The two services of a session, delivery and guidance: what may be billed for each, and why."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace as with_fields

from rtconform.reference.coder import rules
from rtconform.reference.coder.explain import delivery_reason, guidance_reason
from rtconform.reference.coder.facts import SessionFacts
from rtconform.reference.coder.tables import at_work, holding
from rtconform.reference.documents.coding import CodingLine

LEVEL_FACTS = (*rules.ISOCENTERS, *rules.MOTION)
"""The rules that say how the facts are read on which the level depends."""

ALWAYS_NAMED = (*rules.SCOPE, *rules.SESSION_FACTS, rules.PORT, rules.IGRT_TECH)
"""The rules that are named with a session that meets them, whatever is billed for it."""


class Option(Struct, frozen=True, gc=False):
    """Lines for one service of a session, and the ambiguities that must be read the other way for them (none: primary)."""

    lines: tuple[CodingLine, ...]
    flips: tuple[str, ...] = ()


class Service(Struct, frozen=True, gc=False):
    """One service of a session: the options to bill it, the primary one first, the rules at work in it and the reasons."""

    options: tuple[Option, ...] = (Option(()),)
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Carried(Struct, frozen=True, gc=False):
    """Which services a claim carries, and the rules that say so."""

    delivery: bool
    guidance: bool
    rules: tuple[str, ...]


NOTHING = Service()
"""What a claim says of a service that it does not carry."""


def delivery_by(table: Iterable[rules.DeliveryRule], s: SessionFacts) -> Service:
    """The delivery of a session as these rules code it."""
    options, decided = _delivery(table, s)
    facts = at_work(rules.DELIVERY_FACTS, s)
    if not decided:
        return Service(options, facts)
    (line,) = options[0].lines
    also = [option.flips[0] for option in options[1:] if option.flips[0] != line.rules[0]]
    return Service(options, (*decided, *also, *facts), (delivery_reason(s, line.code, (*line.rules, *also)),))


def guidance_by(table: Iterable[rules.GuidanceRule], s: SessionFacts) -> Service:
    """The professional part of a session's guidance as these rules code it."""
    options, decided = _guidance(table, s)
    reasons = (guidance_reason(s, billed=bool(options[0].lines), rules=decided),) if decided else ()
    return Service(options, (*decided, *(option.flips[-1] for option in options[1:])), reasons)


def carried_by(table: Iterable[rules.ClaimRule], s: SessionFacts) -> Carried:
    """What the claim of a session carries by these rules."""
    found = holding(table, s)
    return Carried(
        delivery=any(rule.delivery for rule in found),
        guidance=any(rule.guidance for rule in found),
        rules=tuple(rule.id for rule in found),
    )


def _delivery(table: Iterable[rules.DeliveryRule], s: SessionFacts) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    rule = next(iter(holding(table, s)), None)
    if rule is None:  # some row of the reference's book always holds
        return (Option(()),), ()
    level_facts = at_work(LEVEL_FACTS, s)
    why = (rule.id, *(rule_id for rule_id in level_facts if rule_id not in rules.ALSO_ACCEPTED))
    options = [Option((CodingLine(s.session, rule.code, rules=why),))]
    if rule.accepted:
        options.append(Option((CodingLine(s.session, rule.accepted, rules=(rule.id,)),), (rule.id,)))
    for rule_id, code in rules.ALSO_ACCEPTED.items():
        if rule_id in level_facts:
            options.append(Option((CodingLine(s.session, code, rules=(rule_id,)),), (rule_id,)))
    return tuple(options), why


def _guidance(table: Iterable[rules.GuidanceRule], s: SessionFacts) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    rule = next(iter(holding(table, s)), None)
    if rule is None:
        return (Option(()),), ()
    why = (rule.id, *at_work(rules.GUIDANCE_FACTS, s))
    billed = Option((CodingLine(s.session, rule.code, rule.modifiers, rules=why),))
    nothing = Option(())
    options = [billed, nothing] if rule.bills else [nothing, billed]
    options = [options[0], *([with_fields(options[1], flips=(rule.id,))] if rule.either else [])]
    if rules.IGRT_GLOBAL.when(s):
        bare = (CodingLine(s.session, rule.code, rules=("IGRT-GLOBAL",)),)
        options += [Option(bare, (*option.flips, "IGRT-GLOBAL")) for option in options if option.lines]
    return tuple(options), why
