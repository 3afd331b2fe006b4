"""Certificates on the board: verified when it is built, with the certifier's key or without, on a day."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from rtconform.reports.writers.badge import GOOD
from tests.helpers import VENDORS
from tests.helpers.command import rtconform
from tests.helpers.issued_bundles import Issued

pytestmark = pytest.mark.slow


def _key(issued: Issued, path: Path) -> Path:
    path.write_text(issued.key.public.pem)
    return path


def _found(out: Path, *given: object) -> dict[str, Any]:
    done = rtconform("board", "--out", out, *given)
    assert 0 == done.returncode, done.stderr
    return {vendor["name"]: vendor for vendor in json.loads((out / "board.json").read_text())["vendors"]}


def _bundle(issued: Issued) -> Path:
    (path,) = issued.folder.glob("*.zip")
    return path


def test_each_standing(good: Issued, refused: Issued, tmp_path: Path) -> None:
    """With the key: valid, refused; past its last day: expired; without the key nobody's word; an altered bundle: not valid."""
    keys = ("--public-key", _key(good, tmp_path / "a.pub"), "--public-key", _key(refused, tmp_path / "b.pub"))
    both = _found(tmp_path / "board", _bundle(good), _bundle(refused), *keys)
    certificate, refusal = both["Correct Coder"]["certificates"][0], both["Three Faults Coder"]["certificates"][0]
    assert hashlib.sha256(_bundle(good).read_bytes()).hexdigest() == certificate["id"]
    assert ("valid", [], "refused") == (certificate["standing"], certificate["failed"], refusal["standing"])
    assert "certificate until" in (tmp_path / "board" / both["Correct Coder"]["badge"]).read_text()
    assert "not certified" in (tmp_path / "board" / both["Three Faults Coder"]["badge"]).read_text()
    covers = (tmp_path / "board" / both["Correct Coder"]["page"]).read_text()
    assert "hospital outpatient" in covers

    later = _found(tmp_path / "board", _bundle(good), *keys, "--on", "2199-01-01")["Correct Coder"]
    assert "expired" == later["certificates"][0]["standing"]
    nobody = _found(tmp_path / "board", _bundle(good))["Correct Coder"]
    assert "not_checked" == nobody["certificates"][0]["standing"]

    altered = tmp_path / "altered.zip"
    with zipfile.ZipFile(_bundle(good)) as old, zipfile.ZipFile(altered, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            new.writestr(item, content.replace(b"77412", b"77402") if item.filename == "results.jsonl" else content)
    found = _found(tmp_path / "board", altered, *keys)["Correct Coder"]["certificates"][0]
    assert "not_valid" == found["standing"]
    assert found["failed"]


def test_a_published_commitment_is_looked_up(good: Issued, tmp_path: Path) -> None:
    """With it every check holds; without it, or with that of another, that the seed was fixed before stays unchecked; what is not one
    is refused with its line."""
    published = tmp_path / "commitments"
    given = (_bundle(good), "--public-key", _key(good, tmp_path / "a.pub"))
    for unchecked, text in ((["commitment"], "0" * 64), ([], f"{good.commitment}  # Correct Coder"), (["commitment"], "")):
        published.write_text(f"# spring\n\n{text}\n")
        (seen,) = _found(tmp_path / "board", *given, "--commitments", published)["Correct Coder"]["certificates"]
        assert ("valid", unchecked, good.commitment) == (seen["standing"], seen["unchecked"], seen["commitment"])
    published.write_text(f"{'0' * 64}\nsoon\n")
    done = rtconform("board", *given, "--out", tmp_path / "board", "--commitments", published)
    assert 2 == done.returncode
    assert "commitments:2: not a commitment" in done.stderr


def test_a_rehearsal_proves_nothing(tmp_path: Path) -> None:
    """An unsigned bundle, certificate or refusal, is called a rehearsal: anybody could have made it."""
    vendor = tmp_path / "vendor.toml"
    coder = VENDORS / "all_77407" / "coder.sh"
    vendor.write_text(
        '[vendor]\nname = "V"\nversion = "1"\n[vendor.supports]\ntechniques = ["intraoperative"]\n'
        f'[adapter]\nkind = "cli"\ncommand = ["sh", "{coder}"]\nmode = "oneshot"\n'
    )
    done = rtconform(
        "certify", vendor, "--unsigned", "--readable", coder.parent, "--seed", "7", "--out", tmp_path / "refusal.zip"
    )
    assert 1 == done.returncode, done.stderr
    (found,) = _found(tmp_path / "board", tmp_path / "refusal.zip").values()
    assert "rehearsal" == found["certificates"][0]["standing"]
    badge = (tmp_path / "board" / found["badge"]).read_text()
    assert "rehearsal, proves nothing" in badge
    assert GOOD not in badge
