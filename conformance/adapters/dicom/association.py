"""An association with a Storage SCP for each question: its objects by C-STORE, and what went wrong in words. For threads."""

import io
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, cast

import pydicom
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.status import STORAGE_SERVICE_CLASS_STATUS, code_to_category

from rtconform.conformance.adapters.connecting import why_not_connected
from rtconform.conformance.adapters.dicom.secured import Secured, telling
from rtconform.conformance.adapters.tls import not_accepted, why_no_tls
from rtconform.formats.messages import Part
from rtconform.reference.errors import VendorUnreachable

PAUSE_S = 0.2
"""How long it is waited before an association is asked for again, where the peer can't take one at the moment; then longer."""

LONGEST_PAUSE_S = 2.0
CONNECT_LIMIT_S = 10.0

_SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
_TRANSIENT = 2
_DOES_NOT_MATCH, _CANNOT_UNDERSTAND, _NOT_SUPPORTED = 0xA9, 0xC, 0x0122  # 0xA9xx, 0xCxxx, and one status
_HINTS = {
    "Called AE title not recognised": "is [adapter] called_ae right?",
    "Calling AE title not recognised": "does the peer know [adapter] calling_ae?",
}


@dataclass(frozen=True)
class Peer:
    """A Storage SCP, and as whom we call it."""

    host: str
    port: int
    called_ae: str
    calling_ae: str


@dataclass(frozen=True)
class Sent:
    """What came of sending. `status`: empty where the peer took everything that it takes at all.

    `refused`: it said that it can't read what it was sent. `left_out`: classes that it takes no object of.
    """

    status: str = ""
    detail: str = ""
    refused: bool = False
    left_out: tuple[str, ...] = ()


class _Failed(Exception):
    def __init__(self, status: str, detail: str, *, refused: bool = False, transient: bool = False) -> None:
        super().__init__(detail)
        self.sent = Sent(status, detail, refused)
        self.transient = transient


class Sender:
    """Sends to one peer, from several threads at the same time: an association for each question."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._tls: ssl.SSLContext | None = None
        self._open: set[Association] = set()
        self._lock = Lock()
        self._closing = False

    def secure(self, tls: ssl.SSLContext) -> None:
        """Send by TLS from now on."""
        self._tls = telling(tls)

    def reach(self, limit_s: float) -> None:
        """See that the peer takes an association. Raises VendorUnreachable."""
        limit_s = min(limit_s, CONNECT_LIMIT_S)
        try:
            socket.create_connection((self._peer.host, self._peer.port), limit_s).close()
        except OSError as error:
            what = f"can't connect to {self._peer.host}:{self._peer.port}: {why_not_connected(error)}"
            raise VendorUnreachable(f"{what}; is the engine running, are host and port in [adapter] right?") from None
        try:
            self._released(self._patiently(_SAMPLE, time.monotonic() + limit_s))
        except _Failed as failed:
            raise VendorUnreachable(failed.sent.detail) from None

    def send(self, objects: Sequence[Part], limit_s: float) -> Sent:
        """Send the objects in one association, in their order. Never raises for anything that the peer does."""
        deadline = time.monotonic() + limit_s
        read = [pydicom.dcmread(io.BytesIO(one.content)) for one in objects]
        association = None
        try:
            association = self._patiently(list(dict.fromkeys(one.SOPClassUID for one in read)), deadline)
            taken = {context.abstract_syntax for context in association.accepted_contexts}
            left_out = tuple(dict.fromkeys(one.SOPClassUID.name for one in read if one.SOPClassUID not in taken))
            for place, one in enumerate(one for one in read if one.SOPClassUID in taken):
                self._store(association, one, f"after {place} of {len(read)} objects", deadline)
        except _Failed as failed:
            if association is not None and association.is_established:
                association.abort()
            if association is not None:
                self._over(association)
            return failed.sent
        self._released(association)
        return Sent(left_out=left_out)

    def close(self) -> None:
        """Abort what is open; nothing is sent any more."""
        self._closing = True
        with self._lock:
            still_open = [*self._open]
        for association in still_open:
            with suppress(Exception):  # it may end at the same moment, in any state
                association.abort()

    def _patiently(self, classes: Sequence[UID], deadline: float) -> Association:
        """An association; asked for again where the peer says that it may be granted later. Raises _Failed."""
        pause_s = PAUSE_S
        while True:
            try:
                return self._associated(classes, deadline)
            except _Failed as failed:
                if not failed.transient or self._closing or time.monotonic() + pause_s > deadline:
                    raise
            time.sleep(pause_s)
            pause_s = min(1.5 * pause_s, LONGEST_PAUSE_S)

    def _associated(self, classes: Sequence[UID], deadline: float) -> Association:
        """An association of which at least one class is taken. Raises _Failed."""
        where = f"{self._peer.host}:{self._peer.port}"
        left = deadline - time.monotonic()
        if left <= 0:
            raise _Failed("timeout", f"no association with {where} in time")
        entity = AE(ae_title=self._peer.calling_ae)
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = left
        entity.connection_timeout = min(left, CONNECT_LIMIT_S)
        for one in classes:
            entity.add_requested_context(one, _SYNTAXES)
        connected: list[socket.socket] = []

        def opened(event: evt.Event) -> None:
            connected.append(_without_delay(event))

        started = time.monotonic()
        secured = Secured(self._tls) if self._tls is not None else None
        association = entity.associate(
            self._peer.host,
            self._peer.port,
            ae_title=self._peer.called_ae,
            evt_handlers=[(evt.EVT_CONN_OPEN, opened)],
            tls_args=(cast("ssl.SSLContext", secured), self._peer.host) if secured is not None else None,
        )
        if association.is_established:
            with self._lock:
                self._open.add(association)
            if self._closing:
                association.abort()
            return association
        waited = time.monotonic() - started
        for connection in connected:
            connection.close()
        if secured is not None:
            secured.close()
        failure = secured.failure if secured is not None else None
        if failure is not None and not association.is_rejected:
            raise _no_tls(where, failure, waited)
        raise self._not_associated(association, waited, connected=bool(connected), in_time=time.monotonic() < deadline - 0.05)

    def _not_associated(self, association: Association, waited: float, *, connected: bool, in_time: bool) -> _Failed:
        """Why there is no association."""
        where = f"{self._peer.host}:{self._peer.port}"
        if association.is_rejected:
            return _rejection(where, association)
        if not connected:
            why = f"within {waited:.0f} s" if waited > 1 else "it is refused"
            return _Failed("error", f"no connection to {where}: {why}")
        if not association.accepted_contexts and association.rejected_contexts:
            return _Failed("error", f"{where} takes none of the classes of objects that it is sent", refused=True)
        if not in_time:
            return _Failed("timeout", f"{where} did not answer the request for an association within {waited:.1f} s")
        hint = "does it take our certificate?" if self._tls is not None else "does it speak TLS? then write [adapter] tls = true"
        return _Failed("error", f"{where} aborted the request for an association; {hint}")

    def _store(self, association: Association, one: pydicom.Dataset, place: str, deadline: float) -> None:
        """Send one object. Raises _Failed."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise _Failed("timeout", f"the objects could not be sent in time: {place}")
        association.dimse_timeout = association.network_timeout = left
        aborted = f"the association was aborted {place}"
        if not association.is_established:
            raise _Failed("error", aborted)
        _running_again(association)
        try:
            status = association.send_c_store(one)
        except (RuntimeError, ValueError, OSError) as error:
            if not association.is_established:
                raise _Failed("error", aborted) from None
            raise _Failed("error", f"C-STORE failed {place}: {str(error)[:200]}") from None
        if "Status" not in status:
            if time.monotonic() >= deadline - 0.05:
                raise _Failed("timeout", f"no answer to a C-STORE in time, {place}")
            raise _Failed("error", aborted)
        code = int(status.Status)
        if code_to_category(code) not in ("Success", "Warning"):
            raise _failure(code, status, one, place)

    def _released(self, association: Association) -> None:
        """Released: that says that the question is complete. A peer that ends it otherwise has everything all the same."""
        _running_again(association)
        with suppress(Exception):  # the peer may end it at the same moment, in any state
            association.release()
        self._over(association)

    def _over(self, association: Association) -> None:
        with self._lock:
            self._open.discard(association)


_SAMPLE = [UID("1.2.840.10008.5.1.4.1.1.481.5"), UID("1.2.840.10008.5.1.4.1.1.481.4")]
"""RT Plan and RT Beams Treatment Record: what every engine takes."""


def _without_delay(event: evt.Event) -> socket.socket:
    """The connection, whose small packets no longer wait for acknowledgments that are held back (12 times as long)."""
    connection: Any = event.assoc.dul.socket
    found: socket.socket = connection.socket
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def _running_again(association: Association) -> None:
    """Wait until pynetdicom's own thread has noticed that the last operation is over.

    One that begins before finds the thread's word that it rests, of the operation before, and loses its response to that thread.
    """
    while association._is_paused and association.is_established and association.is_alive():  # noqa: SLF001 - nothing public says it
        time.sleep(0.0005)


def _no_tls(where: str, failure: OSError, waited_s: float) -> _Failed:
    if isinstance(failure, TimeoutError):
        return _Failed("error", f"no TLS connection to {where} within {waited_s:.0f} s; does it speak TLS?")
    if isinstance(failure, ssl.SSLCertVerificationError):
        return _Failed("error", not_accepted(where, failure))
    return _Failed("error", f"no TLS with {where}: {why_no_tls(failure)}")


def _rejection(where: str, association: Association) -> _Failed:
    said = association.acceptor.primitive
    if said is None:
        return _Failed("error", f"{where} rejected the association")
    hint = _HINTS.get(said.reason_str, "")
    words = f"{where} rejected the association: {said.reason_str} ({said.result_str}, {said.source_str})"
    return _Failed("error", f"{words}; {hint}" if hint else words, transient=said.result == _TRANSIENT)


def _failure(code: int, status: pydicom.Dataset, one: pydicom.Dataset, place: str) -> _Failed:
    """A status of failure in words, with the peer's own comment."""
    meaning = STORAGE_SERVICE_CLASS_STATUS.get(code, ("", ""))[1]
    comment = str(status.get("ErrorComment", ""))[:64]
    said = "; ".join(_words(meaning, comment))
    refused = code >> 8 == _DOES_NOT_MATCH or code >> 12 == _CANNOT_UNDERSTAND or code == _NOT_SUPPORTED
    return _Failed("error", f"C-STORE of {one.SOPClassUID.name} failed with 0x{code:04X}{said}, {place}", refused=refused)


def _words(meaning: str, comment: str) -> Iterator[str]:
    if meaning:
        yield f" ({meaning})"
    if comment:
        yield f" the engine says: {comment}"
