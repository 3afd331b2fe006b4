"""A charge engine that is a STOW-RS service: the answer in the response, or by another way."""

from pathlib import Path

import pytest

from tests.helpers.dicom_nodes import asked, by_json, free_port, service

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def vendor_file(folder: Path, port: int, answers: str = "") -> Path:
    """The vendor file of a service that listens on `port`."""
    path = folder / "vendor.toml"
    path.write_text(
        '[vendor]\nname = "Engine"\nversion = "1"\n[format]\nquestion = "dicom"\ncompanion = "json"\n'
        f'[adapter]\nkind = "http"\nurl = "http://127.0.0.1:{port}/dicom-web/studies"\n{answers}\ntimeout_s = 60\nworkers = 3\n'
    )
    return path


@pytest.mark.parametrize(("answers", "theirs"), [("", "answers"), ('folder = "exchange"', "exchange")])
def test_the_verdicts_are_those_of_a_coder_of_json(answers: str, theirs: str, tmp_path: Path) -> None:
    """By STOW-RS, with several requests at the same time: nothing is lost."""
    port = free_port()
    (tmp_path / "exchange" / "out").mkdir(parents=True)
    with service(tmp_path, port, theirs):
        found, _ = asked(vendor_file(tmp_path, port, answers), cases=None if not answers else 20)
    plain = by_json(tmp_path, "published")
    put = {name: result.verdict for name, result in found.items() if result.verdict != "not_applicable"}
    assert {name: plain[name].verdict for name in put} == put
    assert len(put) > len(found) - 3


def test_a_planted_fault_is_found(tmp_path: Path) -> None:
    """An engine that takes an isocenter that a control point leaves out for the origin fails by the rule of the second isocenter."""
    port = free_port()
    with service(tmp_path, port, "answers", "--fault", "last-point"):
        found, _ = asked(vendor_file(tmp_path, port))
    assert {"ISO-SHIFT"} == {rule for result in found.values() if result.verdict == "fail" for rule in result.rules}


def test_what_is_not_stored_is_told(tmp_path: Path) -> None:
    """A service that says that it did not store every object (202) has not taken the case."""
    port = free_port()
    (tmp_path / "exchange" / "out").mkdir(parents=True)
    with service(tmp_path, port, "exchange", "--status", "202"):
        found, _ = asked(vendor_file(tmp_path, port, 'folder = "exchange"'), cases=4)
    put = [result for result in found.values() if result.verdict != "not_applicable"]
    assert {"error"} == {result.verdict for result in put}
    assert all("did not store every object" in result.explanation for result in put)
