"""Redirects lead only where the vendor file says, with real services on both ends."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from rtconform.conformance.adapters.http.redirects import NotFollowed, followed, host_of
from tests.helpers import TESTS
from tests.helpers.chaos_runs import load

Talk = Callable[..., Any]
HEADERS = 'headers = { Authorization = "Bearer ${ACME_TOKEN}" }\n'


@pytest.fixture(scope="module")
def services() -> Any:
    """The module with the services, loaded from its file."""
    return load("http_service", TESTS / "conformance" / "programs")


@pytest.fixture
def two(services: Any) -> Iterator[tuple[Any, Any]]:
    """Two running services."""
    with services.serve() as one, services.serve() as other:
        yield one, other


@pytest.fixture
def ask(talk: Talk, two: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> Talk:
    """Asks the first service, which redirects to `path` at the second, with a secret in the header."""
    monkeypatch.setenv("ACME_TOKEN", "t0p-s3cr3t")
    one, other = two

    def ask(allowed: list[str], status: int = 307, path: str = "right") -> Any:
        one.status, one.location = status, f"{other.url}/{path}"
        more = HEADERS + f"allow_redirects_to = {allowed!r}\n"
        return talk(f'[adapter]\nkind = "http"\nurl = "{one.url}/redirects"\ntimeout_s = 20\n{more}', 3)

    return ask


@pytest.mark.parametrize("status", [307, 308])
def test_an_allowed_redirect_is_followed(ask: Talk, two: tuple[Any, Any], status: int) -> None:
    """The listed host gets the same request, case and headers, and its answers count."""
    conversation = ask([two[1].url.removeprefix("http://")], status)
    assert ["answered"] * 3 == conversation.statuses
    assert [(3, "Bearer t0p-s3cr3t")] == [(two[1].asked["/right"], two[1].headers[0]["Authorization"])]


@pytest.mark.parametrize(
    ("allowed", "status", "why"),
    [
        ([], 307, "redirects are not followed"),
        (["127.0.0.1"], 307, "allow_redirects_to does not list 127.0.0.1:"),
        (["127.0.0.1:9", "elsewhere.example"], 307, "allow_redirects_to does not list 127.0.0.1:"),
        (["SECOND"], 301, "only 307 and 308 ask for the same request again"),
        (["SECOND"], 303, "only 307 and 308 ask for the same request again"),
    ],
)
def test_no_other_is(ask: Talk, two: tuple[Any, Any], allowed: list[str], status: int, why: str) -> None:
    """Where a redirect is not followed the other host gets nothing, and the verdict says where it would have led and why not."""
    second = two[1].url.removeprefix("http://")
    conversation = ask([second if host == "SECOND" else host for host in allowed], status)
    assert (["error"] * 3, {}) == (conversation.statuses, dict(two[1].asked))
    assert f"a redirect to {two[1].url}/right: " in conversation.details
    assert why in conversation.details


def test_redirects_in_a_row_are_few(ask: Talk, two: tuple[Any, Any]) -> None:
    """A service that redirects for ever is left after three."""
    second = two[1]
    second.location = f"{second.url}/redirects"
    conversation = ask([second.url.removeprefix("http://")], path="redirects")
    assert (["error"] * 3, 3 * 3) == (conversation.statuses, second.asked["/redirects"])
    assert "more than 3 in a row" in conversation.details


@pytest.mark.parametrize(
    ("location", "leads"),
    [
        ("https://b.example/x", "https://b.example/x"),
        ("https://B.Example:443/x", "https://b.example/x"),
        ("//b.example/x", "https://b.example/x"),
        ("/x", "https://a.example:8443/x"),
        ("https://[::1]:8443/", "https://[::1]:8443/"),
        ("https://b.example:8443/x", "does not list b.example:8443"),
        ("https://a.example/x", "does not list a.example:443"),
        ("https://b.example.evil.example/", "does not list"),
        ("https://b.example@evil.example/", "not a plain address"),
        ("https://user:word@b.example/", "not a plain address"),
        ("http://b.example/x", "from https to http is never followed"),
        ("ftp://b.example/x", "not a plain address"),
        ("javascript:alert(1)", "not a plain address"),
        ("https://b.example:99999/", "not an address"),
        ("https:///x", "https://a.example:8443/x"),
    ],
)
def test_where_a_redirect_leads(location: str, leads: str) -> None:
    """Host and port have to be listed; an entry without port is for the scheme's own."""
    allowed = frozenset(map(host_of, ("b.example", "a.example:8443", "[::1]:8443")))
    try:
        found = str(followed(URL("https://a.example:8443/code"), 307, location, allowed))
    except NotFollowed as why:
        found = str(why)
    assert leads in found


def test_tls_is_not_left(services: Any, tmp_path: Path) -> None:
    """A service behind TLS can't send the case and the headers on in the clear, allowed or not."""
    context = load("service").self_signed(tmp_path)
    with services.serve() as plain, services.serve(context) as secure:
        secure.location = f"{plain.url}/right"
        (tmp_path / "vendor.toml").write_text(
            f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "http"\nurl = "{secure.url}/redirects"\n'
            f'allow_redirects_to = ["{plain.url.removeprefix("http://")}"]\n'
        )
        command = [sys.executable, "-m", "rtconform", "vendor", "check", str(tmp_path / "vendor.toml")]
        env = {**os.environ, "SSL_CERT_FILE": str(tmp_path / "certificate.pem")}
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
        assert (1, {}, 3) == (done.returncode, dict(plain.asked), secure.asked["/redirects"]), done
    assert "from https to http is never followed" in done.stdout
