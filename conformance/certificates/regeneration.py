"""Making a certifying run's cases and results again, from its suites, seed and key of ids alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from msgspec.structs import replace as changed

from rtconform.conformance.adapters import Reply
from rtconform.conformance.certificates.disguise import Disguise
from rtconform.conformance.protocol import Question, Supports
from rtconform.conformance.records import Manifest, Result, SuiteRecord
from rtconform.conformance.roles import ROLES, role_asked
from rtconform.conformance.runs.expressible import beyond
from rtconform.conformance.runs.runner import Chosen, result_of
from rtconform.generators.suites.rearranged import Shuffled
from rtconform.generators.suites.registry import any_suite as find_suite
from rtconform.generators.suites.registry import digest
from rtconform.generators.suites.suite import AnySuite, SuiteItem, SuiteOf, cases
from rtconform.reference import RULE_SET
from rtconform.reference.documents.wire import encode


@dataclass(frozen=True)
class Asked:
    """A case or claim of the run, as the suite has it; `suite` is the suite's name."""

    suite: str
    item: SuiteItem


def disguised(chosen: Sequence[Chosen], disguise: Disguise) -> tuple[Chosen, ...]:
    """The suites of a run, each in the order of the disguise."""
    return tuple(replace(part, suite=_shuffled(part.suite.name, part.seed, disguise)) for part in chosen)


def _shuffled(name: str, seed: int, disguise: Disguise) -> AnySuite:
    suite: SuiteOf[Any] = find_suite(name)
    return Shuffled(suite, seed, disguise.rank)


def why_not_these_suites(manifest: Manifest) -> str:
    """Why the run's suites can't be made again as they were, here; empty: they can.

    No suite but those of the role's certifying runs is ever made for a bundle: a name in one must not open a file or
    take for ever.
    """
    if manifest.rule_set != RULE_SET:
        return f"the run is of rule set {manifest.rule_set}, here {RULE_SET} is installed: verify it with that version"
    role, names = ROLES[manifest.vendor.role], tuple(record.name for record in manifest.suites)
    if names != role.certifying:
        due = ", ".join(role.certifying)
        return f"the run is of {', '.join(names) or 'no suite'}: a certifying run of {role.described} is of {due}, whole"
    return next(filter(None, map(_why_not, manifest.suites)), "")


def _why_not(record: SuiteRecord) -> str:
    suite = find_suite(record.name)
    if record.version != suite.version:
        return f"suite {record.name} is of version {record.version}, here it has version {suite.version}: another suite"
    if record.cases != (size := suite.size(None)):
        return f"suite {record.name} is said to have {record.cases} cases, it has {size}"
    if record.digest != (made := digest(suite, record.seed)):
        return f"suite {record.name} is said to have digest {record.digest}, its cases for seed {record.seed} have {made}"
    return ""


def regenerate(manifest: Manifest, disguise: Disguise) -> dict[str, Asked]:
    """The run's cases by id, in the order in which they were asked."""
    found = {}
    for record in manifest.suites:
        for item in cases(_shuffled(record.name, record.seed, disguise), record.seed):
            found[item.id] = Asked(record.name, item)
    return found


def sent(asked: Sequence[Asked], disguise: Disguise) -> bytes:
    """The cases as the vendor got them, as JSON Lines."""
    return b"".join(_written(one.item, disguise.question(role_asked(one.item).wire, one.item.question)) + b"\n" for one in asked)


def _written(item: SuiteItem, question: Question) -> bytes:
    return item.writing(question) if item.writing else encode(question)  # type: ignore[arg-type] # what it is asked by writes it


_AS_RECORDED = ("latency_ms", "received", "sent", "stderr", "stderr_of", "answer_digest")
"""The fields of a result that nobody can make again."""


def what_differs(record: Manifest, asked: Asked, result: Result, disguise: Disguise) -> str:
    """What of a recorded result is not what the case and the recorded answer make it; empty: nothing.

    What no one can make again stands as it is recorded: the answer itself, times, what the vendor wrote beside.
    """
    answer = result.answer
    if answer is not None and answer.id != (opaque := disguise.id(result.id)):
        return f"the answer is to case {answer.id[:40]!r}, the case was asked as {opaque}"
    supports = msgspec.convert(record.vendor.supports, Supports)
    role = ROLES[record.vendor.role]
    reason = role.unsupported(supports, asked.item.question)
    reason = reason or beyond(record.vendor.format, role, asked.item)
    if reason is not None:
        again = result_of(asked.suite, asked.item, None, "not_applicable", reason)
    elif answer is not None:
        again = result_of(asked.suite, asked.item, Reply("answered", answer))
    elif result.verdict == "pass" and not asked.item.sound:
        again = result_of(asked.suite, asked.item, Reply("error", refused=True))
    elif result.verdict in ("invalid", "error", "timeout"):
        again = result_of(asked.suite, asked.item, Reply(result.verdict, detail=result.explanation))
    else:
        return f"{result.verdict} without an answer to judge"
    if again.verdict != result.verdict:
        return f"verdict {result.verdict} is recorded, the answer is judged {again.verdict}: {again.explanation}"
    if again.expected != result.expected:
        return "the expectation is not what the reference makes of the case"
    again = changed(again, **{name: getattr(result, name) for name in _AS_RECORDED})
    names = [name for name in Result.__struct_fields__ if getattr(again, name) != getattr(result, name)]
    return f"{', '.join(names)} not as the judge writes it" if names else ""
