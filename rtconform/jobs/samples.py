"""The sample vendors that `rtconform demo` runs: in the wheel beside the code, in a checkout among the tests' vendors."""

import json
import re
import shutil
from pathlib import Path

import rtconform
from rtconform.reference.errors import UserError

_PACKAGE = Path(rtconform.__file__).resolve().parent
IN_WHEEL = _PACKAGE / "samples"  # hatch_build.py puts them there
IN_CHECKOUT = _PACKAGE.parent / "tests" / "vendors"

SAMPLES: dict[str, tuple[str, ...]] = {
    "coder": ("three_faults", "correct"),
    "editor": ("sample_editor", "correct_editor", "correct"),
    "certificate": ("correct",),
    "editor over x12": ("x12_sample_editor", "sample_editor", "correct_editor", "correct"),
}
"""For each role, for a certificate, and for the editor over X12, the folders of its sample vendor: the one with the vendor file
first, then what its program takes from others."""


def copy_sample(role: str, folder: Path) -> Path:
    """Copy the role's sample vendor into `folder`, a new one, and return its vendor file. Raises UserError."""
    source = IN_WHEEL if IN_WHEEL.is_dir() else IN_CHECKOUT
    try:
        folder.mkdir(parents=True)
        for name in SAMPLES[role]:
            shutil.copytree(source / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    except FileExistsError:
        raise UserError(f"{folder}: exists already; give another --out") from None
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror or error}") from None
    return folder / SAMPLES[role][0] / "vendor.toml"


def rename_sample(vendor_file: Path, name: str) -> None:
    """Give the sample another name: what is written of it then says that name, in a certificate too."""
    text = vendor_file.read_text("utf-8")
    vendor_file.write_text(re.sub(r'(?m)^name = ".*"$', lambda _: f"name = {json.dumps(name)}", text, count=1), "utf-8")
