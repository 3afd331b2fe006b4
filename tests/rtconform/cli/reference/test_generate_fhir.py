"""`rtconform generate --as fhir`: a suite as Bundles, one a line."""

from pathlib import Path

from rtconform.formats.fhir.case_reader import reread_bundle
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode
from tests.helpers.command import rtconform


def test_each_case_is_a_bundle_on_a_line(tmp_path: Path) -> None:
    """A Bundle decides like its case, under a name of its own; shards are parts of the whole file."""
    whole, cases = tmp_path / "whole.ndjson", tmp_path / "cases.jsonl"
    assert 0 == rtconform("generate", "clinic", "--count", "6", "--as", "fhir", "--out", whole).returncode
    assert 0 == rtconform("generate", "clinic", "--count", "6", "--out", cases).returncode
    bundles = whole.read_bytes().splitlines()
    asked = [decode(line, Case) for line in cases.read_bytes().splitlines()]
    assert [code(case).lines for case in asked] == [code(reread_bundle(line)).lines for line in bundles]
    assert not {case.id for case in asked} & {reread_bundle(line).id for line in bundles}
    parts = [
        rtconform("generate", "clinic", "--count", "6", "--shard", f"{part}/2", "--as", "fhir").stdout.encode() for part in (1, 2)
    ]
    assert whole.read_bytes() == b"".join(parts)


def test_claims_are_refused() -> None:
    """Only cases are written as Bundles, and the message says what to give."""
    ended = rtconform("generate", "edits-claim", "--as", "fhir")
    assert (2, True) == (ended.returncode, "only cases are written as FHIR" in ended.stderr)
