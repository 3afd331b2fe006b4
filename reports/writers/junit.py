"""JUnit XML, in the form that Jenkins, GitLab and surefire's readers share: a testsuite for each suite, a testcase for each case.

- failure: fail, and declined (an answer came, and it is wrong);
- error: invalid, error, timeout and unanswered;
- skipped: not_applicable, and a failure that the run's baseline or an erratum covers;
- passed: pass, and accepted, which says so in system-out.

Findings belong to no single case. They are failures in their own testsuite, so that a pipeline that reads nothing else does not
show green. So are a baseline's entries that expired or pass again.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import TextIOBase
from typing import TextIO, cast
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from rtconform.conformance.records import Manifest, Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import VERDICTS, Verdict
from rtconform.reports.figures.edits import properties
from rtconform.reports.figures.failure import as_text, shape, stderr_text
from rtconform.reports.figures.profiles import judged_by
from rtconform.reports.figures.summary import SuiteCount, Summary, counted_results, excuse, missing_cases, run_failures
from rtconform.reports.text import clean, clip, one_line

FAILURES: tuple[Verdict, ...] = ("fail", "declined")
ERRORS: tuple[Verdict, ...] = ("invalid", "error", "timeout", "unanswered")
SKIPPED: tuple[Verdict, ...] = ("not_applicable",)
RUN_SUITE = "rtconform"
"""The testsuite of what concerns the whole run."""

_LONGEST_MESSAGE = 500


class _CleanXml(XMLGenerator):
    """XML in which no text and no attribute holds a character that XML can't, or that shows as nothing or as something else."""

    def characters(self, content: str) -> None:
        """The text, cleaned."""
        super().characters(clean(content))

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the library's name
        """The element, its attributes cleaned and on one line."""
        super().startElement(name, AttributesImpl({key: one_line(value) for key, value in attrs.items()}))


def write(run: RunFolder, summary: Summary, out: TextIO) -> None:
    """The run as one JUnit XML document."""
    xml = _CleanXml(cast("TextIOBase", out), encoding="utf-8", short_empty_elements=True)
    xml.startDocument()
    about_run = list(run_failures(summary))
    suites = summary.suites
    attributes = {
        "name": one_line(run.manifest.vendor.name),
        "tests": summary.cases + len(about_run),
        "failures": sum(_count(suite, FAILURES) for suite in suites) + len(about_run),
        "errors": sum(_count(suite, ERRORS) for suite in suites),
        "time": _seconds(sum(suite.latency_ms for suite in suites)),
    }
    with _element(xml, "testsuites", attributes):
        for suite in suites:
            _suite(xml, run, summary, suite)
        if about_run:
            _run_suite(xml, about_run)
    xml.endDocument()
    out.write("\n")


def _suite(xml: XMLGenerator, run: RunFolder, summary: Summary, suite: SuiteCount) -> None:
    attributes = {
        "name": one_line(suite.name),
        "tests": suite.cases,
        "failures": _count(suite, FAILURES),
        "errors": _count(suite, ERRORS),
        "skipped": _count(suite, SKIPPED) + sum(suite.excused.values()),
        "time": _seconds(suite.latency_ms),
        "timestamp": run.manifest.started_at.strftime("%Y-%m-%dT%H:%M:%S"),
    }
    with _element(xml, "testsuite", attributes):
        with _element(xml, "properties", {}):
            for name, value in _properties(run.manifest, summary, suite):
                with _element(xml, "property", {"name": name, "value": one_line(value)}):
                    pass
        excused = excuse(run.manifest, summary)
        for result in counted_results(run, summary):
            if result.suite == suite.name:
                _case(xml, run.manifest, result, excused(result))
        for number, case_id in enumerate(missing_cases(suite), 1):
            means = VERDICTS["unanswered"].means
            with _element(xml, "testcase", _names(suite.name, case_id or f"unanswered {number} of {suite.missing}")):
                _outcome(xml, "error", "unanswered", means, means)


def _case(xml: XMLGenerator, manifest: Manifest, result: Result, reason: str) -> None:
    attributes = _names(result.suite, result.id)
    if result.latency_ms is not None:
        attributes["time"] = _seconds(result.latency_ms)
    with _element(xml, "testcase", attributes):
        if result.verdict == "pass":
            return
        explanation = one_line(result.explanation) or VERDICTS[result.verdict].means
        if result.verdict in SKIPPED:
            _outcome(xml, "skipped", result.verdict, explanation, "")
            return
        shown = shape(manifest, result)
        if reason:
            _outcome(xml, "skipped", result.verdict, f"{reason}: {explanation}", as_text(shown))
        elif result.verdict in FAILURES:
            _outcome(xml, "failure", result.verdict, explanation, as_text(shown))
        elif result.verdict in ERRORS:
            _outcome(xml, "error", result.verdict, explanation, as_text(shown))
        else:
            with _element(xml, "system-out", {}):
                xml.characters(f"{result.verdict}: {as_text(shown)}")
        if shown.stderr:
            with _element(xml, "system-err", {}):
                xml.characters(stderr_text(shown))


def _run_suite(xml: XMLGenerator, about_run: list[tuple[str, str]]) -> None:
    numbers = {"tests": len(about_run), "failures": len(about_run), "errors": 0, "skipped": 0}
    with _element(xml, "testsuite", {"name": RUN_SUITE, **numbers}):
        for name, text in about_run:
            with _element(xml, "testcase", _names(RUN_SUITE, name)):
                _outcome(xml, "failure", "finding", text, text)


def _properties(manifest: Manifest, summary: Summary, suite: SuiteCount) -> Iterable[tuple[str, str]]:
    return (
        ("rule_set", manifest.rule_set),
        ("suite.version", suite.version),
        ("suite.digest", suite.digest),
        ("seed", str(manifest.seed)),
        ("mode", manifest.mode),
        ("vendor.name", manifest.vendor.name),
        ("vendor.version", manifest.vendor.version),
        ("rtconform.version", manifest.environment.rtconform),
        *(("payer_profile", profile) for profile in judged_by(manifest)),
        ("conformant", "true" if summary.conformant else "false"),
        ("exit_code", str(summary.exit_code)),
        *((f"edits.{name}", text) for name, text in (properties(summary.edits) if summary.edits else {}).items()),
    )


def _outcome(xml: XMLGenerator, kind: str, verdict: str, message: str, text: str) -> None:
    with _element(xml, kind, {"type": verdict, "message": clip(one_line(message), _LONGEST_MESSAGE)}):
        xml.characters(text)


def _names(suite: str, case_id: str) -> dict[str, str]:
    return {"classname": one_line(suite), "name": one_line(case_id)}


def _count(suite: SuiteCount, verdicts: tuple[Verdict, ...]) -> int:
    return sum(suite.counts[verdict] - suite.excused.get(verdict, 0) for verdict in verdicts)


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3f}"


@contextmanager
def _element(xml: XMLGenerator, name: str, attributes: Mapping[str, object]) -> Iterator[None]:
    xml.startElement(name, AttributesImpl({key: str(value) for key, value in attributes.items()}))
    yield
    xml.endElement(name)
    xml.ignorableWhitespace("\n")
