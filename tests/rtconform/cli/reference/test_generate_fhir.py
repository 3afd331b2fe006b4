"""`rtconform generate --as fhir`: a suite as Bundles, one a line."""

from pathlib import Path

from msgspec.structs import replace

from rtconform.formats.fhir.case_reader import reread_bundle
from rtconform.formats.fhir.claims.claim_reader import reread_claim
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.claim import Claim
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


def test_each_claim_is_a_bundle_on_a_line(tmp_path: Path) -> None:
    """Every claim of a suite of claims is written, and is read as it was, under a name of its own."""
    path = tmp_path / "claims.ndjson"
    assert 0 == rtconform("generate", "edits-documented", "--as", "fhir", "--shard", "1/40", "--out", path).returncode
    asked = decode_all(rtconform("generate", "edits-documented", "--shard", "1/40").stdout)
    written = [reread_claim(line) for line in path.read_bytes().splitlines()]
    assert asked == [replace(claim, id=own.id) for claim, own in zip(written, asked, strict=True)]
    assert not {claim.id for claim in asked} & {claim.id for claim in written}


def decode_all(text: str) -> list[Claim]:
    """The claims of JSON Lines."""
    return [decode(line.encode(), Claim) for line in text.splitlines()]
