"""A run that a Python program starts: its results at hand, a folder only where one is asked for."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from rtconform.conformance.protocol import Coder, RoleName
from rtconform.conformance.records import Event, Manifest, Result
from rtconform.conformance.runs.folder import MANIFEST, RunFolder, RunWriter
from rtconform.conformance.vendors.file import Vendor, load_vendor
from rtconform.conformance.vendors.function import function_vendor
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.suites.registry import DEFAULT_SEED, any_suite
from rtconform.jobs.case_finder import case_finder
from rtconform.jobs.run import plan_run, run_in_memory, run_to_folder
from rtconform.reference.errors import UserError
from rtconform.reports.figures.summary import Summary, outcome
from rtconform.reports.writers.formats import render

T = TypeVar("T")


class Run:
    """A finished run. `folder` is where it was written (None: nowhere yet)."""

    def __init__(self, manifest: Manifest, summary: Summary, folder: Path | None, kept: "_Kept | None" = None) -> None:
        self.manifest = manifest
        self.summary = summary
        self.folder = folder
        self._kept = kept

    @property
    def conformant(self) -> bool:
        """Whether the vendor passed everything that it was asked, and no finding speaks against it."""
        return self.summary.conformant

    @property
    def exit_code(self) -> int:
        """What `rtconform run` would have ended with: 0 or 1."""
        return self.summary.exit_code

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """A result for each case or claim, in the suites' order. Read from the folder where the run has one."""
        return self._kept[0] if self._kept is not None else tuple(self._written().results())

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What happened beside the cases, findings among it."""
        return self._kept[1] if self._kept is not None else tuple(self._written().events())

    @cached_property
    def failures(self) -> tuple[Result, ...]:
        """The results that speak against the vendor: those set aside by an erratum do not."""
        aside = {item.case for item in self.summary.set_aside}
        return tuple(result for result in self.results if not VERDICTS[result.verdict].conformant and result.id not in aside)

    def write(self, out: Path | str, *formats: str) -> tuple[Path, ...]:
        """Write the run folder `out`, with these reports in it (none named: html), and return their files.

        A folder that holds this run already gets the reports only. Raises UserError for a folder that holds another run or can't
        be written, and for a format that does not exist; `rtconform report --help` lists them.
        """
        folder = Path(out)
        if not (folder / MANIFEST).exists() or RunFolder(folder).manifest != self.manifest:
            with RunWriter(folder, self.manifest, resume=False) as writer:
                writer.results(self.results)
                for event in self.events:
                    writer.event(event)
        self.folder = self.folder or folder
        return tuple(render(folder, formats or ("html",), finder=case_finder, summary=self.summary))

    def _written(self) -> RunFolder:
        if self.folder is None:
            raise UserError("this run has no records and no folder")
        return RunFolder(self.folder)

    def __repr__(self) -> str:
        counts = ", ".join(f"{number:,} {verdict}" for verdict, number in self.summary.counts.items() if number)
        return f"<Run of {self.manifest.vendor.name}: {outcome(self.summary)}; {counts}>"


_Kept = tuple[tuple[Result, ...], tuple[Event, ...]]


def vendor(
    given: Coder | Path | str,
    *,
    name: str = "",
    version: str = "unversioned",
    role: RoleName = "coder",
    timeout_s: float = 10.0,
    workers: int = 1,
) -> Vendor:
    """The vendor that a callable is, or that a vendor file describes.

    Of a callable, `name` is what reports call it (empty: its own name), `role` what it is asked (cases for a coder, claims for an
    editor), `timeout_s` how long it may take over one case, in seconds, and `workers` in how many threads it is called at the
    same time. A vendor file says all this itself. Raises UserError for a wrong file or value.
    """
    if isinstance(given, Path | str):
        return load_vendor(Path(given))
    if not callable(given):
        raise UserError(f"{type(given).__name__} is not a vendor: give a callable, a Vendor or the path of a vendor file")
    return function_vendor(given, name=name, version=version, role=role, timeout_s=timeout_s, workers=workers)


def run(
    vendor_given: Coder | Vendor | Path | str,
    suites: Sequence[str] | str,
    *,
    seed: int = DEFAULT_SEED,
    count: int | None = None,
    only: Sequence[str] = (),
    out: Path | str | None = None,
    resume: bool = False,
) -> Run:
    """Run `suites` (one or several names, or files) against a vendor: a callable, a `Vendor`, or the path of a vendor file.

    `count` is the number of cases, for suites of any length; `only` asks these cases alone; `out` is the run folder to write
    (None: nothing is written), and `resume` goes on with an interrupted run there.

    Called while an event loop runs in this thread, the run has a loop in a thread of its own, and this thread waits:
    `await asyncio.to_thread(rtconform.run, …)` lets the loop go on meanwhile.

    Raises UserError for a wrong vendor file, suite or folder, and VendorUnreachable.
    """
    names = [suites] if isinstance(suites, str) else list(suites)
    if resume and out is None:
        raise UserError("resume needs out: give the folder of the interrupted run")
    planned = plan_run(_vendor(vendor_given, names), names, seed=seed, count=count, only=only)
    if out is not None:
        folder = Path(out)
        summary = _finished(lambda: run_to_folder(planned, folder, resume=resume))
        return Run(RunFolder(folder).manifest, summary, folder)
    recorder, summary = _finished(lambda: run_in_memory(planned))
    return Run(planned.manifest, summary, None, (tuple(recorder.kept), tuple(recorder.events)))


def _vendor(given: Coder | Vendor | Path | str, suites: Sequence[str]) -> Vendor:
    if isinstance(given, Vendor):
        return given
    asks_claims = bool(suites) and not isinstance(given, Path | str) and any_suite(suites[0]).asks == "claim"
    return vendor(given, role="editor" if asks_claims else "coder")


def _finished(start: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What the coroutine comes to, also where a loop runs here already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(start())
    with ThreadPoolExecutor(1, "rtconform run") as pool:
        return pool.submit(lambda: asyncio.run(start())).result()
