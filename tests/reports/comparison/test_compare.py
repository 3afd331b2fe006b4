"""Two runs laid side by side: each change is told once, regressions first; what can't be compared is said."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html
from msgspec.structs import replace

from rtconform.conformance.records import Result, SuiteRecord
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reference.documents.coding import Answer, AnswerLine
from rtconform.reference.documents.wire import encode
from rtconform.reference.errors import UserError
from rtconform.reports.comparison.compare import CHANGES, Comparison, change_of, compare
from rtconform.reports.comparison.html import as_html
from rtconform.reports.comparison.recorded import Seen, recorded
from rtconform.reports.comparison.text import as_markdown, as_table
from rtconform.reports.writers.formats import render
from tests.helpers.command import rtconform

Made = dict[str, Callable[..., Any]]
WriteRun = Callable[..., RunFolder]


def _changes(found: Comparison) -> dict[str, str]:
    return {case.id: case.change for case in found.changes}


def _passing(made: Made, number: int, **fields: Any) -> Result:
    result: Result = made["passing"](number, "boundaries")
    return replace(result, **fields)


def _compared(write_run: WriteRun, old: list[Result], new: list[Result], **fields: Any) -> Comparison:
    then, now = (write_run(results, folder=folder, **fields) for folder, results in (("old", old), ("new", new)))
    return compare(recorded(then.path), recorded(now.path))


def test_every_pair_of_verdicts_has_one_change() -> None:
    """Whatever a verdict was and is, the change follows from whether it was and is right, wrong, or not asked."""
    standing = {name: "n" if name == "not_applicable" else "r" if means.conformant else "w" for name, means in VERDICTS.items()}
    table = {"rr": "same", "rw": "regressed", "rn": "regressed", "wr": "repaired", "ww": "still_wrong", "wn": "withdrawn",
             "nr": "repaired", "nw": "regressed", "nn": "same"}  # fmt: skip
    for was in VERDICTS:
        for now in VERDICTS:
            assert table[standing[was] + standing[now]] == change_of(Seen("x", "s", was), Seen("x", "s", now))


def test_each_change_is_told_once(write_run: WriteRun, made: Made) -> None:
    """Broken, repaired, still wrong, otherwise right, unchanged, new and gone cases, whatever the order of the results."""
    otherwise = Answer("boundaries:005", "coded", (AnswerLine("S1", "77407", ("59",)),))
    old = [_passing(made, 1), made["failing"](2), made["failing"](3), _passing(made, 4), _passing(made, 5), _passing(made, 6)]
    new = [
        _passing(made, 7), _passing(made, 5, answer=otherwise), made["failing"](3), replace(made["failing"](1)),
        _passing(made, 4), _passing(made, 2, id="boundaries:002"),
    ]  # fmt: skip
    then = write_run(old, folder="old", suites={"boundaries": 6}, only=tuple(result.id for result in old))
    now = write_run(new, folder="new", suites={"boundaries": 6}, only=tuple(result.id for result in new))
    found = compare(recorded(then.path), recorded(now.path))

    expected = {"001": "regressed", "002": "repaired", "003": "still_wrong", "005": "changed", "006": "gone", "007": "new"}
    assert {f"boundaries:{number}": change for number, change in expected.items()} == _changes(found)
    counts: dict[str, int] = {**dict.fromkeys(CHANGES, 0), **dict.fromkeys(expected.values(), 1), "same": 1}
    assert counts == found.counts
    assert "regressed" == found.changes[0].change
    assert (True, 1) == (found.regressed, found.exit_code)
    assert {(cause.id, 1) for cause in made["failing"](1).causes} == {(cause.id, cause.cases) for cause in found.causes}


def test_the_order_of_results_does_not_matter(write_run: WriteRun, made: Made) -> None:
    """The same results in another order are the same run."""
    results = [_passing(made, number) for number in range(20)]
    found = _compared(write_run, results, results[::-1])
    assert ({**dict.fromkeys(CHANGES, 0), "same": 20}, 0) == (found.counts, found.exit_code)


def test_a_case_without_a_result_is_unanswered(write_run: WriteRun, made: Made) -> None:
    """A run that ended early has regressed in the cases that it did not reach."""
    found = _compared(write_run, [_passing(made, 1), _passing(made, 2)], [_passing(made, 1)], suites={"boundaries": 2})
    assert [("boundaries:002", "pass", "unanswered")] == [(case.id, case.was, case.now) for case in found.changes]
    assert 1 == found.exit_code


def test_a_new_finding_is_a_regression(write_run: WriteRun, made: Made) -> None:
    """A coder that became unstable regressed, whatever its answers; one that no longer is did not."""
    steady = write_run([_passing(made, 1)], folder="steady")
    unsteady = write_run(
        [_passing(made, 1)], [made["finding"]("unstable", "boundaries:001"), made["finished"]()], folder="unsteady"
    )
    there, back = compare(recorded(steady.path), recorded(unsteady.path)), compare(recorded(unsteady.path), recorded(steady.path))
    assert (1, ("unstable",), ()) == (there.exit_code, there.findings_new, there.findings_gone)
    assert (0, (), ("unstable",)) == (back.exit_code, back.findings_new, back.findings_gone)


def test_another_expectation_is_no_regression(write_run: WriteRun, made: Made) -> None:
    """Where the reference expects something else than it did, nothing is said of the vendor."""
    other = replace(made["failing"](1), expected=replace(made["failing"](1).expected, outcome="out_of_scope", lines=()))
    assert {"boundaries:001": "expectation"} == _changes(_compared(write_run, [_passing(made, 1)], [other]))


def test_a_report_stands_for_its_run(write_run: WriteRun, made: Made) -> None:
    """What is kept as report.json is compared as its run is, passing answers aside."""
    then = write_run([_passing(made, 1), made["failing"](2)], folder="old")
    now = write_run([made["failing"](1), _passing(made, 2)], folder="new")
    (kept,) = render(then.path, ["json"])
    by_report, by_run = (compare(recorded(path), recorded(now.path)) for path in (kept, then.path))
    assert by_run.counts == by_report.counts
    assert any("report.json" in remark for remark in by_report.remarks)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rule_set": "2027.1"}, "rule set 2026.1, the new one by 2027.1"),
        ({"version": "2.0"}, "version 1.0 in the old run and 2.0 in the new one"),
        ({"seed": 8}, "seed 7 in the old run and 8"),
        ({}, "other cases in the new run under the same version 1.0"),
    ],
)
def test_what_can_not_be_compared_is_said(write_run: WriteRun, made: Made, fields: dict[str, Any], said: str) -> None:
    """Other rules, versions, seeds or cases: exit 2, with what differs and which suites can be compared."""
    results = [_passing(made, 1), made["passing"](1, "published")]
    then = write_run(results, folder="old")
    known: dict[str, Any] = {"name": "boundaries", "version": "1.0", "digest": "ab" * 32, "cases": 1, "seed": 7}
    suite = SuiteRecord(**(known | {key: value for key, value in fields.items() if key != "rule_set"}))
    about = {key: value for key, value in fields.items() if key == "rule_set"}
    others = tuple(record for record in then.manifest.suites if record.name == "published")
    now = write_run(results, folder="new", **about)
    (now.path / "manifest.json").write_bytes(encode(replace(now.manifest, suites=(suite, *others))))
    with pytest.raises(UserError, match=said) as caught:
        compare(recorded(then.path), recorded(now.path))
    if "rule_set" not in fields:
        assert "--suite published" in str(caught.value)
        assert 0 == compare(recorded(then.path), recorded(now.path), ("published",)).exit_code
    done = rtconform("compare", then.path, now.path)
    assert (2, "") == (done.returncode, done.stdout)


def test_forms_say_the_same(write_run: WriteRun, made: Made) -> None:
    """Table, Markdown and page name the regression and its cause; hostile text stays text; the page needs no script."""
    hostile = "<script>alert(1)</script> | `x` \x1b[31m"
    then = write_run([_passing(made, 1)], folder="old")
    now = write_run([replace(made["failing"](1), explanation=hostile, title=hostile)], folder="new", vendor_name=hostile)
    found = compare(recorded(then.path), recorded(now.path))
    page = html.fromstring(as_html(found))
    assert [] == page.xpath("//script")
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    for text in (as_table(found), as_markdown(found), page.text_content()):
        assert "1 case regressed" in text.lower()
        assert "boundaries:001" in text
        assert all(cause.id in text for cause in made["failing"](1).causes)
        assert "\x1b" not in text
    assert "<script" not in as_markdown(found)
    assert r"\|" in as_markdown(found)


def test_the_command(write_run: WriteRun, made: Made) -> None:
    """The exit code comes from the regressions; JSON is a document of its published schema; a folder without a run is told."""
    then = write_run([_passing(made, 1)], folder="old")
    now = write_run([made["failing"](1)], folder="new")
    broken, better = rtconform("compare", then.path, now.path, "--format", "json"), rtconform("compare", now.path, then.path)
    assert (1, "") == (broken.returncode, broken.stderr)
    assert "rtconform.comparison/1" == json.loads(broken.stdout)["schema"]
    assert (0, "no regression: 1 repaired, 0 still wrong (exit code 0)") == (better.returncode, better.stdout.splitlines()[-1])
    lost = rtconform("compare", then.path, then.path.parent / "nothing")
    assert (2, True, False) == (lost.returncode, "not a run" in lost.stderr, "Traceback" in lost.stderr)
    torn = then.path.parent / "torn.json"
    torn.write_text("{")
    assert 2 == rtconform("compare", torn, now.path).returncode
