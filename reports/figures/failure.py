"""The one shape in which every format shows a case that a person has to look at.

It has what the rule requires with its source, expected and answered line by line, the deciding facts, what the vendor's program
wrote, and the two commands that make the case again. Vendor text in it is cleaned and of bounded length.
"""

import shlex
from collections import defaultdict, deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from rtconform.conformance.protocol import Returned
from rtconform.conformance.records import Manifest, Result, StderrOf
from rtconform.conformance.verdicts import Verdict
from rtconform.reference.coder.rules import RULES, refinements_of
from rtconform.reference.codes import notation
from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.claim import Disposition
from rtconform.reference.documents.coding import Alternative, Answer, AnswerLine, Coding, Line
from rtconform.reference.documents.treatment import Case
from rtconform.reference.editor.rules import EDITOR_RULES
from rtconform.reports.figures.dispositions import Mark, adjudication_text, disposition_rows, disposition_text
from rtconform.reports.text import clean, clip, one_line

LONGEST_TEXT = 4000
"""Characters shown of the vendor's stderr, and of what was sent and received."""

WHOSE_STDERR: dict[StderrOf, str] = {
    "": "",
    "case": "between this question and its answer, when no other was under way",
    "program": "of the program at about that time: others were under way, so nobody can tell whose it is",
}
"""Whose the standard error is that is shown with a case."""

LONGEST_NOTE = 1000
MOST_NOTES = 10
MOST_ROWS = 50


@dataclass(frozen=True)
class Row:
    """Expected beside answered, for one line (or the outcome): `mark` says how they compare, `note` in more words."""

    session: str
    expected: str
    rules: str
    answered: str
    mark: Mark
    note: str


@dataclass(frozen=True)
class RuleText:
    """A rule as a report cites it; `standing` is empty where this version's rule book lacks the rule.

    `source`: the publication by name, number and heading. `read_with`: the rules that refine this one, each with its text.
    """

    id: str
    says: str
    standing: str = ""
    source: str = ""
    note: str = ""
    read_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A case as reports show it: the fields of its Result, put into words. `cited`: its rules are worth citing in full."""

    id: str
    suite: str
    verdict: Verdict
    title: str
    explanation: str
    facts: tuple[str, ...]
    rows: tuple[Row, ...]
    alternatives: tuple[str, ...]
    rules: tuple[RuleText, ...]
    cited: bool
    heading: str
    twin: str
    notes: tuple[str, ...]
    answered: bool
    sent: str
    received: str
    stderr: str
    stderr_of: str
    latency_ms: float | None
    generate: str
    run: str


def shape(manifest: Manifest, result: Result) -> Shape:
    """One result in the shape that every format shows."""
    file = next((suite.file for suite in manifest.suites if suite.name == result.suite), "")
    return shaped(result, manifest.vendor.file, file, tuple(record.file for record in manifest.payer_profiles if record.file))


def shaped(result: Result, vendor_file: str, suite_file: str = "", profile_files: tuple[str, ...] = ()) -> Shape:
    """The same, of a vendor that this file describes; empty: none does, and there is no command that asks the case again.

    `suite_file`: the file of the suite, where it is not a shipped one. `profile_files`: the user's payer profiles that judge.
    """
    coding, coded = result.coding, result.coded
    judged = [word for file in profile_files for word in ("--payer-profile", file)]
    return Shape(
        id=one_line(result.id),
        suite=one_line(result.suite),
        verdict=result.verdict,
        title=one_line(result.title),
        explanation=clip(clean(result.explanation), LONGEST_TEXT),
        facts=tuple(clean(fact) for fact in (result.facts or result.expected.reasons)),
        rows=_first_rows(tuple(compared(result))),
        alternatives=tuple(map(alternative_text, coding.alternatives if coding else ())),
        rules=tuple(map(rule_text, result.rules)),
        cited=result.verdict in ("fail", "accepted"),
        heading=one_line(result.heading),
        twin=one_line(result.twin or ""),
        notes=tuple(clip(clean(note), LONGEST_NOTE) for note in (coded.notes[:MOST_NOTES] if coded else ())),
        answered=result.answer is not None,
        sent=clip(clean(result.sent), LONGEST_TEXT),
        received=clip(clean(result.received), LONGEST_TEXT),
        stderr=clip(clean(result.stderr), LONGEST_TEXT),
        stderr_of=WHOSE_STDERR[result.stderr_of] if result.stderr else "",
        latency_ms=result.latency_ms,
        generate=_command("rtconform", "generate", *((suite_file,) if suite_file else ()), "--id", result.id),
        run=_command("rtconform", "run", vendor_file, "--suite", suite_file or result.suite, "--only", result.id, *judged)
        if vendor_file
        else "",
    )


def rule_text(rule_id: str) -> RuleText:
    """The rule with this id as a report cites it."""
    if of_payers := EDITOR_RULES.get(rule_id):
        return RuleText(of_payers.id, of_payers.says, of_payers.standing, of_payers.heading)
    rule = RULES.get(rule_id)
    if rule is None:
        return RuleText(one_line(rule_id), "This version's rule book has no such rule: the run used another rule set.")
    return RuleText(
        rule.id,
        rule.says,
        rule.standing,
        rule.source,
        rule.note,
        tuple(f"{row.id}: {row.says}" for row in refinements_of(rule.id)),
    )


def line_text(line: Line) -> str:
    """A line in a biller's notation: "77387-26", with "× 2" where it has several units."""
    code = notation(line.code, line.modifiers)
    return code if line.units == 1 else f"{code} × {line.units}"


def coding_text(coding: Coding | Adjudication | Returned | None) -> str:
    """A coding or an answer on one line: "S1 77407; S1 77387-26", its outcome where it has no line, or "no answer"."""
    match coding:  # one column of the reports shows either role
        case None:
            return "no answer"
        case Disposition():
            return disposition_text(coding)
        case Adjudication():
            return adjudication_text(coding)
    lines = "; ".join(f"{line.session} {line_text(line)}{' (bundled)' if _bundled(line) else ''}" for line in coding.lines)
    if coding.outcome == "coded":
        return lines or "coded, no line"
    return f"{coding.outcome}: {lines}" if lines else coding.outcome


def alternative_text(alternative: Alternative) -> str:
    """What is accepted instead, and which ambiguity allows it."""
    lines = ", ".join(
        line_text(line) if alternative.session else f"{line.session} {line_text(line)}" for line in alternative.lines
    )
    what = lines or (alternative.outcome if alternative.outcome not in (None, "coded") else "no line")
    return f"{alternative.session or 'the whole case'}: {what} ({alternative.rule})"


def compared(result: Result) -> Iterator[Row]:
    """Expected and answered side by side: by session for a case, by line for a claim."""
    if result.coding is not None:
        yield from compare(result.coding, result.coded, _order(result.case))
    if result.adjudication is not None:
        yield from (Row(*row) for row in disposition_rows(result.adjudication, result.disposition, result.claim))


def compare(expected: Coding, answer: Answer | None, sessions: tuple[str, ...] = ()) -> Iterator[Row]:
    """Expected and answered side by side, session by session; the outcome first where it differs or there is no line.

    A comparison for the eye: forms that mean the same may differ in it. What they are worth is the judge's decision.
    """
    order = {session: position for position, session in enumerate((*sessions, *(line.session for line in expected.lines)))}
    rows = sorted(_line_rows(expected, answer), key=lambda row: order.get(row.session, len(order)))
    if answer is None:
        yield Row("", expected.outcome, "", "no answer", "missing", "no answer came")
    elif answer.outcome != expected.outcome:
        yield Row("", expected.outcome, "", answer.outcome, "differs", "another outcome")
    elif not rows:
        yield Row("", expected.outcome, "", answer.outcome, "same", "same, no line")
    yield from rows


def as_text(shown: Shape) -> str:
    """The shape as plain text, for logs and JUnit."""
    parts = [shown.explanation]
    parts += [f"Facts: {fact}" for fact in shown.facts]
    parts += map(_row_text, shown.rows)
    parts += [f"Accepted too: {text}" for text in shown.alternatives]
    if shown.cited:
        parts += [f"Rule {rule.id} ({rule.standing or 'unknown'}): {rule.says}{_source(rule)}" for rule in shown.rules]
    else:
        parts += [f"Rules at work: {', '.join(rule.id for rule in shown.rules)}"] if shown.rules else []
    parts += [f"The vendor's note: {note}" for note in shown.notes]
    parts += [f"Sent:\n{shown.sent}"] if shown.sent else []
    parts += [f"Received:\n{shown.received}"] if shown.received else []
    parts += ["The case:", f"  {shown.generate}"]
    parts += ["Ask it again:", f"  {shown.run}"] if shown.run else []
    return "\n".join(parts)


def stderr_text(shown: Shape) -> str:
    """The standard error as plain text, after a line that says whose it is; empty where there is none."""
    return f"({shown.stderr_of})\n{shown.stderr}" if shown.stderr_of else shown.stderr


def _first_rows(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    if len(rows) <= MOST_ROWS:
        return rows
    return (*rows[:MOST_ROWS], Row("more", "", "", f"{len(rows) - MOST_ROWS:,} more lines", "not expected", "in results.jsonl"))


def _row_text(row: Row) -> str:
    return f"{row.session or 'outcome'}: expected {row.expected or '–'}, answered {row.answered or '–'}: {row.note}"


def _command(*words: str) -> str:
    return shlex.join(one_line(word) for word in words)


def _source(rule: RuleText) -> str:
    return f" [{rule.source}]" if rule.source else ""


def _order(case: Case | None) -> tuple[str, ...]:
    return tuple(session.id for session in case.sessions) if case else ()


def _bundled(line: Line) -> bool:
    return isinstance(line, AnswerLine) and line.payment == "bundled"


def _line_rows(expected: Coding, answer: Answer | None) -> Iterator[Row]:
    answered = list(answer.lines) if answer else []
    paired: dict[int, AnswerLine] = {}
    billed = {number for number, other in enumerate(answered) if not _bundled(other)}
    for likeness in (_whole, _session_and_code, _session):
        alike: dict[Hashable, deque[int]] = defaultdict(deque)
        for number in sorted(billed):
            alike[likeness(answered[number])].append(number)
        for position, line in enumerate(expected.lines):
            if position not in paired and (found := alike.get(likeness(line))):
                billed.discard(number := found.popleft())
                paired[position] = answered[number]
    left = [other for number, other in enumerate(answered) if number in billed or _bundled(other)]
    for position, line in enumerate(expected.lines):
        rules = ", ".join(line.rules)
        other = paired.get(position)
        if other is None:
            yield Row(line.session, line_text(line), rules, "", "missing", "missing" if answer else "no answer came")
        elif _whole(line) == _whole(other):
            yield Row(line.session, line_text(line), rules, line_text(other), "same", "same")
        else:
            note = "other modifiers or units" if line.code == other.code else "another code"
            yield Row(line.session, line_text(line), rules, line_text(other), "differs", note)
    for extra in left:
        if _bundled(extra):
            yield Row(one_line(extra.session), "", "", line_text(extra), "not billed", "bundled: shown, not billed")
        else:
            yield Row(one_line(extra.session), "", "", line_text(extra), "not expected", "not expected")


def _whole(line: Line) -> Hashable:
    return line.session, line.code, tuple(sorted(line.modifiers)), line.units


def _session_and_code(line: Line) -> Hashable:
    return line.session, line.code


def _session(line: Line) -> Hashable:
    return line.session
