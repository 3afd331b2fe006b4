"""TLS of every way to reach a vendor: what the vendor file says as contexts, and why a connection failed, in words."""

import ssl
from collections.abc import Callable
from pathlib import Path

from rtconform.conformance.vendors.settings import TlsFiles
from rtconform.reference.errors import VendorUnreachable

_NAMED = "name it: [adapter] certificate and key"
_NO_TLS = "what came is not TLS; is [adapter] tls right?"
_WORDS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "it showed no certificate, and [adapter] authority asks for one",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": f"the other side asks for a certificate of ours; {_NAMED}",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": f"the other side breaks it off; where it asks for a certificate of ours, {_NAMED}",
    "TLSV1_ALERT_UNKNOWN_CA": "the other side does not know the authority that signed our certificate ([adapter] certificate)",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the other side does not accept our certificate ([adapter] certificate)",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "our certificate has expired ([adapter] certificate)",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "the other side does not accept our certificate ([adapter] certificate)",
    "HTTP_REQUEST": "it speaks HTTP, not TLS",
    "WRONG_VERSION_NUMBER": _NO_TLS,
    "RECORD_LAYER_FAILURE": _NO_TLS,
}
"""What OpenSSL calls it, in our words. The names of alerts are those of the protocol version that brought them in."""

_OUT_OF_DATE = "it needs a certificate that is valid today; is this machine's clock right?"
_OTHER_NAME = "its certificate must name what [adapter] says as its host"
_ADVICE = {9: _OUT_OF_DATE, 10: _OUT_OF_DATE, 62: _OTHER_NAME, 64: _OTHER_NAME}
"""What to do about a certificate, by OpenSSL's number of what is wrong: not valid yet or any more, of another name or address."""

_UNKNOWN = "name the authority that signed it: [adapter] authority (or SSL_CERT_FILE in the environment)"


def connecting(files: TlsFiles, folder: Path) -> ssl.SSLContext:
    """TLS for connections to the vendor; paths are relative to `folder`. Raises VendorUnreachable."""
    return _context(files, folder, ssl.Purpose.SERVER_AUTH)


def listening(files: TlsFiles, folder: Path, refused: Callable[[str], None] | None = None) -> ssl.SSLContext:
    """TLS for our own address. Where the vendor file names an authority, who connects must show a certificate that it signed.

    `refused` is called with the reason where TLS with somebody comes to nothing: asyncio's servers don't say it.
    Raises VendorUnreachable.
    """
    context = _context(files, folder, ssl.Purpose.CLIENT_AUTH)
    if files.authority:
        context.verify_mode = ssl.CERT_REQUIRED
    if refused is not None:
        context.sslobject_class = _telling(refused)
    return context


def not_accepted(place: str, error: ssl.SSLCertVerificationError) -> str:
    """What is wrong with the certificate that somebody at `place` shows, and what to do."""
    advice = _ADVICE.get(error.verify_code, _UNKNOWN)
    return f"the certificate of {place} is not accepted: {error.verify_message.rstrip('.')}; {advice}"


def why_no_tls(error: OSError) -> str:
    """Why a connection by TLS failed or ended, in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLEOFError):
        return "the other side closed the connection; does it speak TLS, does it take our certificate ([adapter] certificate)?"
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        return _WORDS.get(reason, reason.lower().replace("_", " ") or str(error))
    return error.strerror or str(error) or "it was broken off"


def fault_in(error: BaseException | None) -> ssl.SSLError | None:
    """What TLS says was wrong, where an error has come of that; None where it has not."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def _context(files: TlsFiles, folder: Path, purpose: ssl.Purpose) -> ssl.SSLContext:
    def path(name: str) -> str | None:
        return str(folder / name) if name else None

    try:
        context = ssl.create_default_context(purpose, cafile=path(files.authority))
        if (certificate := path(files.certificate)) is not None:
            context.load_cert_chain(certificate, path(files.key))
    except OSError as error:  # an ssl.SSLError is one
        raise VendorUnreachable(f"[adapter] authority, certificate or key can't be used: {error}") from None
    return context


def _telling(refused: Callable[[str], None]) -> type[ssl.SSLObject]:
    """The class of connections whose failed beginning is told."""

    class Telling(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise  # it goes on
            except ssl.SSLError as error:
                refused(why_no_tls(error))
                raise

    return Telling
