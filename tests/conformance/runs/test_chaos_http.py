"""Whole runs against a web service that misbehaves on some cases, on bare sockets: only the cases hit suffer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rtconform.conformance.runs.folder import RunFolder
from rtconform.reference.errors import VendorUnreachable
from tests.helpers.chaos_runs import ASKED, load, nothing_left, run

pytestmark = pytest.mark.slow

service = load("service")
DUE: dict[str, set[str]] = {
    **{name: {"timeout"} for name in ("silent", "slow_bytes", "slow_headers", "endless_continue")},
    **{
        name: {"error"}
        for name in ("reset", "drops", "no_http", "chunked_garbage", "chunk_too_long", "length_too_long", "length_negative")
    },
    **{name: {"error"} for name in ("redirects", "busy_for_long", "busy_nonsense", "unavailable", "breaks", "odd_status")},
    **{name: {"error"} for name in ("endless_headers", "huge_header", "length_too_short")},
    **{name: {"invalid"} for name in ("two_documents", "no_content", "bomb", "double_gzip", "gzip_cut")},
    **{name: {"invalid"} for name in ("gzip_unchecked", "gzip_twice", "gzip_endless")},
    **{name: {"invalid"} for name in ("invalid_utf8", "deep_json", "nan", "other_case", "a_page", "endless_body")},
    **{name: {"pass"} for name in ("twice", "twice_late", "twice_meanwhile", "keep_alive_dropped")},
}


@pytest.fixture
def running() -> Iterator[Any]:
    """A running service."""
    with service.serve() as one:
        yield one


def vendor_file(folder: Path, url: str) -> Path:
    """A vendor file for a service."""
    path = folder / "vendor.toml"
    path.write_text(
        f'[vendor]\nname = "Chaos"\nversion = "1"\n\n[adapter]\nkind = "http"\nurl = "{url}"\ntimeout_s = 1.0\nworkers = 4\n'
    )
    return path


def test_every_behaviour_is_tried() -> None:
    """What the service can do is what is tried."""
    assert service.HITS.keys() == DUE.keys()


@pytest.mark.parametrize("behaviour", DUE)
def test_a_service_that_misbehaves(behaviour: str, running: Any, tmp_path: Path) -> None:
    """Each behaviour costs the cases that it hits their verdict, and no other case."""
    vendor = vendor_file(tmp_path, f"http://127.0.0.1:{running.port}/{behaviour}")
    with nothing_left(str(tmp_path)):
        hit, others, findings = run(vendor, tmp_path / "run")
    assert (DUE[behaviour], {"pass"}, set()) == (hit, others, findings)


def test_a_redirect_is_not_followed(running: Any, tmp_path: Path) -> None:
    """Where a service sends us elsewhere we don't go, and the address is told."""
    run(vendor_file(tmp_path, f"http://127.0.0.1:{running.port}/redirects"), tmp_path / "run")
    told = {result.explanation for result in RunFolder(tmp_path / "run").results() if result.verdict == "error"}
    assert ["http://127.0.0.1:9/steal"] == [word.rstrip(":") for word in " ".join(told).split() if "/steal" in word]


def test_patience_is_bounded(running: Any, tmp_path: Path) -> None:
    """A service that wants to be asked tomorrow is asked once a case, one that is merely busy three times."""
    for behaviour, tries in (("busy_for_long", 1), ("unavailable", 3)):
        folder = tmp_path / behaviour
        folder.mkdir()
        run(vendor_file(folder, f"http://127.0.0.1:{running.port}/{behaviour}"), folder / "run")
        results = list(RunFolder(folder / "run").results())
        hits = sum(result.verdict == "error" for result in results)
        right = len(ASKED) - hits
        assert running.asked[behaviour] >= right + hits * tries
        assert all(("3 times" in result.explanation) == (tries == 3) for result in results if result.verdict == "error")


def test_an_unknown_certificate_is_told(tmp_path: Path) -> None:
    """A service whose certificate nobody signed is unreachable, and the message says why and what to do."""
    with service.serve(service.self_signed(tmp_path)) as secure:
        vendor = vendor_file(tmp_path, f"https://127.0.0.1:{secure.port}/right")
        with pytest.raises(VendorUnreachable, match=r"certificate.*SSL_CERT_FILE"):
            run(vendor, tmp_path / "run")


def test_no_tls_where_tls_is_due(running: Any, tmp_path: Path) -> None:
    """A service that speaks plain HTTP on an https address is unreachable, in words."""
    with pytest.raises(VendorUnreachable, match="TLS"):
        run(vendor_file(tmp_path, f"https://127.0.0.1:{running.port}/right"), tmp_path / "run")
