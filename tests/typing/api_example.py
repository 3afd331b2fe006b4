"""A user's own file: it uses all of the public API, and a type checker in strict mode knows what each part of it gives."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, assert_type

import pytest
from hypothesis import given
from hypothesis.strategies import SearchStrategy

import rtconform
from rtconform import strategies
from rtconform.generators.suites.suite import SuiteClaim


def my_coder(case: dict[str, Any]) -> dict[str, Any]:
    """Codes everything by the same code."""
    return {
        "id": case["id"],
        "outcome": "coded",
        "lines": [{"session": each["id"], "code": "77407"} for each in case["sessions"]],
    }


async def my_editor(claim: Mapping[str, object]) -> str:
    """Allows nothing and says so as JSON."""
    return f'{{"id": "{claim["id"]}", "lines": []}}'


def suites_and_items() -> None:
    """Suites, and what is in them."""
    assert_type(rtconform.suites(), tuple[rtconform.Suite, ...])
    suite = rtconform.suite("pairwise", seed=7)
    assert_type(suite, rtconform.Suite)
    assert_type(len(suite), int)
    assert_type(suite.seed, int)
    assert_type(rtconform.suite("clinic", count=3)[0], rtconform.Item)
    assert_type(suite["pairwise:7:000003"], rtconform.Item)
    for item in suite:
        assert_type(item, rtconform.Item)
        assert_type(item.id, str)
        assert_type(item.case, rtconform.Case)
        assert_type(item.data, dict[str, rtconform.Json])
        assert_type(item.judge(my_coder(item.data)), rtconform.Judgement)
        assert_type(item.check(my_coder(item.data)), rtconform.Verdict)
    assert_type(rtconform.suite("edits-claim")[0].claim, rtconform.Claim)


def what_is_right() -> None:
    """The reference's word on one case, one claim and one answer."""
    item = rtconform.suite("boundaries")["boundaries:surface-for-setup"]
    for coding in (rtconform.code(item), rtconform.code(item.case), rtconform.code(item.data), rtconform.code("{}")):
        assert_type(coding, rtconform.Coding)
        assert_type(coding.lines[0].code, str)
    assert_type(rtconform.edit(rtconform.suite("edits-claim")[0]), rtconform.Adjudication)
    answer = rtconform.Answer(item.id, "needs_review")
    judgement = rtconform.judge(item.case, answer)
    assert_type(judgement, rtconform.Judgement)
    assert_type(judgement.verdict, rtconform.Verdict)
    assert_type(judgement.explanation, str)
    rtconform.judge(rtconform.suite("edits-claim")[0].claim, rtconform.Disposition("C1", ()))


def runs(out: Path) -> None:
    """Runs of a callable, of a vendor, and of a vendor file."""
    run = rtconform.run(my_coder, ["published"])
    assert_type(run, rtconform.Run)
    assert_type(run.conformant, bool)
    assert_type(run.failures, tuple[rtconform.Result, ...])
    assert_type(run.results[0].verdict, rtconform.Verdict)
    assert_type(run.summary, rtconform.Summary)
    assert_type(run.manifest, rtconform.Manifest)
    assert_type(run.events, tuple[rtconform.Event, ...])
    assert_type(run.write(out, "html", "junit"), tuple[Path, ...])
    vendor = rtconform.vendor(my_editor, name="Mine", version="4.2", role="editor", timeout_s=1, workers=2)
    assert_type(vendor, rtconform.Vendor)
    rtconform.run(vendor, "edits-claim", out=out)
    rtconform.run("vendor.toml", ["published", "boundaries"], seed=3, only=["published:scenario-1"], out=out, resume=True)
    coder: rtconform.Coder = my_coder
    returned: rtconform.GivenAnswer = my_coder({})
    del coder, returned


def errors(document: str) -> str:
    """Every error that is raised on purpose."""
    try:
        rtconform.code(document)
    except rtconform.DocumentError as error:
        assert_type(error.faults, tuple[rtconform.Fault, ...])
        return str(error)
    except (rtconform.SuiteFileError, rtconform.UserError, rtconform.VendorUnreachable, rtconform.RecordsChanged) as error:
        assert_type(error.exit_code, int)
    except rtconform.RtconformError as error:
        assert_type(error.exit_code, int)
    return f"rtconform {rtconform.__version__}, rule set {rtconform.RULE_SET}"


@rtconform.parametrize("boundaries")
def test_my_coder(case: rtconform.Item) -> None:
    """One test for each case."""
    case.check(my_coder(case.data))


@given(strategies.cases(technique="vmat"))
def test_ids_come_back(case: rtconform.Case) -> None:
    """A property of every treatment of the space."""
    assert rtconform.code(case).id == case.id


assert_type(rtconform.parametrize("published", seed=1, count=None, argument="item"), pytest.MarkDecorator)
assert_type(strategies.edges(), SearchStrategy[rtconform.Case])
assert_type(strategies.claims(faults=1), SearchStrategy[SuiteClaim])
