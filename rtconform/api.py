"""What a Python program can do with rtconform without the command line."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode
from rtconform.reports.figures.summary import Summary

__all__ = ["code", "decode_case", "run"]


def decode_case(document: bytes | str, source: str = "<document>") -> Case:
    """One case from its JSON. Raises DocumentError with every fault and its place."""
    return decode(document.encode() if isinstance(document, str) else document, Case, source)


def run(vendor_file: Path | str, suites: Sequence[str], out: Path | str, *, seed: int = 1, resume: bool = False) -> Summary:
    """Run `suites` against the vendor that `vendor_file` describes and write the run folder `out`.

    Raises UserError for a wrong vendor file, suite or folder, and VendorUnreachable.
    """
    planned = plan_run(Path(vendor_file), suites, seed=seed)
    return asyncio.run(run_to_folder(planned, Path(out), resume=resume))
