"""How long the page of a run takes: known faults are recognised once, at the end of the run, and no more for each page."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from rtconform.jobs.case_finder import case_finder
from rtconform.jobs.known_faults import finder_of, look_for_known_faults
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reports.writers.formats import render
from tests.helpers import VENDORS

pytestmark = pytest.mark.slow

Benchmark = Any  # the fixture of pytest-benchmark, which comes without types


def test_a_page_beside_recognition(benchmark: Benchmark, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page of 540 cases, beside the same with the known faults looked for again, in one process: about a third."""
    planned = plan_run(VENDORS / "all_77407" / "vendor.toml", ["published", "boundaries", "pairwise"], seed=1)
    assert 540 <= planned.cases
    asyncio.run(run_to_folder(planned, tmp_path, resume=False))
    render(tmp_path, ["html"], finder=case_finder)  # templates and data are read once
    began = time.perf_counter()
    benchmark.pedantic(lambda: render(tmp_path, ["html"], finder=case_finder), rounds=1)
    page = time.perf_counter() - began
    look_for_known_faults(tmp_path, finder_of(part.suite for part in planned.chosen))
    whole = time.perf_counter() - began
    with capsys.disabled():
        print(f"\npage {page:.2f} s, with recognition {whole:.2f} s: {page / whole:.0%} (bound: 33 %)")
