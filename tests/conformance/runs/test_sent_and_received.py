"""What was sent and what came stand with a result, where they are not our own JSON: bounded, escaped, without secrets."""

import asyncio
import shutil
import sys
from itertools import islice
from pathlib import Path

import pytest

from rtconform.conformance.runs.folder import RunFolder
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import cases
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reports.writers.formats import render
from tests.helpers import ROOT

ONLY = ("published:scenario-1-hospital-facility", "published:scenario-3-hospital-facility")
TEMPLATE = "<ask><id>{{ case.id }}</id><technique>{{ case.plans[0].technique }}</technique></ask>\n"
CODER = """\
import os, re, sys
for line in sys.stdin:
    case = re.search("<id>(.*?)</id>", line)[1]
    said = f"<says>{'x' * int(sys.argv[1])}</says><is>out_of_scope</is>"
    print(f"<reply key='{os.environ['KEY']}'><of>{case}</of>{said}</reply>", flush=True)
"""
RESPONSE = '[response]\nformat = "xml"\nid = "reply.of"\noutcome = "reply.is"\nlines = "`[]`"\n'
VENDORS = ROOT / "tests" / "vendors"
SECRET = "Tr0ub4dor-and-3"  # noqa: S105 - made up


def _ran(folder: Path, monkeypatch: pytest.MonkeyPatch, length: int = 3) -> RunFolder:
    monkeypatch.setenv("ACME_KEY", SECRET)
    (folder / "coder.py").write_text(CODER)
    (folder / "ask.j2").write_text(TEMPLATE)
    command = [sys.executable, "-S", "coder.py", str(length)]
    (folder / "vendor.toml").write_text(
        '[vendor]\nname = "V"\nversion = "1"\n[request]\ntemplate = "ask.j2"\n'
        f'[adapter]\nkind = "cli"\ncommand = {command!r}\nenv = {{ KEY = "${{ACME_KEY}}" }}\n{RESPONSE}'
    )
    planned = plan_run(folder / "vendor.toml", ["published"], seed=1, only=ONLY)
    asyncio.run(run_to_folder(planned, folder / "run", resume=False))
    return RunFolder(folder / "run")


def test_a_rendered_request_and_a_raw_reply_are_kept_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor behind a template: a failing result has the request as rendered and the reply as it came, and so have reports."""
    results = list(_ran(tmp_path, monkeypatch).results())
    assert ["fail"] * 2 == [result.verdict for result in results]
    for result in results:
        assert f"<ask><id>{result.id}</id><technique>" in result.sent
        assert f"<reply key='[secret ACME_KEY]'><of>{result.id}</of>" in result.received
    render(tmp_path / "run", ("html", "junit", "tap"))
    written = {file.suffix: file.read_text() for file in (tmp_path / "run").iterdir() if file.is_file()}
    assert SECRET not in "".join(written.values())
    for suffix in (".html", ".xml"):
        assert "&lt;ask&gt;&lt;id&gt;" in written[suffix]
        assert "[secret ACME_KEY]" in written[suffix]
        assert "<ask>" not in written[suffix]
    assert f"<ask><id>{ONLY[0]}</id>" in written[".tap"]


def test_what_came_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a reply of half a megabyte the first 4 kB are kept."""
    assert [4096] * 2 == [len(result.received) for result in _ran(tmp_path, monkeypatch, 500_000).results()]


def test_messages_of_the_trade_are_kept(tmp_path: Path) -> None:
    """A vendor that answers in a format: a result that fails has what was sent and what came, one that passes neither."""
    for name in ("csv_coder", "correct"):
        shutil.copytree(VENDORS / name, tmp_path / name)
    file = tmp_path / "csv_coder" / "vendor.toml"
    file.write_text(file.read_text().replace('"coder.py"]', '"coder.py", "forgets-modifiers"]'))
    planned = plan_run(file, ["published"], seed=1)
    asyncio.run(run_to_folder(planned, tmp_path / "run", resume=False))
    verdicts = set()
    for result in RunFolder(tmp_path / "run").results():
        verdicts.add(result.verdict)
        shows = result.verdict in ("fail", "accepted")
        assert shows == ("rtconform.case/1" in result.sent), result
        assert shows == ("Account;Visit;DOS" in result.received), result
    assert {"pass", "fail"} <= verdicts


def test_our_own_json_is_not_kept_twice(tmp_path: Path) -> None:
    """Where the case goes out as it is, it stands in the result as the case alone."""
    planned = plan_run(VENDORS / "all_77407" / "vendor.toml", ["published"], seed=1)
    asyncio.run(run_to_folder(planned, tmp_path / "run", resume=False))
    failing = [result for result in RunFolder(tmp_path / "run").results() if result.verdict == "fail"]
    assert failing
    assert {("", "")} == {(result.sent, result.received) for result in failing}


def test_a_case_put_in_another_way_is_kept_as_it_was_put(tmp_path: Path) -> None:
    """Suite `invalid`: beside the verdict stands the document that was sent."""
    suite = any_suite("invalid")
    planned = plan_run(
        VENDORS / "all_77407" / "vendor.toml", ["invalid"], seed=1, only=[item.id for item in islice(cases(suite, 1), 20)]
    )
    asyncio.run(run_to_folder(planned, tmp_path / "run", resume=False))
    for result in RunFolder(tmp_path / "run").results():
        item = suite.case(*suite.index_of(result.id))
        assert (result.verdict == "fail") == bool(result.sent)
        assert item.wire.decode(errors="replace")[:4000].startswith(result.sent.removesuffix(" …")[:4000])
