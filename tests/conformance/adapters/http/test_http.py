"""The HTTP adapter against web services that behave and misbehave."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rtconform.reference.errors import UserError, VendorUnreachable
from tests.helpers import TESTS
from tests.helpers.chaos_runs import load

Talk = Callable[..., Any]


@pytest.fixture(scope="module")
def services() -> Any:
    """The module with the services, loaded from its file."""
    return load("http_service", TESTS / "conformance" / "programs")


@pytest.fixture
def service(services: Any) -> Iterator[Any]:
    """A running service."""
    with services.serve() as running:
        yield running


@pytest.fixture
def ask(talk: Talk, service: Any) -> Talk:
    """Asks the service at a path."""

    def ask(path: str, count: int = 1, *, timeout_s: float = 20, more: str = "", **files: str) -> Any:
        table = f'[adapter]\nkind = "http"\nurl = "{service.url}/{path}"\ntimeout_s = {timeout_s}\n{more}'
        return talk(table, count, **files)

    return ask


@pytest.mark.parametrize("path", ["right", "gzip", "deflate", "busy_at_first"])
def test_every_case_gets_its_answer(ask: Talk, path: str) -> None:
    """A right service answers, compressed or not, and may ask for patience."""
    conversation = ask(path, 20)

    assert ["answered"] * 20 == conversation.statuses
    assert [f"made:{number}" for number in range(1, 21)] == [reply.answer.id for reply in conversation.replies]


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("missing", "error", "answered 404; check [adapter] url"),
        ("broken", "error", "answered 500"),
        ("busy", "error", "answered 429, 3 times"),
        ("moved", "error", "302, a redirect to https://elsewhere.example/code"),
        ("drops", "error", "the request failed"),
        ("empty", "invalid", "nothing came"),
        ("page", "invalid", "not JSON"),
        ("wrong_id", "invalid", "answers case 'made:99', but 'made:1' was asked"),
        ("wrong_shape", "invalid", "$.lines"),
        ("list", "invalid", "a JSON list"),
        ("brotli", "invalid", "encoded as 'br'"),
        ("not_gzip", "invalid", "not gzip"),
        ("cut_gzip", "invalid", "the answer is gzip, and its end is missing"),
        ("two_gzips", "invalid", "more came after the end of the gzip data"),
        ("no_http", "error", "what came is not HTTP: Bad status line"),
        ("endless", "invalid", "more than 1048576 bytes"),
        ("bomb", "invalid", "more than 1048576 bytes"),
    ],
)
def test_misbehaviour_has_its_status(ask: Talk, path: str, status: str, reason: str) -> None:
    """Each kind of misbehaviour is told apart, and what came is kept in part."""
    conversation = ask(path)

    assert [status] == conversation.statuses
    assert reason in conversation.details
    assert len(conversation.replies[0].received) <= 4096


def test_a_slow_service_times_out(ask: Talk) -> None:
    """No answer in time is a timeout."""
    conversation = ask("slow", timeout_s=0.4)

    assert ["timeout"] == conversation.statuses


def test_waiting_is_bounded_by_the_timeout(ask: Talk, service: Any) -> None:
    """A service that wants to be asked in an hour is not waited for."""
    conversation = ask("busy_for_long")

    assert ["error"] == conversation.statuses
    assert 1 == service.asked["/busy_for_long"]


def test_headers_carry_secrets_that_do_not_get_out(ask: Talk, service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A header may hold a secret; what the service sends back of it is replaced."""
    monkeypatch.setenv("ACME_TOKEN", "t0p-s3cr3t")
    conversation = ask("echo_token", more='headers = { Authorization = "Bearer ${ACME_TOKEN}" }\n')

    assert "Bearer t0p-s3cr3t" == service.headers[0]["Authorization"]
    assert "application/json" == service.headers[0]["Content-Type"]
    assert "Bearer [secret ACME_TOKEN]" == conversation.replies[0].received


def test_a_shape_of_its_own_needs_no_shim(ask: Talk) -> None:
    """Template and expressions translate both ways; the answer needs no id, since a response belongs to its request."""
    more = """
[request]
template = "request.j2"
[response]
outcome = "result.state == 'done' && 'coded' || 'needs_review'"
lines = "result.charges[].{session: fx, code: cpt, modifiers: mods}"
"""
    conversation = ask("own_shape", 3, more=more, request_j2='{"visit": {"sex": {{ case.patient.sex | tojson }}}}')

    assert ["made:1", "made:2", "made:3"] == [reply.answer.id for reply in conversation.replies]
    assert {("77387", ("26",))} == {
        (reply.answer.lines[0].code, reply.answer.lines[0].modifiers) for reply in conversation.replies
    }


def test_a_request_that_must_be_json_is_checked(ask: Talk) -> None:
    """A template that makes no JSON for a JSON service is a fault of the vendor file, found before any case is asked."""
    with pytest.raises(UserError, match=r"request.j2: the request template fails: the request becomes no JSON"):
        ask("right", more='[request]\ntemplate = "request.j2"\n', request_j2='{"id": {{ id }}')


def test_a_service_that_is_not_there_is_unreachable(talk: Talk) -> None:
    """Where nobody listens, the whole run is off."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/code"
        with pytest.raises(VendorUnreachable, match="can't connect"):
            talk(f'[adapter]\nkind = "http"\nurl = "{url}"\n')


def test_a_host_that_does_not_exist_is_unreachable(talk: Talk) -> None:
    """A host name without an address is told in the same way."""
    with pytest.raises(VendorUnreachable, match=r"no-such-host\.invalid"):
        talk('[adapter]\nkind = "http"\nurl = "http://no-such-host.invalid/code"\ntimeout_s = 5\n')


@pytest.mark.hostile
@pytest.mark.parametrize("path", ["late_duplicate", "late_duplicates", "smuggled", "rest_of_another"])
def test_what_is_left_on_connections_spoils_no_case(ask: Talk, service: Any, path: str) -> None:
    """Where every kept connection brings something else first, each case is asked once more, on a connection that nobody has used."""
    conversation = ask(path, 71, more="workers = 8\n")

    assert ["answered"] * 71 == conversation.statuses
    assert [f"made:{number}" for number in range(1, 72)] == [reply.answer.id for reply in conversation.replies]
    assert 71 < service.asked[f"/{path}"] <= 142
