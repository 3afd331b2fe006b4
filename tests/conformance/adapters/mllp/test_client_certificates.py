"""MLLP where both sides show certificates, on connections of ours and on those that the vendor opens to our address."""

import asyncio
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from rtconform.conformance.adapters import Reply
from rtconform.conformance.adapters.mllp.framing import FS, framed
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.records import Event
from rtconform.conformance.vendors.file import load_vendor
from tests.conformance.adapters.mllp.test_mllp import CASES, TO_ACK, System, Visit, expected, lines, right
from tests.helpers.dicom_nodes import free_port
from tests.vendors.chaos.service import self_signed


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders with a certificate and its key: of the vendor, ours, and a stranger's. Each is its own authority."""
    path = tmp_path_factory.mktemp("keys")
    for name in ("vendor", "ours", "stranger"):
        (path / name).mkdir()
        self_signed(path / name)
    return path


def vendors_tls(keys: Path, shown: str, known: str = "ours") -> ssl.SSLContext:
    """TLS of the vendor as a server, which asks for a certificate that `known` signed."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(keys / known / "certificate.pem"))
    context.load_cert_chain(keys / shown / "certificate.pem", keys / shown / "key.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def ask(folder: Path, keys: Path, system: System, tls: ssl.SSLContext, *adapter: str, port: int = 0) -> tuple[Reply, list[Event]]:
    """The reply to one case, and what was logged; `adapter`: lines of the vendor file beside authority and TLS.

    `port`: that of another server than the system's.
    """
    events: list[Event] = []

    async def asked() -> Reply:
        server = await asyncio.start_server(system.serve, "127.0.0.1", 0, ssl=tls)
        path = folder / "vendor.toml"
        more = "\n".join((*adapter, "tls = true", f'authority = "{keys}/vendor/certificate.pem"'))
        path.write_text(
            '[vendor]\nname = "V"\nversion = "1"\n[format]\nquestion = "hl7v2"\nanswer = "hl7v2"\n'
            f'{TO_ACK}\n[adapter]\nkind = "mllp"\nhost = "127.0.0.1"\nport = {port or server.sockets[0].getsockname()[1]}\n'
            f"timeout_s = 5\n{more}\n"
        )
        opened = open_adapter(load_vendor(path), events.append, workers=1)
        try:
            await opened.start()
            return await opened.ask(CASES[0])
        finally:
            await opened.close()
            server.close()
            if system.serving:
                await asyncio.wait(system.serving, timeout=2)

    return asyncio.run(asked()), events


def shown(keys: Path, name: str) -> tuple[str, str]:
    """The lines of a vendor file that show somebody's certificate."""
    return f'certificate = "{keys}/{name}/certificate.pem"', f'key = "{keys}/{name}/key.pem"'


@contextmanager
def refusing(tls: ssl.SSLContext) -> Iterator[int]:
    """The port of a server that says with an alert why it takes no certificate, as asyncio's own does not."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with suppress(OSError):
                    tls.wrap_socket(connection, server_side=True)
                connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def test_both_sides_show_certificates(tmp_path: Path, keys: Path) -> None:
    """A vendor that asks for a certificate of ours is shown it, and answers."""
    reply, events = ask(tmp_path, keys, System(right), vendors_tls(keys, "vendor"), *shown(keys, "ours"))
    assert expected(0) == lines(reply)
    assert [] == events


@pytest.mark.parametrize(
    ("certificate", "said"),
    [("", "asks for a certificate of ours; name it: [adapter] certificate and key"), ("stranger", "does not know the authority")],
)
def test_a_vendor_that_does_not_take_our_certificate(certificate: str, said: str, tmp_path: Path, keys: Path) -> None:
    """Where we show none, or one that the vendor does not know, the reply says so, and what to do."""
    ours = shown(keys, certificate) if certificate else ()
    tls = vendors_tls(keys, "vendor")
    with refusing(tls) as port:
        told, _ = ask(tmp_path, keys, System(right), tls, *ours, port=port)
    closed, _ = ask(tmp_path, keys, System(right), tls, *ours)
    assert ("error", "error") == (told.status, closed.status)
    assert said in told.detail
    assert "does the system take our certificate ([adapter] certificate)?" in closed.detail


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        ("vendor", ""),
        ("", "it showed no certificate, and [adapter] authority asks for one"),
        ("stranger", "its certificate is not accepted: self-signed certificate"),
        ("plain", "what came is not TLS; is [adapter] tls right?"),
    ],
)
def test_who_connects_to_our_address_shows_a_certificate(certificate: str, said: str, tmp_path: Path, keys: Path) -> None:
    """Charges are taken from who shows a certificate of the named authority; others are refused, which the log says in words."""
    port = free_port()
    refused: list[BaseException] = []

    async def elsewhere(visit: Visit) -> None:
        if visit.last:
            context = ssl.create_default_context(cafile=str(keys / "ours" / "certificate.pem"))
            if certificate not in ("", "plain"):
                context.load_cert_chain(keys / certificate / "certificate.pem", keys / certificate / "key.pem")
            tls = None if certificate == "plain" else context
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
            try:
                writer.write(framed(visit.charges()))
                assert b"MSA|AA|" in await reader.readuntil(FS)
            except (OSError, asyncio.IncompleteReadError) as error:
                refused.append(error)
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
        await visit.send(visit.acknowledged())

    address = f'listen = "127.0.0.1:{port}"'
    reply, events = ask(tmp_path, keys, System(elsewhere), vendors_tls(keys, "vendor"), *shown(keys, "ours"), address)
    assert (expected(0) if not said else []) == lines(reply)
    assert bool(said) == bool(refused)
    told = [re.sub(r":\d+ was", ":PORT was", event.detail) for event in events if event.kind == "stray_output"]
    assert [f"mllp: a connection to 127.0.0.1:PORT was refused: {said}"] * bool(said) == [text[: len(text)] for text in told]
