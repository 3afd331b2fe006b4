"""The public API as a Python program uses it: suites, what is right, judging, and runs with and without a folder."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

import rtconform
from rtconform.conformance.runs.folder import RunFolder
from rtconform.reports.figures.summary import summarise
from tests.helpers import VENDORS

THREE_FAULTS = VENDORS / "three_faults" / "vendor.toml"


def all_77407(case: dict[str, Any]) -> dict[str, Any]:
    """Codes everything by the same code."""
    return {
        "id": case["id"],
        "outcome": "coded",
        "lines": [{"session": each["id"], "code": "77407"} for each in case["sessions"]],
    }


async def denies_all(claim: dict[str, Any]) -> str:
    """Denies every line, as JSON text, after a pause."""
    await asyncio.sleep(0)
    return json.dumps(
        {"id": claim["id"], "lines": [{"number": line["number"], "disposition": "deny"} for line in claim["lines"]]}
    )


@pytest.mark.parametrize("suite", rtconform.suites(), ids=lambda suite: suite.name)
def test_every_suite_opens(suite: rtconform.Suite) -> None:
    """Its length, its items by place and by id, from either end, agree."""
    first, last = suite[0], suite[-1]
    assert first == suite[first.id]
    assert last == suite[len(suite) - 1]
    assert first.id == next(iter(suite)).id
    assert first.id.startswith(f"{suite.name}:")
    with pytest.raises(IndexError, match=f"suite {suite.name} has {len(suite)} items, none at place {len(suite)}"):
        suite[len(suite)]


def test_seed_and_count_choose_the_cases() -> None:
    """Another seed, other cases; a count, as many."""
    assert 3 == len(list(rtconform.suite("clinic", count=3)))
    assert rtconform.suite("pairwise", seed=7)[0].data != rtconform.suite("pairwise", seed=8)[0].data
    with pytest.raises(rtconform.UserError, match="no suite 'publishd'"):
        rtconform.suite("publishd")
    with pytest.raises(rtconform.UserError, match="did you mean 'boundaries:surface-for-setup'"):
        rtconform.suite("boundaries")["boundaries:surface-setup"]


def test_a_case_is_coded_in_every_form() -> None:
    """An item, a Case, a dict, JSON text and bytes of one case have one coding."""
    item = rtconform.suite("boundaries")["boundaries:surface-for-setup"]
    forms: list[Any] = [item, item.case, item.data, item.wire.decode(), item.wire, json.dumps(item.data, indent=2)]
    assert [rtconform.code(item.case)] * len(forms) == [rtconform.code(form) for form in forms]


def test_a_claim_is_edited_in_every_form() -> None:
    """The same for claims."""
    item = rtconform.suite("edits-claim")[3]
    forms: list[Any] = [item, item.claim, item.data, item.wire.decode(), item.wire]
    assert [rtconform.edit(item.claim)] * len(forms) == [rtconform.edit(form) for form in forms]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"id": "x"}, "<case>: Object missing required field"),
        ("{", "<case>: "),
        (b"\xff", "<case>: "),
        ({"id": {1, 2}, 3: object()}, "<case>: JSON can't hold it"),
        (7, "int is not a case: give a Case, a dict or JSON text"),
    ],
)
def test_what_is_not_a_case_is_refused_in_words(given: Any, said: str) -> None:
    """No traceback of a library's: a UserError that says what is wrong."""
    for use in (rtconform.code, lambda it: rtconform.judge(it, {})):
        with pytest.raises(rtconform.UserError) as caught:
            use(given)
        assert said in str(caught.value)


def test_ids_that_are_there_twice_are_faults() -> None:
    """Of a dict, and of a Case that a program made itself."""
    data: Any = rtconform.suite("boundaries")[0].data
    data["sessions"] *= 2
    with pytest.raises(rtconform.DocumentError, match="duplicate") as caught:
        rtconform.code(data)
    assert ["$.sessions[1].id"] == [fault.path for fault in caught.value.faults]


def test_an_answer_is_judged_as_in_a_run() -> None:
    """Every result of a run: its verdict, rules and explanation are those that `judge` gives for its answer."""
    run = rtconform.run(all_77407, "boundaries")
    suite = rtconform.suite("boundaries")
    for result in run.results:
        assert result.answer is not None
        judged = rtconform.judge(suite[result.id].case, result.answer)
        assert rtconform.Judgement(result.verdict, result.rules, result.explanation) == judged
        assert judged == rtconform.judge(suite[result.id].data, all_77407(suite[result.id].data))


def test_a_disposition_is_judged() -> None:
    """Whatever way the claim is given in: a document says itself whether it is a claim."""
    item = rtconform.suite("edits-claim")[0]
    answer = asyncio.run(denies_all(item.data))
    assert len({rtconform.judge(form, answer).verdict for form in (item, item.claim, item.data, item.wire)}) == 1
    bare = {key: value for key, value in item.data.items() if key != "schema"}
    assert rtconform.judge(item, answer) == rtconform.judge(bare, answer)


@pytest.mark.parametrize(
    ("answer", "verdict", "said"),
    [
        ({}, "invalid", "not an answer in the agreed form: Object missing required field `id`"),
        ("{", "invalid", "not an answer in the agreed form"),
        (None, "invalid", "not an answer in the agreed form"),
        ({"id": "x", "outcome": "coded", "lines": []}, "invalid", "the answer's id is 'x', the case's"),
        ({"error": "no such plan"}, "error", "the coder says: no such plan"),
    ],
)
def test_what_is_not_an_answer_is_invalid(answer: Any, verdict: str, said: str) -> None:
    """It is a verdict, as in a run, and not an error."""
    judged = rtconform.judge(rtconform.suite("boundaries")[0], answer)
    assert verdict == judged.verdict
    assert said in judged.explanation


def test_a_case_that_is_not_sound_has_no_case() -> None:
    """Suite `invalid`: what is sent can be had, and an answer judged; that it is not a case, or no JSON, is said in words."""
    suite = rtconform.suite("invalid")
    review = [{"id": item.id, "outcome": "needs_review"} for item in suite]
    assert {"pass"} == {item.judge(answer).verdict for item, answer in zip(suite, review, strict=True)}
    with pytest.raises(rtconform.UserError, match=r"is not a sound case: use \.wire"):
        suite[0].case  # noqa: B018 - looking is the test
    with pytest.raises(rtconform.UserError, match=r"is a case, not a claim: use \.case"):
        suite[0].claim  # noqa: B018 - the same
    torn = [item for item in suite if not item.wire.endswith(b"}")]
    assert torn
    with pytest.raises(rtconform.UserError, match=r"is not a JSON object, on purpose"):
        torn[0].data  # noqa: B018 - the same


def test_a_callable_is_run_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results, failures and numbers are at hand; the working folder stays empty."""
    monkeypatch.chdir(tmp_path)
    run = rtconform.run(all_77407, ["published"])
    assert not run.conformant
    assert 1 == run.exit_code
    assert 71 == len(run.results)
    assert run.summary.counts["fail"] == len(run.failures) == 55
    assert "<Run of all_77407: not conformant; 16 pass, 55 fail>" == repr(run)
    assert [] == list(tmp_path.iterdir())


def test_a_run_is_written_when_asked_for(tmp_path: Path) -> None:
    """The folder is a run folder like any other, gets further reports later, and is not taken by another run."""
    run = rtconform.run(all_77407, ["published"])
    assert (tmp_path / "run" / "report.html", tmp_path / "run" / "junit.xml") == run.write(tmp_path / "run", "html", "junit")
    assert run.summary == summarise(RunFolder(tmp_path / "run"))
    assert run.results == tuple(RunFolder(tmp_path / "run").results())
    assert (tmp_path / "run" / "results.csv",) == run.write(tmp_path / "run", "csv")
    assert run.results == tuple(RunFolder(tmp_path / "run").results())
    # a callable has no vendor file: no report tells anybody to run one
    assert "rtconform run" not in (tmp_path / "run" / "junit.xml").read_text("utf-8")
    with pytest.raises(rtconform.UserError, match="already holds a run"):
        rtconform.run(all_77407, ["boundaries"]).write(tmp_path / "run")


@pytest.mark.slow
def test_a_folder_and_memory_hold_the_same(tmp_path: Path) -> None:
    """A vendor file run into a folder, and without one: equal but for the times."""
    kept = rtconform.run(THREE_FAULTS, ["published"])
    written = rtconform.run(str(THREE_FAULTS), "published", out=tmp_path / "run")
    assert [(result.id, result.verdict) for result in kept.results] == [(result.id, result.verdict) for result in written.results]
    assert kept.summary.counts == written.summary.counts
    assert [event.kind for event in kept.events] == [event.kind for event in written.events]
    again = rtconform.run(THREE_FAULTS, "published", out=tmp_path / "run", resume=True)
    assert written.results == again.results


def test_an_editor_is_known_by_its_suite() -> None:
    """A callable that is run on claims is an editor; it may be a coroutine."""
    run = rtconform.run(denies_all, "edits-claim", only=["edits-claim:1:000000"])
    assert "editor" == run.manifest.vendor.role
    assert 1 == len(run.results)
    assert run.results[0].disposition is not None


def test_a_run_inside_an_event_loop() -> None:
    """It has a loop of its own, in a thread of its own; so has a program that it starts."""

    async def inside() -> tuple[rtconform.Run, rtconform.Run]:
        called = rtconform.run(all_77407, ["published"])
        started = await asyncio.to_thread(rtconform.run, THREE_FAULTS, ["published"])
        return called, started

    called, started = asyncio.run(inside())
    assert 55 == len(called.failures)
    assert 16 == len(started.failures)


def test_a_vendor_of_ones_own() -> None:
    """Its name and version are the report's; what no vendor file may say is refused."""
    vendor = rtconform.vendor(all_77407, name="Mine", version="4.2")
    assert ("Mine", "4.2") == (vendor.record().name, vendor.record().version)
    assert rtconform.vendor(THREE_FAULTS).name == "Three Faults Coder"
    given: list[tuple[dict[str, Any], str]] = [
        ({"timeout_s": 0}, "timeout_s=0"),
        ({"workers": 0}, "workers=0"),
        ({"version": ""}, "name and version of a vendor"),
    ]
    for wrong, said in given:
        with pytest.raises(rtconform.UserError, match=said):
            rtconform.vendor(all_77407, **wrong)
    with pytest.raises(rtconform.UserError, match="int is not a vendor: give a callable"):
        rtconform.run(7, ["published"])  # type: ignore[arg-type] # on purpose


def test_what_a_callable_does_wrong_is_a_verdict() -> None:
    """What it raises is told with its case, and a call that hangs is a timeout."""

    def raises(case: dict[str, Any]) -> dict[str, Any]:
        raise KeyError(case["id"])

    run = rtconform.run(raises, "published", only=["published:scenario-2-hospital-facility"])
    assert ["error"] == [result.verdict for result in run.results]
    assert "KeyError" in run.results[0].explanation


def test_resume_needs_a_folder() -> None:
    """Nothing can be gone on with in memory."""
    with pytest.raises(rtconform.UserError, match="resume needs out"):
        rtconform.run(all_77407, ["published"], resume=True)
