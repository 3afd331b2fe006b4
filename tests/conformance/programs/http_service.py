"""Small web services, one a path, each behaving in one way; `serve` runs them in a thread."""

import gzip
import json
import ssl
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Service(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.headers: list[dict[str, str]] = []
        self.over = threading.Event()
        self.location = ""
        self.status = 307

    @property
    def url(self) -> str:
        scheme = "https" if isinstance(self.socket, ssl.SSLSocket) else "http"
        return f"{scheme}://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked[self.path] += 1
        self.server.headers.append(dict(self.headers))
        try:
            SERVICES[self.path.strip("/")](self, body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def reply(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the tests' standard error."""


def answer(body: bytes, **changes: object) -> bytes:
    case = json.loads(body)
    return json.dumps({"id": case["id"], "outcome": "coded", "lines": [{"session": "S1", "code": "77412"}], **changes}).encode()


def busy_at_first(handler: Handler, body: bytes) -> None:
    if handler.server.asked[handler.path] == 1:
        handler.reply(b"later", 503, Retry_After="0")
    else:
        handler.reply(answer(body))


def slow(handler: Handler, body: bytes) -> None:
    handler.server.over.wait(30)
    handler.reply(answer(body))


def endless(handler: Handler, body: bytes) -> None:
    del body
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    while not handler.server.over.is_set():
        handler.wfile.write(b"x" * 65536)


def bomb(handler: Handler, body: bytes) -> None:
    del body
    handler.reply(gzip.compress(b" " * 200_000_000, 1), Content_Encoding="gzip")


def drops(handler: Handler, body: bytes) -> None:
    del body
    handler.close_connection = True


def left_over(handler: Handler, body: bytes, rest: Callable[[bytes], bytes]) -> None:
    """Answers, and puts `rest` of the answer before what is next due on the same connection, once that is asked for."""
    handler.wfile.write(handler.__dict__.get("rest", b""))
    handler.reply(answer(body))
    handler.__dict__["rest"] = rest(answer(body))


def http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def own_shape(handler: Handler, body: bytes) -> None:
    visit = json.loads(body)["visit"]
    charges = [{"fx": "S1", "cpt": "77387", "mods": ["26"]}] if visit["sex"] == "female" else []
    handler.reply(json.dumps({"result": {"state": "done", "charges": charges}}).encode())


SERVICES: dict[str, Callable[[Handler, bytes], Any]] = {
    "right": lambda handler, body: handler.reply(answer(body)),
    "gzip": lambda handler, body: handler.reply(gzip.compress(answer(body)), Content_Encoding="gzip"),
    "deflate": lambda handler, body: handler.reply(zlib.compress(answer(body)), Content_Encoding="deflate"),
    "brotli": lambda handler, body: handler.reply(answer(body), Content_Encoding="br"),
    "cut_gzip": lambda handler, body: handler.reply(gzip.compress(answer(body))[:-8], Content_Encoding="gzip"),
    "two_gzips": lambda handler, body: handler.reply(gzip.compress(answer(body)) * 2, Content_Encoding="gzip"),
    "no_http": lambda handler, body: handler.wfile.write(answer(body)),
    "not_gzip": lambda handler, body: handler.reply(answer(body), Content_Encoding="gzip"),
    "missing": lambda handler, _: handler.reply(b"<h1>no such page</h1>", 404),
    "broken": lambda handler, _: handler.reply(b"stack trace", 500),
    "busy": lambda handler, _: handler.reply(b"later", 429, Retry_After="0"),
    "busy_for_long": lambda handler, _: handler.reply(b"later", 503, Retry_After="3600"),
    "moved": lambda handler, _: handler.reply(b"", 302, Location="https://elsewhere.example/code"),
    "redirects": lambda handler, _: handler.reply(b"", handler.server.status, Location=handler.server.location),
    "empty": lambda handler, _: handler.reply(b"", 200),
    "page": lambda handler, _: handler.reply(b"<html>Welcome</html>"),
    "wrong_id": lambda handler, body: handler.reply(answer(body, id="made:99")),
    "wrong_shape": lambda handler, body: handler.reply(answer(body, lines={"code": "77412"})),
    "list": lambda handler, body: handler.reply(b"[" + answer(body) + b"]"),
    "busy_at_first": busy_at_first,
    "slow": slow,
    "endless": endless,
    "bomb": bomb,
    "drops": drops,
    "own_shape": own_shape,
    "late_duplicate": lambda handler, body: left_over(handler, body, http),
    "late_duplicates": lambda handler, body: left_over(handler, body, lambda one: http(one) * 5),
    "smuggled": lambda handler, body: left_over(handler, body, lambda one: http(one.replace(b"made:", b"lost:"))),
    "rest_of_another": lambda handler, body: left_over(handler, body, lambda one: http(one)[40:]),
    "echo_token": lambda handler, _: handler.reply(handler.headers["Authorization"].encode(), 403),
}


@contextmanager
def serve(context: ssl.SSLContext | None = None) -> Iterator[Service]:
    with Service() as service:
        if context is not None:
            service.socket = context.wrap_socket(service.socket, server_side=True)
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield service
        finally:
            service.over.set()
            service.shutdown()
            thread.join()
