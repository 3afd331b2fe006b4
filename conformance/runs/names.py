"""Under which name each question of a run went out: messages in formats of the trade carry no ids of ours.

The map stays with the run, as `names.csv` in its folder: what a vendor's log calls 0H2K…, is that claim of that suite.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from rtconform.conformance.roles import ROLES
from rtconform.conformance.runs.folder import RunFolder
from rtconform.formats.names import key_of, name_of
from rtconform.formats.registry import goes_out_renamed
from rtconform.reference.errors import UserError

NAMES = "names.csv"


def names_of(run: RunFolder) -> Iterator[tuple[str, str]]:
    """Name and id of each question that was asked in a format of the trade, in the order of the results."""
    vendor = run.manifest.vendor
    if _renamed(run):
        key = key_of(vendor.file_digest)
        for result in run.results():
            if result.verdict != "not_applicable":
                yield name_of(result.id, key), result.id


def _renamed(run: RunFolder) -> bool:
    vendor = run.manifest.vendor
    return goes_out_renamed(vendor.format, ROLES[vendor.role].asks)


def write_names(path: Path) -> None:
    """Write the map into the run folder at `path`, where there is one. Raises UserError."""
    run = RunFolder(path)
    if not _renamed(run):
        return
    temporary = path / f"{NAMES}.tmp"
    try:
        temporary.unlink(missing_ok=True)
        with temporary.open("x", encoding="utf-8", newline="") as stream:  # never through a link that somebody has laid there
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("asked_as", "id"))
            writer.writerows(names_of(run))
        temporary.replace(path / NAMES)
    except OSError as error:
        raise UserError(f"{path / NAMES}: can't write there: {error.strerror}") from None
