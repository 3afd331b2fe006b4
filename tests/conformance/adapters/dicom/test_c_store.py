"""A charge engine that is a Storage SCP: the verdicts are those of a coder of JSON, and whatever it does is told in words."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rtconform.conformance.records import Result
from rtconform.conformance.vendors.file import load_vendor
from rtconform.reference.errors import UserError, VendorUnreachable
from tests.helpers import PATIENCE_S
from tests.helpers.dicom_nodes import asked, by_json, engine, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def vendor_file(folder: Path, port: int, answers: str = 'folder = "exchange"', timeout_s: float = 60, more: str = "") -> Path:
    """The vendor file of an engine that listens on `port`."""
    path = folder / "vendor.toml"
    path.write_text(
        '[vendor]\nname = "Engine"\nversion = "1"\n[format]\nquestion = "dicom"\ncompanion = "json"\n'
        f'[adapter]\nkind = "dicom"\nhost = "127.0.0.1"\nport = {port}\n{answers}\ntimeout_s = {timeout_s}\n{more}'
    )
    return path


def told(results: dict[str, Result]) -> str:
    """What the results say, together."""
    return " ".join(sorted({result.explanation for result in results.values()}))


@pytest.mark.parametrize("way", ["folder", "listen"])
def test_the_verdicts_are_those_of_a_coder_of_json(way: str, tmp_path: Path) -> None:
    """By C-STORE, with several associations at the same time, and the answer as a file or posted: nothing is lost."""
    port, back = free_port(), free_port()
    ours, theirs = {
        "folder": ('folder = "exchange"', "exchange"),
        "listen": (f'listen = "127.0.0.1:{back}"', f"http://127.0.0.1:{back}/"),
    }[way]
    with engine(tmp_path, port, theirs):
        found, events = asked(vendor_file(tmp_path, port, ours))
    plain = by_json(tmp_path, "published")
    put = {name: result.verdict for name, result in found.items() if result.verdict != "not_applicable"}
    assert {name: plain[name].verdict for name in put} == put
    assert len(put) > len(found) - 3
    assert [] == [event for event in events if event.kind == "stray_output"]


def test_a_planted_fault_is_found(tmp_path: Path) -> None:
    """An engine that takes an isocenter that a control point leaves out for the origin fails by the rule of the second isocenter."""
    port = free_port()
    with engine(tmp_path, port, "exchange", "--fault", "last-point"):
        found, _ = asked(vendor_file(tmp_path, port))
    assert {"ISO-SHIFT"} == {rule for result in found.values() if result.verdict == "fail" for rule in result.rules}


@pytest.mark.parametrize(
    ("behave", "verdict", "said"),
    [
        ("refuse-record", "error", "C-STORE of RT Beams Treatment Record Storage failed with 0xC000"),
        ("abort", "error", "the association was aborted after"),
        ("silent", "timeout", "all objects were stored, and no answer came to exchange/out within 2 s"),
    ],
)
def test_a_misbehaving_engine_is_told(behave: str, verdict: str, said: str, tmp_path: Path) -> None:
    """A status of failure, an abort in the middle and silence cost the case that they meet, and say what happened."""
    port = free_port()
    with engine(tmp_path, port, "exchange", "--behave", behave):
        found, _ = asked(vendor_file(tmp_path, port, timeout_s=2 if behave == "silent" else 60), cases=4)
    put = {name: result for name, result in found.items() if result.verdict != "not_applicable"}
    assert {verdict} == {result.verdict for result in put.values()}
    assert said in told(put)


def test_a_class_that_is_not_taken_is_not_sent(tmp_path: Path) -> None:
    """An engine that takes no RT Dose gets everything else, codes by it, and the log says what it did not get."""
    port = free_port()
    with engine(tmp_path, port, "exchange", "--behave", "no-dose"):
        found, events = asked(vendor_file(tmp_path, port), cases=8)
    assert {"pass", "not_applicable"} >= {result.verdict for result in found.values()}
    assert ["the engine takes no RT Dose Storage: such objects are not sent"] == [
        event.detail for event in events if event.kind == "stray_output"
    ]


def test_a_busy_engine_is_asked_again(tmp_path: Path) -> None:
    """An engine that takes three associations at a time rejects the others for the moment: they are asked for again."""
    port = free_port()
    with engine(tmp_path, port, "exchange", "--behave", "busy"):
        found, _ = asked(vendor_file(tmp_path, port, timeout_s=PATIENCE_S, more="workers = 8\n"), cases=12)
    assert {"pass", "not_applicable"} >= {result.verdict for result in found.values()}


def test_who_is_not_known_is_told_before_the_first_case(tmp_path: Path) -> None:
    """An engine that rejects us by our AE title, and a port where nobody listens, stop the run with what to look at."""
    port = free_port()
    with (
        engine(tmp_path, port, "exchange", "--behave", "stranger"),
        pytest.raises(VendorUnreachable, match=r"Calling AE title not recognised.*does the peer know \[adapter\] calling_ae"),
    ):
        asked(vendor_file(tmp_path, port), cases=1)
    nobody = free_port()
    with pytest.raises(VendorUnreachable, match=rf"can't connect to 127.0.0.1:{nobody}: connection refused"):
        asked(vendor_file(tmp_path, nobody), cases=1, out="again")


@contextmanager
def mute(port: int) -> Iterator[None]:
    """Somebody who takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        kept: list[socket.socket] = []

        def take() -> None:
            try:
                while True:
                    kept.append(listening.accept()[0])
            except OSError:
                return

        threading.Thread(target=take, daemon=True).start()
        yield
        listening.shutdown(socket.SHUT_RDWR)
        for one in kept:
            one.close()


def test_who_says_nothing_is_told(tmp_path: Path) -> None:
    """A peer that takes the connection and never answers costs the time that the vendor file gives."""
    port = free_port()
    with mute(port), pytest.raises(VendorUnreachable, match="did not answer the request for an association within"):
        asked(vendor_file(tmp_path, port, timeout_s=1), cases=1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('folder = "exchange"', ""), "C-STORE holds no answer"),
        (('folder = "exchange"', 'folder = "a"\nlisten = "127.0.0.1:9"'), "remove one of folder and listen"),
        (('folder = "exchange"', 'listen = "127.0.0.1:99999"'), "the port must be from 1 to 65535"),
        (("timeout_s", 'called_ae = "FAR TOO LONG A TITLE"\ntimeout_s'), "1 to 16 printable characters"),
        (('question = "dicom"\ncompanion = "json"\n', ""), "a Storage SCP takes DICOM objects"),
    ],
)
def test_what_does_not_go_together_is_told(change: tuple[str, str], said: str, tmp_path: Path) -> None:
    """Each fault of such a vendor file is told with what to write."""
    path = vendor_file(tmp_path, 11112)
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(UserError) as error:
        load_vendor(path)
    assert said in str(error.value)
