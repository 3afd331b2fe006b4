"""A coder that reads DICOM objects and their companion, by a library of others, is certified for what it does; a faulty one is not."""

from pathlib import Path

import pytest

from rtconform.conformance.certificates.bundle import read_bundle
from tests.helpers.command import rtconform
from tests.helpers.dicom_nodes import engine, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize(("fault", "outcome"), [((), "certified"), (("--fault", "last-point"), "refused")])
def test_a_certificate_over_dicom(fault: tuple[str, ...], outcome: str, tmp_path: Path) -> None:
    """Asked by C-STORE for the hospital's claims, the sample engine is certified; with a planted fault it is refused by its rule.

    The certificate says what DICOM can't say, and that a node that somebody else runs had no sandbox.
    """
    port = free_port()
    (tmp_path / "vendor.toml").write_text(
        '[vendor]\nname = "Engine"\nversion = "1"\n[vendor.supports]\nclaims = ["facility"]\n'
        '[format]\nquestion = "dicom"\ncompanion = "json"\n'
        f'[adapter]\nkind = "dicom"\nhost = "127.0.0.1"\nport = {port}\nfolder = "exchange"\nworkers = 3\n'
    )
    with engine(tmp_path, port, "exchange", *fault):
        done = rtconform("certify", "vendor.toml", "--unsigned", "--out", "b.zip", cwd=tmp_path)
    assert (0 if outcome == "certified" else 1, "") == (done.returncode, done.stderr), done.stdout
    bundle = read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip")
    certificate = bundle.statement.predicate
    assert outcome == certificate.outcome
    assert [reason for reason in certificate.covered.not_applicable if "protons and another radiation in one plan" in reason]
    assert "none: a DICOM node runs where its maker runs it" in done.stdout
    assert ("ISO-SHIFT" in done.stdout) or outcome == "certified"
