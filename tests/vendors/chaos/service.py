"""A web service that misbehaves on some cases and is right on all others: `http://host/BEHAVIOUR`, written on bare sockets.

`service.py` serves on a free port, which it prints, and lists the behaviours. Which cases are hit: see `chaos.py`.
"""

import contextlib
import json
import select
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import chaos

OVER = threading.Event()
Hit = Callable[[socket.socket, bytes], bool]
"""Called with the connection and the right answer; whether the connection may be used again."""


def response(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """A response as it should be sent, unless `length` lies."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def raw(make: Callable[[bytes], bytes], about: str, *, keep: bool = False) -> Hit:
    """A behaviour that sends what `make` makes of the right answer."""

    def behave(connection: socket.socket, answer: bytes) -> bool:
        connection.sendall(make(answer))
        return keep

    behave.__doc__ = about
    return behave


def endless(begin: Callable[[bytes], bytes], more: bytes, about: str) -> Hit:
    """A behaviour that sends what `begin` makes of the right answer, and then `more` for ever, as fast as it goes."""

    def behave(connection: socket.socket, answer: bytes) -> bool:
        connection.sendall(begin(answer))
        while not OVER.is_set():
            connection.sendall(more)
        return False

    behave.__doc__ = about
    return behave


def reset(connection: socket.socket, answer: bytes) -> bool:
    """Resets the connection in the middle of its answer."""
    connection.sendall(response(answer)[:-10])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def drops(connection: socket.socket, answer: bytes) -> bool:
    """Closes the connection without a word."""
    del connection, answer
    return False


def silent(connection: socket.socket, answer: bytes) -> bool:
    """Says nothing and keeps the connection."""
    del answer
    connection.settimeout(60)
    connection.recv(1)
    return False


def slow_bytes(connection: socket.socket, answer: bytes) -> bool:
    """Sends its answer a byte every tenth of a second."""
    for byte in response(answer):
        connection.sendall(bytes([byte]))
        if OVER.wait(0.1):
            break
    return False


def slow_headers(connection: socket.socket, answer: bytes) -> bool:
    """Sends headers for ever, one every tenth of a second."""
    del answer
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not OVER.wait(0.1):
        connection.sendall(b"X-More: yes\r\n")
    return False


def twice_late(connection: socket.socket, answer: bytes) -> bool:
    """Answers, and on the same connection once more a moment later, unasked."""
    connection.sendall(response(answer))
    time.sleep(0.05)
    connection.sendall(response(answer))
    return True


def twice_meanwhile(connection: socket.socket, answer: bytes) -> bool:
    """Answers, and on the same connection once more when the next request is there, before its answer."""
    connection.sendall(response(answer))
    select.select([connection], [], [], 1)
    connection.sendall(response(answer))
    return True


def keep_alive_dropped(connection: socket.socket, answer: bytes) -> bool:
    """Answers, promises to keep the connection and closes it."""
    connection.sendall(response(answer, "200 OK", "Connection: keep-alive"))
    return False


@cache
def bomb() -> bytes:
    """A hundred megabytes of blanks in a hundred kilobytes."""
    packer = zlib.compressobj(1, wbits=31)
    return b"".join([*(packer.compress(b" " * (1 << 20)) for _ in range(100)), packer.flush()])


def gzipped(data: bytes) -> bytes:
    """`data` in gzip's format."""
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()


def other_case(answer: bytes) -> bytes:
    """The answer under an id that nobody asked for."""
    return json.dumps(json.loads(answer) | {"id": "other:1"}).encode()


HITS: dict[str, Hit] = {
    "reset": reset,
    "drops": drops,
    "silent": silent,
    "slow_bytes": slow_bytes,
    "slow_headers": slow_headers,
    "endless_headers": endless(lambda _: b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"y" * 1000 + b"\r\n", "Sends headers for ever."),
    "endless_body": endless(lambda _: b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, "Sends a body for ever."),
    "endless_continue": endless(lambda _: b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 'Says "100 Continue" for ever.'),
    "twice_late": twice_late,
    "twice_meanwhile": twice_meanwhile,
    "keep_alive_dropped": keep_alive_dropped,
    "no_http": raw(lambda a: a, "Sends its answer without any HTTP."),
    "chunked_garbage": raw(
        lambda a: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + a,
        "Sends chunks with lengths that are no numbers.",
    ),
    "chunk_too_long": raw(
        lambda a: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n" + a, "Announces a chunk that never comes."
    ),
    "length_too_long": raw(lambda a: response(a, length=len(a) + 9), "Announces more than it sends."),
    "length_too_short": raw(lambda a: response(a, length=len(a) - 9), "Announces less than it sends.", keep=True),
    "length_negative": raw(lambda a: response(a, length=-5), "Announces a negative length."),
    "twice": raw(lambda a: response(a) * 2, "Answers twice on one connection.", keep=True),
    "two_documents": raw(lambda a: response(a + a), "Sends two answers in one body.", keep=True),
    "redirects": raw(
        lambda a: response(a, "307 Temporary Redirect", "Location: http://127.0.0.1:9/steal"), "Redirects elsewhere.", keep=True
    ),
    "busy_for_long": raw(
        lambda a: response(a, "429 Too Many Requests", "Retry-After: 86400"), "Wants to be asked tomorrow.", keep=True
    ),
    "busy_nonsense": raw(
        lambda a: response(a, "429 Too Many Requests", "Retry-After: soon"), "Is busy, and says when in no known form.", keep=True
    ),
    "unavailable": raw(lambda a: response(a, "503 Service Unavailable"), "Answers 503.", keep=True),
    "breaks": raw(lambda a: response(a, "500 Internal Server Error"), "Answers 500.", keep=True),
    "odd_status": raw(lambda a: response(a, "999 Whatever"), "Answers with a status that does not exist.", keep=True),
    "no_content": raw(lambda _: b"HTTP/1.1 204 No Content\r\n\r\n", "Answers 204.", keep=True),
    "huge_header": raw(lambda a: response(a, "200 OK", "X-Big: " + "y" * (1 << 20)), "Sends a header of a megabyte."),
    "bomb": raw(lambda _: response(bomb(), "200 OK", "Content-Encoding: gzip"), "Sends a compressed bomb."),
    "double_gzip": raw(
        lambda a: response(gzipped(gzipped(a)), "200 OK", "Content-Encoding: gzip, gzip"), "Compresses twice.", keep=True
    ),
    "gzip_cut": raw(
        lambda a: response(gzipped(a)[:-20], "200 OK", "Content-Encoding: gzip"), "Compresses, and cuts the end off.", keep=True
    ),
    "gzip_unchecked": raw(
        lambda a: response(gzipped(a)[:-8], "200 OK", "Content-Encoding: gzip"),
        "Compresses, and leaves out the checksum at the end.",
        keep=True,
    ),
    "gzip_twice": raw(
        lambda a: response(gzipped(a) * 2, "200 OK", "Content-Encoding: gzip"), "Sends two compressed answers in one body."
    ),
    "gzip_endless": endless(
        lambda a: b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzipped(a),
        b"x" * 65536,
        "Sends its answer compressed, and behind it bytes for ever.",
    ),
    "invalid_utf8": raw(lambda a: response(a.replace(b'"coded"', b'"\xff\xfe"')), "Sends bytes that are no text.", keep=True),
    "deep_json": raw(lambda _: response(b"[" * 100_000 + b"]" * 100_000), "Sends JSON a hundred thousand lists deep.", keep=True),
    "nan": raw(
        lambda a: response(a.replace(b'"lines": [', b'"lines": NaN, "x": [')), "Sends numbers that JSON has not.", keep=True
    ),
    "other_case": raw(lambda a: response(other_case(a)), "Answers a case that nobody asked.", keep=True),
    "a_page": raw(lambda _: response(b"<html>It works!</html>"), "Sends a web page.", keep=True),
}


class Service:
    """Serves on a free port; `asked` counts the requests by path."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.asked: Counter[str] = Counter()
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Stop, and wait for every thread."""
        OVER.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()
        OVER.clear()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                stack.callback(connection.close)
            while self._request(connection):
                pass

    def _request(self, connection: socket.socket) -> bool:
        received = b""
        while b"\r\n\r\n" not in received:
            data = connection.recv(65536)
            if not data:
                return False
            received += data
        head, _, body = received.partition(b"\r\n\r\n")
        path = head.split()[1].decode().strip("/")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        while len(body) < length:
            body += connection.recv(65536)
        self.asked[path] += 1
        case = json.loads(body)
        answer = json.dumps(chaos.right(case)).encode()
        if path in HITS and chaos.is_hit(case):
            return HITS[path](connection, answer)
        connection.sendall(response(answer))
        return True


@contextmanager
def serve(context: ssl.SSLContext | None = None) -> Iterator[Service]:
    """A running service."""
    service = Service(context)
    try:
        yield service
    finally:
        service.close()


def self_signed(folder: Path) -> ssl.SSLContext:
    """A context with a certificate, kept as certificate.pem in `folder`, that nobody else has signed."""
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


if __name__ == "__main__":
    with serve() as running:
        for name, behaviour in HITS.items():
            print(f"http://127.0.0.1:{running.port}/{name:20} {behaviour.__doc__}")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
