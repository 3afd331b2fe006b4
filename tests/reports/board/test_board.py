"""The board: what it says of many runs, that it is the same however it was built, and that no vendor's text acts on it."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from playwright.sync_api import Page

from rtconform.conformance.records import Result, SuiteRecord
from rtconform.conformance.runs.folder import RunFolder
from rtconform.jobs.board import build_board
from rtconform.reference.documents.wire import encode
from rtconform.reports.board.document import (
    STANDINGS,
    Board,
    CertificateSeen,
    FaultSeen,
    RunSeen,
    Standing,
    SuiteSeen,
    VendorSeen,
)  # fmt: skip
from rtconform.reports.board.history import compared, latest, lives
from rtconform.reports.board.page import PAGES, file_names, files_of
from rtconform.reports.board.tables import last_certificate
from tests.helpers.command import rtconform
from tests.reports.conftest import HOSTILE, STARTED, WriteRun, failing, other, passing

ON = ("--on", "2026-11-29")
OLD = [passing(1), failing(1), other(2, "declined")]
NEW = [passing(1), failing(1), replace(failing(2), causes=())]


def built(out: Path, *places: object) -> dict[str, Any]:
    """The board of these places, as data."""
    done = rtconform("board", *places, "--out", out, *ON)
    assert 0 == done.returncode, done.stderr
    found: dict[str, Any] = json.loads((out / "board.json").read_text())
    return found


def published(out: Path) -> dict[str, bytes]:
    """What a programme publishes: all but the hidden file."""
    return {path.name: path.read_bytes() for path in out.iterdir() if not path.name.startswith(".")}


def later(number: int) -> dt.datetime:
    return STARTED + dt.timedelta(days=number)


def test_versions_over_time(write_run: WriteRun, tmp_path: Path) -> None:
    """A version's faults are told from those of the run before it; another suite is another history; a part shows nothing."""
    first = write_run(OLD, folder="1", vendor_version="1")
    fixed = [passing(1), failing(1), replace(passing(2), id="boundaries:002", suite="boundaries")]
    second = write_run(fixed, folder="2", vendor_version="2", started_at=later(1))
    part = write_run([failing(1)], folder="3", vendor_version="3", started_at=later(2), only=("boundaries:001",))
    elsewhere = write_run([passing(1)], folder="4", vendor_version="2", started_at=later(3))
    (vendor,) = built(tmp_path / "board", first.path, second.path, part.path, elsewhere.path)["vendors"]

    runs = vendor["runs"]
    assert ["1", "2", "3", "2"] == [run["version"] for run in runs]
    assert [([], [], [])] * 2 == [(run["told_from"], run["new_faults"], run["gone_faults"]) for run in (runs[0], runs[2])]
    told: tuple[list[str], ...] = (["boundaries", "published"], [], ["L2-SINGLE/declined"])
    assert told == tuple(sorted(runs[1][name]) for name in ("told_from", "new_faults", "gone_faults"))
    assert [("boundaries", runs[1]["id"]), ("published", runs[3]["id"])] == [
        (one["suite"], one["run"]) for one in vendor["latest"]
    ]
    page = (tmp_path / "board" / vendor["page"]).read_text()
    assert "no longer seen:" in page
    assert "only 1 case of its suites" in page


def shown(*numbers: int) -> list[Result]:
    """Suite `published` without a fault, `boundaries` with a fault in these cases."""
    return [passing(1), *(with_a_fault(number) if number in numbers else passing(number, "boundaries") for number in (1, 2))]


def with_a_fault(number: int) -> Result:
    found = failing(number)
    return replace(found, causes=found.causes[:1])


def test_a_fault_is_born_once_and_fixed_once(write_run: WriteRun, tmp_path: Path) -> None:
    """A run of one suite in between neither ends nor begins a fault of another; the same fault that comes back has a second life."""
    runs = [shown(1), shown(), [passing(1)], shown(1), [passing(1)], shown()]
    for number, results in enumerate(runs):
        write_run(results, folder=f"runs/{number}", vendor_version=f"v{number}", started_at=later(number))
    (vendor,) = built(tmp_path / "board", tmp_path / "runs")["vendors"]
    version = {run["id"]: run["version"] for run in vendor["runs"]}
    cause = vendor["lives"][0]["cause"]
    assert [([], []), ([], [cause]), ([], []), ([cause], []), ([], []), ([], [cause])] == [
        (run["new_faults"], run["gone_faults"]) for run in vendor["runs"]
    ]
    found = [
        (one["cause"], version[one["first"]], version[one["until"]], one["standing"], one["born"]) for one in vendor["lives"]
    ]
    assert [(cause, "v3", "v5", "gone", True), (cause, "v0", "v1", "gone", False)] == found


def test_what_was_asked_with_another_seed_ends_no_fault(write_run: WriteRun, tmp_path: Path) -> None:
    """Other cases that show nothing prove nothing: the fault is neither there nor gone until the same cases are asked."""
    for number, (seed, results) in enumerate([(1, [with_a_fault(1)]), (2, [passing(1, "boundaries")])]):
        run = write_run(results, folder=f"runs/{number}", seed=seed, started_at=later(number))
        asked_now = replace(run.manifest, suites=(SuiteRecord("boundaries", "1.0", f"{seed}" * 64, 1, seed),))
        (run.path / "manifest.json").write_bytes(encode(asked_now) + b"\n")
    (vendor,) = built(tmp_path / "board", tmp_path / "runs")["vendors"]
    assert ["not_asked_again"] == [one["standing"] for one in vendor["lives"]]
    assert [[], []] == [run["gone_faults"] for run in vendor["runs"]]


causes = st.frozensets(st.sampled_from("abc"))
asked = st.fixed_dictionaries(
    {}, optional={"one": st.tuples(st.sampled_from("12"), causes), "two": st.tuples(st.just("1"), causes)}
)


@given(st.lists(asked.filter(bool), max_size=8))
def test_every_fault_has_one_life_at_a_time(history: list[dict[str, tuple[str, frozenset[str]]]]) -> None:
    """Whatever suites are asked in whatever order: what is new was not there, what is gone was, and what is there is shown."""
    runs = compared(_run_of(number, suites) for number, suites in enumerate(history))
    found = lives(runs)
    there = {fault.cause for one in latest(runs) for run in runs if run.id == one.run
             for suite in run.suites if suite.name == one.suite for fault in suite.faults}  # fmt: skip
    assert there == {one.cause for one in found if one.standing == "there"}
    assert sum(len(run.gone_faults) for run in runs) == sum(one.standing == "gone" for one in found)
    assert sum(len(run.new_faults) for run in runs) == sum(one.born for one in found)
    for cause in "abc":
        ordered = sorted((int(one.first), int(one.until or 99)) for one in found if one.cause == cause)
        assert all(first < until for first, until in ordered)
        assert all(one[1] <= after[0] for one, after in pairwise(ordered))


def _run_of(number: int, suites: dict[str, tuple[str, frozenset[str]]]) -> RunSeen:
    seen = tuple(
        SuiteSeen(name, "1", digest, not faults, 3, len(faults), {}, tuple(FaultSeen(one, one, 1, ()) for one in sorted(faults)))
        for name, (digest, faults) in suites.items()
    )
    at = STARTED + dt.timedelta(days=number)
    return RunSeen(str(number), "v", "r", "practice", 1, at, True, False, "x", "", seen, {}, (), (), None)


def test_a_certificate_is_shown_with_its_version_and_its_days() -> None:
    """A certificate that expires soon says so, and is told from the version of the last run; one that expired has no days left."""
    soon = replace(CERTIFICATE, version="1.0", valid_until=STARTED + dt.timedelta(days=30))
    run = _run_of(0, {"one": ("1", frozenset())})
    ran = VendorSeen("Acme", "coder", "vendor-a.html", "badge-a.svg", (run,), latest((run,)), (soon,))
    gone = VendorSeen("Gone", "coder", "vendor-g.html", "badge-g.svg", (), (), (replace(soon, standing="expired"),))
    files = files_of(Board(STARTED.date(), "Board", (ran, gone), ()))
    first = files["index.html"].decode()
    assert 1 == first.count("days left")
    assert "30 days left" in first
    assert "not the version of the last run" in first
    assert "about version 1.0; the last run was of version v" in files["vendor-a.html"].decode()
    assert b"version 1.0: held out certificate until 2026-04-08" in files["badge-a.svg"]
    listed = files["certificates.html"].decode()
    assert listed.index("Acme") < listed.index("Gone")


def test_a_suite_that_was_asked_again_counts_once(write_run: WriteRun, tmp_path: Path) -> None:
    """A run of two suites, one of which a later run answers rightly: the vendor is conformant, and no case counts twice."""
    both = [passing(1), failing(1), failing(2)]
    first = write_run(both, folder="1", vendor_version="1")
    second = write_run([passing(n, "boundaries") for n in range(3)], folder="2", vendor_version="2", started_at=later(1))
    (vendor,) = built(tmp_path / "board", first.path, second.path)["vendors"]

    assert ["boundaries", "published"] == [one["suite"] for one in vendor["latest"]]
    page = (tmp_path / "board" / "index.html").read_text()
    assert "✓ conformant</strong> in published, boundaries" in page
    assert "✗ not conformant" not in page
    assert '<td data-label="Wrong" class="tight">0 of 4</td>' in page
    assert "conformant in practice" in (tmp_path / "board" / vendor["badge"]).read_text()


def test_first_page(make_run: Callable[[str], RunFolder], write_run: WriteRun, tmp_path: Path) -> None:
    """Vendors by rule and by fault, in numbers of their latest runs."""
    good = write_run([passing(number) for number in range(4)], folder="good", vendor_name="Zebra")
    built(tmp_path / "board", make_run("some").path, good.path)
    first, rules, faults = ((tmp_path / "board" / name).read_text() for name in ("index.html", "rules.html", "faults.html"))
    assert first.index("Acme RadOnc Coder") < first.index("Zebra")
    assert '<td data-label="Zebra" class="cell c-right">4 <span class="of">of 4</span></td>' in rules
    assert "SCOPE-DELETED/deleted-code" in faults


def test_six_vendors_beside_each_other(write_run: WriteRun, tmp_path: Path) -> None:
    """Of fifteen vendors every table has at most six, each vendor is in one, and editors stand apart from coders."""
    for number in range(15):
        name, role = f"Vendor {number:02}", "editor" if number == 14 else "coder"
        write_run([failing(1)], folder=f"runs/{number}", vendor_name=name, vendor_role=role, started_at=later(number))
    built(tmp_path / "board", tmp_path / "runs")
    for kind in ("rule", "fault"):
        page = (tmp_path / "board" / f"{kind}s.html").read_text()
        captions = [f"Coders by {kind} ({number} of 3)" for number in (1, 2, 3)] + [f"Editors by {kind}"]
        tables = [page.partition(f"<caption>{caption}</caption>")[2].partition("</thead>")[0] for caption in captions]
        assert [6, 6, 2, 1] == [table.count('href="vendor-') for table in tables]


def test_names_that_read_the_same(write_run: WriteRun, tmp_path: Path) -> None:
    """Two vendors are two, and what tells them apart can be seen; a name that nobody could mistake stands as it is."""
    names = ("Acme", "Ac\u200bme", "Other", "\u202eevil")
    runs = [write_run([passing(1)], folder=str(n), vendor_name=name, started_at=later(n)).path for n, name in enumerate(names)]
    vendors = built(tmp_path / "board", *runs)["vendors"]
    expected = {"Acme": "Acme", "Ac\u200bme": "Ac\\u200bme", "Other": "", "\u202eevil": "\\u202eevil"}
    assert expected == {vendor["name"]: vendor["written"] for vendor in vendors}
    assert "written <code>Ac\\u200bme</code>" in (tmp_path / "board" / "index.html").read_text()


def test_as_of_a_day(write_run: WriteRun, tmp_path: Path) -> None:
    """A run that began after the day of the board is left out, and counted; a board of the past can be built again."""
    then = write_run([failing(1)], folder="runs/1", vendor_version="1")
    write_run([passing(1)], folder="runs/2", vendor_version="2", started_at=dt.datetime(2026, 11, 30, tzinfo=dt.UTC))
    found = built(tmp_path / "board", tmp_path / "runs")
    assert (["1"], 1) == ([run["version"] for run in found["vendors"][0]["runs"]], found["later"])
    assert "left out" in (tmp_path / "board" / "index.html").read_text()
    assert found["vendors"] == built(tmp_path / "past", then.path)["vendors"]


def test_a_name_without_end_is_no_name(write_run: WriteRun, tmp_path: Path) -> None:
    """A run whose vendor has a name of megabytes is told, and the board stays small."""
    endless = write_run([passing(1)], folder="endless", vendor_name="x" * 1_000_000)
    good = write_run([passing(1)], folder="good")
    done = rtconform("board", endless.path, good.path, "--out", tmp_path / "board", *ON)
    assert 2 == done.returncode
    assert "1,000,000 characters" in done.stderr
    assert 250_000 > sum(len(content) for content in published(tmp_path / "board").values())


CERTIFICATE = CertificateSeen(
    "0", "valid", "1", "held_out", "2026.1", STARTED, STARTED, ("certify 1",), (), (), (), (), "", (), (), ()
)  # fmt: skip


@given(st.lists(st.sampled_from(list(STANDINGS)), min_size=1, max_size=8))
def test_what_proves_less_pushes_nothing_aside(standings: list[Standing]) -> None:
    """In whatever order bundles come: one that does not verify, or is nobody's word, stands only where no other does."""
    certificates = tuple(replace(CERTIFICATE, id=str(place), standing=one) for place, one in enumerate(standings))
    found = last_certificate(VendorSeen("Acme", "coder", "p", "b", (), (), certificates))
    assert found is not None
    if "valid" in standings:
        assert "valid" == found.standing
    elif {"expired", "refused"} & {*standings}:
        assert found.standing in ("expired", "refused")
    elif {*standings} != {"not_valid"}:
        assert "not_valid" != found.standing
    assert found.id == max((one.id for one in certificates if one.standing == found.standing), key=int)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_what_is_given_makes_no_difference(write_run: WriteRun, tmp_path: Path, order: tuple[int, ...]) -> None:
    """The same runs give the same files, also where a run is given twice: by itself and in its folder."""
    runs = [write_run([failing(n)], folder=f"runs/{n}", vendor_name=f"V{n % 2}", started_at=later(n)).path for n in range(3)]
    built(tmp_path / "a", *runs)
    built(tmp_path / "b", *(runs[place] for place in order), tmp_path / "runs")
    assert published(tmp_path / "a") == published(tmp_path / "b")


def test_built_again_it_is_as_if_built_anew(write_run: WriteRun, tmp_path: Path) -> None:
    """Runs that came, went and changed since the last time: the files are those of a board built from nothing."""
    runs = tmp_path / "runs"
    for number in range(3):
        write_run([failing(number)], folder=f"runs/{number}", vendor_name=f"V{number}")
    before = built(tmp_path / "board", runs)
    shutil.rmtree(runs / "0")
    with (runs / "1" / "results.jsonl").open("ab") as stream:
        stream.write(b"")
    shutil.rmtree(runs / "2")
    write_run([passing(2)], folder="runs/2", vendor_name="V2")
    write_run([failing(3)], folder="runs/3", vendor_name="V3")
    again, anew = (built(tmp_path / name, runs) for name in ("board", "anew"))
    assert again == anew != before
    assert published(tmp_path / "anew") == published(tmp_path / "board")


def test_only_what_changed_is_read(write_run: WriteRun, tmp_path: Path) -> None:
    """What was read is kept by the content of the records: a kept reading is used, whatever it says."""
    run = write_run([failing(1)], folder="run", vendor_version="1")
    built(tmp_path / "board", run.path)
    cache = tmp_path / "board" / ".rtconform-board.json"
    cache.write_text(cache.read_text().replace('"version":"1"', '"version":"read before"'))
    (vendor,) = built(tmp_path / "board", run.path)["vendors"]
    assert "read before" == vendor["runs"][0]["version"]


def test_what_can_not_be_read_costs_itself(write_run: WriteRun, tmp_path: Path) -> None:
    """A damaged run and a file that is no bundle are named in words, on the board too, without where they lie; others stand."""
    write_run([passing(1)], folder="secret place/good")
    damaged = write_run([passing(1)], folder="secret place/damaged").path
    (damaged / "manifest.json").write_text("{")
    (tmp_path / "secret place" / "notes.zip").write_text("not a bundle")
    done = rtconform("board", tmp_path / "secret place", "--out", tmp_path / "board", *ON)
    assert 2 == done.returncode
    assert "2 of these could not be read; the others are on the board:" in done.stderr
    found = json.loads((tmp_path / "board" / "board.json").read_text())
    assert ["damaged", "notes.zip"] == [one["name"] for one in found["unread"]]
    assert 1 == len(found["vendors"])
    assert all(b"secret place" not in content for content in published(tmp_path / "board").values())
    page = (tmp_path / "board" / "index.html").read_text()
    assert "2 places could not be read" in page


@pytest.mark.parametrize("holds", ["file", "folder", "link"])
def test_no_other_folder_is_written_over(write_run: WriteRun, tmp_path: Path, holds: str) -> None:
    """A folder that holds anything else is left as it is."""
    run = write_run([passing(1)], folder="run").path
    out = tmp_path / "mine"
    if holds == "file":
        out.write_text("mine")
    elif holds == "folder":
        out.mkdir()
        (out / "index.html").write_text("mine")
    else:
        out.symlink_to(run)
    done = rtconform("board", run, "--out", out, *ON)
    assert 2 == done.returncode
    assert "give --out a new folder" in done.stderr
    assert not (run / "board.json").exists()
    assert holds != "folder" or "mine" == (out / "index.html").read_text()


def test_files_of_a_board_that_somebody_laid_there_stay(write_run: WriteRun, tmp_path: Path) -> None:
    """A build removes what an earlier one wrote and no other file; it follows no link."""
    run = write_run([passing(1)], folder="run", vendor_name="One").path
    (first,) = built(tmp_path / "board", run)["vendors"]
    (tmp_path / "board" / "CNAME").write_text("board.example")
    (tmp_path / "outside").write_text("mine")
    (tmp_path / "board" / "index.html").unlink()
    (tmp_path / "board" / "index.html").symlink_to(tmp_path / "outside")
    other_run = write_run([passing(1)], folder="other", vendor_name="Two").path
    built(tmp_path / "board", other_run)
    assert "board.example" == (tmp_path / "board" / "CNAME").read_text()
    assert "mine" == (tmp_path / "outside").read_text()
    assert not (tmp_path / "board" / first["page"]).exists()


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_name_of_a_vendor_leads_anywhere(one: str, another: str) -> None:
    """Files are in the board's own folder, whatever a vendor is called, and two vendors never share one."""
    for name in file_names(one, "coder"):
        assert Path(name).name == name
        assert name.isascii()
        assert name.startswith(("vendor-", "badge-"))
    assert (one == another) == (file_names(one, "coder") == file_names(another, "coder"))
    assert not {*file_names(one, "coder")} & {*file_names(one, "editor")}


def test_hostile_text_is_text(make_run: Callable[[str], RunFolder], tmp_path: Path) -> None:
    """Nothing of a vendor's is markup or a command on any file of the board; the schema that is published fits."""
    found = built(tmp_path / "board", make_run("hostile").path)
    schema = json.loads(rtconform("schema", "board").stdout)
    jsonschema.Draft202012Validator(schema).validate(found)
    assert HOSTILE.startswith("<script>")
    for name, content in published(tmp_path / "board").items():
        text = content.decode()
        if not name.endswith(".json"):
            assert "<script" not in text
            assert "<img" not in text
            assert not {"\x1b", "\u202e", "\x00"} & {*text}


@pytest.mark.slow
def test_accessible_and_quiet(
    make_run: Callable[[str], RunFolder], write_run: WriteRun, open_page: Callable[..., Page], heard: list[str],
    violations: Callable[[Page], list[tuple[str, str]]], tmp_path: Path,
) -> None:  # fmt: skip
    """From a phone to a wall, light and dark: axe finds nothing, nothing runs or is fetched, no sideways scrolling; nor on paper."""
    others = [write_run(OLD, folder=f"r{n}", vendor_name=f"Vendor {n}", started_at=later(n)).path for n in range(6)]
    others += [write_run(NEW, folder=f"s{n}", vendor_name="Vendor 1", started_at=later(10 + n)).path for n in range(22)]
    found = built(tmp_path / "board", make_run("some").path, make_run("hostile").path, *others)
    for name in (*PAGES, *(vendor["page"] for vendor in found["vendors"])):
        page = open_page(tmp_path / "board" / name, color_scheme="dark")
        assert [] == heard
        assert [] == violations(page)
        page.emulate_media(color_scheme="light")
        assert [] == violations(page)
        for media, width in (("screen", 360), ("screen", 768), ("screen", 1280), ("screen", 1920), ("print", 700)):
            page.emulate_media(media="print" if media == "print" else "screen")
            page.set_viewport_size({"width": width, "height": 800})
            assert width >= page.evaluate("document.documentElement.scrollWidth"), (name, media, width)


@pytest.mark.slow
def test_by_keyboard_alone(write_run: WriteRun, open_page: Callable[..., Page], tmp_path: Path) -> None:
    """The content comes first for who wants it, every stop is seen, the arrow keys choose which vendors are shown, without a script."""
    for number in range(6):
        name, role = f"Vendor {number}", "editor" if number > 3 else "coder"
        write_run([failing(1) if number % 2 else passing(1)], folder=f"runs/{number}", vendor_name=name, vendor_role=role)
    built(tmp_path / "board", tmp_path / "runs")
    page = open_page(tmp_path / "board" / "index.html", java_script_enabled=False)
    page.keyboard.press("Tab")
    assert "To the content" == page.locator(":focus").inner_text()
    assert page.locator(":focus").bounding_box()["y"] >= 0  # type: ignore[index]
    for _ in PAGES:
        page.keyboard.press("Tab")
    assert "By fault" == page.locator(":focus").inner_text()
    page.keyboard.press("Tab")
    assert 6 == page.locator("tbody tr:visible").count()
    names = {}
    for key in ("coder", "editor", "wrong"):
        page.keyboard.press("ArrowDown")
        assert f"show-{key}" == page.locator(":focus").get_attribute("id")
        names[key] = page.locator("tbody tr:visible th a").all_inner_texts()
    assert {"coder": ["Vendor 0", "Vendor 1", "Vendor 2", "Vendor 3"], "editor": ["Vendor 4", "Vendor 5"],
            "wrong": ["Vendor 1", "Vendor 3", "Vendor 5"]} == names  # fmt: skip


@pytest.mark.slow
def test_two_hundred_runs(write_run: WriteRun, tmp_path: Path) -> None:
    """Eight vendors with 25 versions each: each run is told from the one before it, and the site has a page for each vendor."""
    for number in range(200):
        results = [failing(case) for case in range(1 + number % 3)] + [passing(case, "boundaries") for case in range(10, 20)]
        write_run(
            results, folder=f"runs/{number}", suites={"boundaries": len(results)}, vendor_name=f"Vendor {number % 8}",
            vendor_version=str(number), started_at=later(number),
        )  # fmt: skip
    found = built(tmp_path / "board", tmp_path / "runs")
    assert [25] * 8 == [len(vendor["runs"]) for vendor in found["vendors"]]
    assert 8 == len([name for name in published(tmp_path / "board") if name.startswith("vendor-")])
    assert all(len(vendor["latest"]) == 1 for vendor in found["vendors"])


def test_one_build_at_a_time(write_run: WriteRun, tmp_path: Path) -> None:
    """While a build holds the folder another one ends with 2 and leaves it as it is; afterwards it builds, also in a new folder."""
    run, board = write_run([passing(1)], folder="run").path, tmp_path / "board"
    met: list[tuple[int, str]] = []

    def second(_done: int, _total: int) -> None:
        ended = rtconform("board", run, "--out", board, *ON)
        met.append((ended.returncode, ended.stderr))

    build_board([run], board, keys=(), on=dt.date(2026, 11, 29), title="Conformance of vendors", progress=second)
    assert [(2, f"rtconform: {board}: another board is being built there; wait for it or give another --out\n")] == met
    first = published(board)
    assert "index.html" in first
    built(board, run)
    assert first == published(board)


def test_a_build_that_was_killed_leaves_a_folder_that_can_be_built_in(write_run: WriteRun, tmp_path: Path) -> None:
    """The lock is the process's: its file alone holds nobody up, and makes of a new folder nothing else than a board's."""
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / ".rtconform-board.lock").touch()
    assert 1 == len(built(tmp_path / "board", write_run([passing(1)], folder="run").path)["vendors"])
