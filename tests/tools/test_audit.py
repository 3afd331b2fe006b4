"""The audit of dependencies says what it found, and never that all is well where it could not look."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.helpers import ROOT

pytestmark = pytest.mark.slow

AUDIT = ROOT / "tools" / "audit.py"


@contextmanager
def advisories(vulnerable: str) -> Iterator[str]:
    """A service that speaks OSV's protocol and has an advisory for one package."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = {"vulns": [{"id": "PYSEC-1", "summary": "a hole", "affected": []}]}
            body = json.dumps(known if asked["package"]["name"] == vulnerable else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the tests' standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
        server.shutdown()
        thread.join()


def audit(url: str) -> tuple[int, str, str]:
    """Exit code and both outputs."""
    done = subprocess.run([sys.executable, str(AUDIT), url], check=False, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_all_is_well() -> None:
    """Everything looked up, nothing known against it."""
    with advisories("") as url:
        status, told, loud = audit(url)
    assert (0, "") == (status, loud)
    assert "0 of these vulnerable" in told
    assert "INCOMPLETE" not in told


def test_a_known_vulnerability_fails() -> None:
    """One package with an advisory is enough, and is named with it."""
    with advisories("aiohttp") as url:
        status, told, loud = audit(url)
    assert 1 == status
    assert "1 of these vulnerable" in told
    assert "VULNERABLE: aiohttp" in loud
    assert "PYSEC-1" in loud


def test_what_can_not_be_looked_up_is_no_success() -> None:
    """Where nobody answers nothing is claimed, and the end is none of the other two."""
    status, told, loud = audit("http://127.0.0.1:9/v1/query")
    assert 3 == status
    assert told.startswith("audit: INCOMPLETE: 0 of ")
    assert "NOT AUDITED" in loud
