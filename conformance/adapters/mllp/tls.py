"""TLS of MLLP: what the vendor file says as contexts, and why a connection failed, in words."""

import ssl
from pathlib import Path

from rtconform.conformance.vendors.settings import MllpSettings
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


def connecting(settings: MllpSettings, folder: Path) -> ssl.SSLContext | None:
    """TLS for connections to the vendor; paths are relative to `folder`. Raises VendorUnreachable."""
    return _context(settings, folder, ssl.Purpose.SERVER_AUTH) if settings.tls else None


def listening(settings: MllpSettings, folder: Path) -> ssl.SSLContext | None:
    """TLS for our own address. Where the vendor file names an authority, whoever connects must show a certificate that it signed.

    Raises VendorUnreachable.
    """
    if not settings.tls:
        return None
    context = _context(settings, folder, ssl.Purpose.CLIENT_AUTH)
    if settings.authority:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def why_no_tls(error: OSError) -> str:
    """Why a connection by TLS failed or ended, in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        return _WORDS.get(reason, reason.lower().replace("_", " ") or str(error))
    return error.strerror or str(error) or "it was broken off"


def _context(settings: MllpSettings, folder: Path, purpose: ssl.Purpose) -> ssl.SSLContext:
    def path(name: str) -> str | None:
        return str(folder / name) if name else None

    try:
        context = ssl.create_default_context(purpose, cafile=path(settings.authority))
        if (certificate := path(settings.certificate)) is not None:
            context.load_cert_chain(certificate, path(settings.key))
    except OSError as error:  # an ssl.SSLError is one
        raise VendorUnreachable(f"[adapter] authority, certificate or key can't be used: {error}") from None
    return context
