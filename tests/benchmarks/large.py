"""What the report of a large run costs: `make large`. Measures, and puts its rows into the table of docs/reference/reports.md.

The runs are of suite clinic against the sample vendor with three faults. They are kept in runs/, and made once: a run that was
interrupted is gone on with.
"""

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import VERDICTS

PAGE = Path("docs/reference/reports.md")
VENDOR = Path("tests/vendors/three_faults/vendor.toml")
HEAD = "| cases | not right | made in | processor time | memory | page | first paint | slowest search | measured |"
TABLE = re.compile(re.escape(HEAD) + r"\n\|[-|]+\|\n(?P<rows>(?:\|.*\n)*)")
SOUGHT = ("prostate", "77412", "vmat l3-motion", "clinic:1:00004", "no case has this")

SEARCH = """
word => new Promise(done => {
  const field = document.getElementById('q'), results = document.getElementById('results');
  const started = performance.now();
  new MutationObserver((_, watching) => { watching.disconnect(); requestAnimationFrame(() => done(performance.now() - started)); })
    .observe(results, {childList: true});
  field.value = word;
  field.dispatchEvent(new Event('input', {bubbles: true}));
})
"""
"""Milliseconds from a word typed to the cases shown, the 30 ms that the page waits for a further letter included."""


@dataclass(frozen=True)
class Rendered:
    """What `rtconform report` took: seconds on the clock and of the processor, the most memory in MB."""

    clock: float
    processor: float
    memory: float


def made(cases: int) -> RunFolder:
    """The run folder of this many cases."""
    folder = Path("runs") / f"large-{cases}"
    command = [sys.executable, "-m", "rtconform", "run", str(VENDOR), "--suite", "clinic", "--count", str(cases)]
    resume = ["--resume"] if (folder / "manifest.json").exists() else []
    done = subprocess.run([*command, "--out", str(folder), *resume], stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 1:
        sys.exit(f"{folder}: exit code {done.returncode}, where 1 is right: the sample vendor is not conformant")
    return RunFolder(folder)


def rendered(run: RunFolder) -> Rendered:
    """Render the page in a process of its own."""
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "rtconform", "report", run.path, "--format", "html"], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return Rendered(time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)


def opened(page: Page, file: Path) -> tuple[float, float]:
    """Seconds to the first paint and of the slowest search."""
    page.goto(file.resolve().as_uri())
    page.wait_for_selector("html.searchable", timeout=120_000)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return paint / 1000, max(page.evaluate(SEARCH, word) for word in SOUGHT) / 1000


def row(cases: int, page: Page) -> str:
    """Make, render, open: a row of the table."""
    run = made(cases)
    wrong = sum(not VERDICTS[result.verdict].conformant for result in run.results())
    load = os.getloadavg()[0]
    cost = rendered(run)
    file = run.path / "report.html"
    paint, search = opened(page, file)
    when = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {load:.0f}"
    return (
        f"| {cases:,} | {wrong:,} | {cost.clock:.1f} s | {cost.processor:.1f} s | {cost.memory:.0f} MB | {file.stat().st_size / 1e6:.1f} MB "
        f"| {paint:.2f} s | {search:.2f} s | {when} |"
    )


def written(rows: dict[int, str]) -> None:
    """Put rows, by their number of cases, in the place of older ones."""
    text = PAGE.read_text("utf-8")
    table = TABLE.search(text)
    if table is None:
        sys.exit(f"{PAGE} has no table that begins: {HEAD}")
    older = {int(line.split("|")[1].replace(",", "")): line for line in table["rows"].splitlines()}
    lines = (line + "\n" for _, line in sorted({**older, **rows}.items()))
    PAGE.write_text(text[: table.start("rows")] + "".join(lines) + text[table.end("rows") :], "utf-8")


def main(sizes: list[int]) -> None:
    """Measure each size, and write as soon as it is measured."""
    program = shutil.which("chromium") or sys.exit("no chromium on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for cases in sizes:
            line = row(cases, browser.new_page(viewport={"width": 1280, "height": 800}))
            print(line, flush=True)
            written({cases: line})
        browser.close()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
