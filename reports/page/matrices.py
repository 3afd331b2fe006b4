"""Results laid out in two tables: technique by isocenters, and guidance by motion management."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from rtconform.conformance.records import Result
from rtconform.conformance.traits import MOTION_WORDS, SEVERAL
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reference.documents.treatment import GUIDANCE_METHODS, TECHNIQUES
from rtconform.reports.text import one_line

State = Literal["right", "mostly", "partly", "wrong", "empty"]

MOST_ISOCENTERS = 3
"""More isocenters than this stand in one column."""

_GUIDANCE = (*GUIDANCE_METHODS, SEVERAL, "setup_images", "port_images", "none")
_WORDS = {
    "2d": "2D",
    "3d_crt": "3D CRT",
    "imrt_static": "IMRT, static fields",
    "vmat": "VMAT",
    "imrt_compensator": "IMRT, compensator",
    "helical_imrt": "IMRT, helical",
    "srs": "SRS",
    "sbrt": "SBRT",
    "hdr_brachytherapy": "HDR brachytherapy",
    "ldr_brachytherapy": "LDR brachytherapy",
    "superficial_xray": "superficial x-ray",
    "orthogonal_kv": "orthogonal kV",
    "stereoscopic_xray": "stereoscopic x-ray",
    "cbct": "CBCT",
    "ct": "CT",
    "mri": "MRI",
    "pet_ct": "PET/CT",
    "surface": "surface set-up",
    "setup_images": "images for set-up",
    "port_images": "port images",
    SEVERAL: "several together",
    **{f"motion {key}": words for key, words in MOTION_WORDS.items()},
}


@dataclass(frozen=True)
class Cell:
    """The cases of one row and column: those answered right, and all that had to be answered."""

    row: str
    column: str
    right: int
    cases: int

    @property
    def state(self) -> State:
        """How the cell is marked."""
        if not self.cases:
            return "empty"
        if self.right == self.cases:
            return "right"
        if not self.right:
            return "wrong"
        return "mostly" if 2 * self.right >= self.cases else "partly"


@dataclass(frozen=True)
class Matrix:
    """A table: names of rows and columns (the key, and in words), and a cell for each pair."""

    rows: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    cells: tuple[tuple[Cell, ...], ...]


@dataclass
class MatrixTally:
    """Counts results by their traits; `placed` is how many had any."""

    placed: int = 0
    _counts: dict[str, Counter[tuple[str, str, bool]]] = field(
        default_factory=lambda: {"level": Counter(), "guidance": Counter()}
    )

    def add(self, result: Result) -> None:
        """One result; what the vendor does not support, and what has no traits, stands nowhere."""
        traits = result.traits
        if traits is None or result.verdict == "not_applicable":
            return
        right = VERDICTS[result.verdict].conformant
        self.placed += 1
        self._counts["level"][traits.technique, isocenters_key(traits.isocenters), right] += 1
        self._counts["guidance"][traits.guidance, f"motion {traits.motion}", right] += 1

    def levels(self) -> Matrix:
        """Technique by number of isocenters."""
        return _matrix(self._counts["level"], (*TECHNIQUES, SEVERAL, "none"), [str(n) for n in range(MOST_ISOCENTERS)])

    def guidance(self) -> Matrix:
        """Guidance by motion management."""
        return _matrix(self._counts["guidance"], _GUIDANCE, [f"motion {key}" for key in MOTION_WORDS])


def isocenters_key(number: int) -> str:
    """The column of a number of isocenters."""
    return str(number) if number < MOST_ISOCENTERS else f"{MOST_ISOCENTERS}+"


def in_words(term: str) -> str:
    """A term of the vocabulary as a person says it."""
    return _WORDS.get(term) or one_line(term.replace("_", " "))


def _matrix(counts: Counter[tuple[str, str, bool]], rows: Sequence[str], columns: Sequence[str]) -> Matrix:
    def known_first(keys: set[str], known: Sequence[str]) -> list[str]:
        return [*(key for key in known if key in keys), *sorted(keys.difference(known))]

    row_keys = known_first({row for row, _, _ in counts}, rows)
    column_keys = known_first({column for _, column, _ in counts}, columns)
    return Matrix(
        rows=tuple((key, in_words(key)) for key in row_keys),
        columns=tuple((key, in_words(key)) for key in column_keys),
        cells=tuple(
            tuple(
                Cell(
                    row,
                    column,
                    counts[row, column, True],
                    counts[row, column, True] + counts[row, column, False],
                )
                for column in column_keys
            )
            for row in row_keys
        ),
    )
