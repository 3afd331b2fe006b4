"""DICOM by TLS: C-STORE and STOW-RS, certificates of both sides, and whatever is wrong with them in words."""

import ssl
from pathlib import Path

import pytest

from rtconform.conformance.adapters.dicom.association import Sent
from rtconform.conformance.adapters.tls import connecting
from rtconform.conformance.records import Event
from rtconform.conformance.vendors.settings import TlsFiles
from rtconform.reference.errors import UserError, VendorUnreachable
from tests.conformance.adapters.dicom.test_c_store import mute, vendor_file
from tests.conformance.adapters.dicom.test_stow import vendor_file as service_file
from tests.formats.dicom.test_peers import needs_storescp, questions, same, stored, uid_of
from tests.helpers.certificates import Authority
from tests.helpers.dicom_nodes import asked, engine, free_port, node, service

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CASES = 6


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities, `known` and `stranger`. Of the known one certificates of ours and of the vendor, some of them bad."""
    path = tmp_path_factory.mktemp("keys")
    known, stranger = Authority(path, "known"), Authority(path, "stranger")
    known.sign("vendor")
    known.sign("ours")
    known.sign("expired", days=-1)
    known.sign("elsewhere", host="elsewhere.example")
    stranger.sign("theirs")
    return path


def shown(keys: Path, name: str) -> tuple[str, str, str]:
    """What makes the sample engine show a certificate."""
    return "--tls", str(keys / f"{name}.pem"), str(keys / f"{name}.key")


def tls(keys: Path, ours: str = "", *, flag: str = "tls = true\n", authority: str = "known") -> str:
    """The lines of a vendor file for TLS."""
    lines = f'{flag}authority = "{keys}/{authority}.pem"\n' if authority else flag
    return lines + (f'certificate = "{keys}/{ours}.pem"\nkey = "{keys}/{ours}.key"\n' if ours else "")


def strays(events: list[Event]) -> list[str]:
    return [event.detail for event in events if event.kind == "stray_output"]


@pytest.mark.parametrize("way", ["folder", "listen"])
def test_both_sides_show_certificates(way: str, tmp_path: Path, keys: Path) -> None:
    """By C-STORE, with several associations, and the answer as a file or posted by https: all pass."""
    port, back = free_port(), free_port()
    ours, theirs = {
        "folder": ('folder = "exchange"', "exchange"),
        "listen": (f'listen = "127.0.0.1:{back}"', f"https://127.0.0.1:{back}/"),
    }[way]
    with engine(tmp_path, port, theirs, *shown(keys, "vendor"), "--authority", str(keys / "known.pem")):
        found, events = asked(vendor_file(tmp_path, port, ours, more=tls(keys, "ours")), cases=CASES)
    assert {"pass", "not_applicable"} >= {result.verdict for result in found.values()}
    assert [] == strays(events)


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        ("theirs", r"certificate of 127.0.0.1:\d+ is not accepted: .*name the authority that signed it: \[adapter\] authority"),
        (
            "expired",
            r"certificate of 127.0.0.1:\d+ is not accepted: certificate has expired; it needs a certificate that is valid",
        ),
        ("elsewhere", r"is not accepted: .*IP address mismatch.*; its certificate must name what \[adapter\] says as its host"),
    ],
)
def test_a_certificate_that_is_not_accepted(certificate: str, said: str, tmp_path: Path, keys: Path) -> None:
    """A certificate of an unknown authority, an old one and one of another host stop the run: what, where, and what to do."""
    port = free_port()
    with engine(tmp_path, port, "exchange", *shown(keys, certificate)), pytest.raises(VendorUnreachable, match=said):
        asked(vendor_file(tmp_path, port, more=tls(keys)), cases=1)


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (
            "",
            r"no TLS with 127.0.0.1:\d+: the other side asks for a certificate of ours; name it: \[adapter\] certificate and key",
        ),
        ("theirs", r"no TLS with 127.0.0.1:\d+: the other side does not know the authority that signed our certificate"),
        ("expired", r"no TLS with 127.0.0.1:\d+: our certificate has expired \(\[adapter\] certificate\)"),
    ],
)
def test_a_certificate_of_ours_that_is_not_taken(ours: str, said: str, tmp_path: Path, keys: Path) -> None:
    """An engine that asks for a certificate and gets none, or one that it does not take, stops the run, and we say why."""
    port = free_port()
    with (
        engine(tmp_path, port, "exchange", *shown(keys, "vendor"), "--authority", str(keys / "known.pem")),
        pytest.raises(VendorUnreachable, match=said),
    ):
        asked(vendor_file(tmp_path, port, more=tls(keys, ours)), cases=1)


def test_tls_on_one_side_alone(tmp_path: Path, keys: Path) -> None:
    """An engine without TLS that is asked by it, one with TLS that is asked without, and one that says nothing are told apart."""
    plain, secure, silent = free_port(), free_port(), free_port()
    with (
        engine(tmp_path, plain, "exchange"),
        pytest.raises(VendorUnreachable, match=rf"no TLS with 127.0.0.1:{plain}: .*(is \[adapter\] tls right|speak TLS)"),
    ):
        asked(vendor_file(tmp_path, plain, more=tls(keys)), cases=1)
    with (
        engine(tmp_path, secure, "exchange", *shown(keys, "vendor")),
        pytest.raises(VendorUnreachable, match=r"does it speak TLS\? then write \[adapter\] tls = true"),
    ):
        asked(vendor_file(tmp_path, secure), cases=1, out="again")
    with mute(silent), pytest.raises(VendorUnreachable, match=r"no TLS connection to .* within 1 s; does it speak TLS\?"):
        asked(vendor_file(tmp_path, silent, timeout_s=1, more=tls(keys)), cases=1, out="at last")


def test_who_posts_without_a_certificate_is_refused(tmp_path: Path, keys: Path) -> None:
    """An answer that is posted without a certificate where we ask for one is not heard, and the log says why."""
    port, back = free_port(), free_port()
    asks = ("--authority", str(keys / "known.pem"), "--shows-nothing")
    with engine(tmp_path, port, f"https://127.0.0.1:{back}/", *shown(keys, "vendor"), *asks):
        found, events = asked(
            vendor_file(tmp_path, port, f'listen = "127.0.0.1:{back}"', timeout_s=2, more=tls(keys, "ours")), cases=1
        )
    assert {"timeout"} == {result.verdict for result in found.values()}
    refused = (
        f"answers: a connection to 127.0.0.1:{back} was refused: it showed no certificate, and [adapter] authority asks for one"
    )
    assert {refused} == set(strays(events))


@needs_storescp
def test_storescp_takes_objects_by_tls(tmp_path: Path, keys: Path) -> None:
    """DCMTK's storescp, which asks for a certificate of ours, takes some cases and keeps the same; one that it does not know it refuses."""
    port, kept = free_port(), tmp_path / "kept"
    kept.mkdir()
    questions_ = questions(step=12)
    secure: list[str | Path] = ["+tls", keys / "vendor.key", keys / "vendor.pem", "+cf", keys / "known.pem"]
    with node(["storescp", "-od", kept, *secure, str(port)], port, tmp_path):
        sent = stored(port, "STORESCP", questions_, threads=1, tls=context(keys, "ours"))
        refused = stored(port, "STORESCP", questions_[:1], threads=1, tls=context(keys, "theirs"))
    assert {Sent()} == set(sent)
    assert ["error"] == [one.status for one in refused]
    assert "no TLS with 127.0.0.1" in refused[0].detail
    same(questions_, {uid_of(path.read_bytes()): path.read_bytes() for path in kept.iterdir()})


def context(keys: Path, ours: str) -> ssl.SSLContext:
    """TLS as a vendor file says it."""
    files = TlsFiles(authority=str(keys / "known.pem"), certificate=str(keys / f"{ours}.pem"), key=str(keys / f"{ours}.key"))
    return connecting(files, keys)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('key = "k.pem"\ntls = true\n', "a key belongs to a certificate"),
        ('certificate = "c.pem"\n', "is for TLS; write tls = true, or remove it"),
        ('listen = "127.0.0.1:8104"\ntls = true\n', "with TLS our address (listen) needs a certificate and its key"),
    ],
)
def test_what_does_not_go_together_is_told(change: str, said: str, tmp_path: Path) -> None:
    """Each fault of such a vendor file is told with what to write."""
    path = vendor_file(tmp_path, 11112, "" if "listen" in change else 'folder = "exchange"', more=change)
    with pytest.raises(UserError) as error:
        asked(path, cases=1)
    assert said in str(error.value)


def stow_file(folder: Path, port: int, lines: str, answers: str = "", scheme: str = "https") -> Path:
    """The vendor file of a STOW-RS service by https."""
    path = service_file(folder, port, answers)
    path.write_text(path.read_text().replace("http://", f"{scheme}://") + lines)
    return path


def test_stow_by_https(tmp_path: Path, keys: Path) -> None:
    """By STOW-RS over https, with certificates of both sides: all pass."""
    port = free_port()
    with service(tmp_path, port, "answers", *shown(keys, "vendor"), "--authority", str(keys / "known.pem")):
        found, _ = asked(stow_file(tmp_path, port, tls(keys, "ours", flag="")), cases=CASES)
    assert {"pass", "not_applicable"} >= {result.verdict for result in found.values()}


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        ("theirs", r"is not accepted: .*name the authority that signed it: \[adapter\] authority"),
        ("expired", "is not accepted: certificate has expired; it needs a certificate that is valid"),
        ("elsewhere", r"is not accepted: .*IP address mismatch.*must name what \[adapter\] says as its host"),
    ],
)
def test_a_service_that_is_not_accepted(certificate: str, said: str, tmp_path: Path, keys: Path) -> None:
    """A certificate of a service that is not accepted stops the run with what to do."""
    port = free_port()
    with service(tmp_path, port, "answers", *shown(keys, certificate)), pytest.raises(VendorUnreachable, match=said):
        asked(stow_file(tmp_path, port, tls(keys, flag="")), cases=1)


@pytest.mark.parametrize(
    ("ours", "said"), [("", "asks for a certificate of ours; name it"), ("theirs", "does not know the authority")]
)
def test_a_service_that_does_not_take_our_certificate(ours: str, said: str, tmp_path: Path, keys: Path) -> None:
    """Of TLS 1.3 a service refuses our certificate only once it is asked: the verdict says why in words."""
    port = free_port()
    with service(tmp_path, port, "answers", *shown(keys, "vendor"), "--authority", str(keys / "known.pem")):
        found, _ = asked(stow_file(tmp_path, port, tls(keys, ours, flag="")), cases=1)
    (result,) = found.values()
    assert "error" == result.verdict
    assert said in result.explanation


def test_files_of_tls_without_https(tmp_path: Path, keys: Path) -> None:
    """Certificates beside an address that begins with http:// are told with what to write."""
    with pytest.raises(UserError, match="is for TLS; write https:// in url, or remove it"):
        asked(stow_file(tmp_path, 8080, tls(keys, flag=""), scheme="http"), cases=1)
