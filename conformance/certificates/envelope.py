"""The seal: a DSSE envelope (https://github.com/secure-systems-lab/dsse), signed with Ed25519 or, said so, with nothing.

The signature covers the payload's type and bytes (PAE). The envelope is written in one form only, so that every byte of it is
either covered or determined. `cryptography` is the optional extra `rtconform[certify]`, imported where a key is used.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from msgspec import Struct

from rtconform.reference.documents.wire import decode, encode
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import read_regular

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
LONGEST_KEY = 64 * 1024
_GENERATE = "make one with: openssl genpkey -algorithm ed25519 -out key.pem"


class MissingExtra(UserError):
    """The library that signs and verifies is not installed."""


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """`keyid` only helps to find the key (`sha256:` and the digest of its DER form); `sig` is the signature over the PAE."""

    keyid: str
    sig: bytes


class Envelope(Struct, frozen=True, forbid_unknown_fields=True, rename={"payload_type": "payloadType"}):
    """A payload with its signatures; none: unsigned."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key: `pem` as text, `id` as envelopes name it."""

    pem: str
    id: str
    key: "Ed25519PublicKey"

    def signed(self, envelope: Envelope) -> bool:
        """Whether the envelope's one signature is this key's."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an optional extra, 30 ms

        if len(envelope.signatures) != 1:
            return False
        try:
            self.key.verify(envelope.signatures[0].sig, pae(envelope.payload_type, envelope.payload))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 private key, never written anywhere."""

    public: PublicKey
    key: "Ed25519PrivateKey"


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal(payload: bytes, key: SigningKey | None) -> bytes:
    """The envelope of `payload` as JSON, signed by `key`, or by nobody."""
    signatures = (Signature(key.public.id, key.key.sign(pae(PAYLOAD_TYPE, payload))),) if key else ()
    return encode(Envelope(PAYLOAD_TYPE, payload, signatures)) + b"\n"


def read_envelope(document: bytes, source: str) -> tuple[Envelope, bool]:
    """The envelope, and whether it stands in the form in which we write it. Raises DocumentError where it is none."""
    envelope = decode(document, Envelope, source)
    return envelope, encode(envelope) + b"\n" == document


def new_key_pair() -> tuple[bytes, bytes]:
    """A new private key and its public half, as PEM documents. Raises MissingExtra."""
    serialization = _serialization()
    key = _ed25519().Ed25519PrivateKey.generate()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, _public(key.public_key()).pem.encode()


def read_signing_key(pem: bytes, source: str) -> SigningKey:
    """The private key in a PEM document. Raises UserError without ever showing any of it."""
    serialization = _serialization()
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except TypeError:
        raise UserError(f"{source}: the key is encrypted: give it decrypted, in a file that only you can read") from None
    except Exception:  # noqa: BLE001 - the library raises several kinds for what is not a key, and their texts may quote it
        what = (
            "a public key, which signs nothing: give the private one"
            if b"PUBLIC KEY-----" in pem
            else "no private key in PEM form"
        )
        raise UserError(f"{source}: {what}; {_GENERATE}") from None
    if not isinstance(key, _ed25519().Ed25519PrivateKey):
        raise UserError(f"{source}: a key of another kind than Ed25519; {_GENERATE}")
    return SigningKey(_public(key.public_key()), key)


def read_public_key(pem: bytes, source: str) -> PublicKey:
    """The public key in a PEM document. Raises UserError."""
    try:
        key = _serialization().load_pem_public_key(pem)
    except MissingExtra:
        raise
    except Exception:  # noqa: BLE001 - the library raises several kinds for what is not a key
        private = b"PRIVATE KEY-----" in pem
        what = "a private key, which nobody but the certifier should have" if private else "no public key in PEM form"
        raise UserError(f"{source}: {what}; the certifier makes the public one with: openssl pkey -in key.pem -pubout") from None
    if not isinstance(key, _ed25519().Ed25519PublicKey):
        raise UserError(f"{source}: a key of another kind than Ed25519; give the certifier's Ed25519 key")
    return _public(key)


def read_key_file(path: Path) -> bytes:
    """The bytes of a key's file. Raises UserError."""
    try:
        document = read_regular(path, LONGEST_KEY + 1)
    except OSError as error:
        raise UserError(f"{path}: can't read the key: {error.strerror}") from None
    if len(document) > LONGEST_KEY:
        raise UserError(f"{path}: too long for a key; give a PEM file")
    return document


def others_can_read(path: Path) -> bool:
    """Whether the file's mode lets its group, or everybody, read or change it."""
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:  # it can't be read either; reading it says so
        return False


def _public(key: "Ed25519PublicKey") -> PublicKey:
    serialization = _serialization()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    der = key.public_bytes(serialization.Encoding.DER, form)
    pem = key.public_bytes(serialization.Encoding.PEM, form).decode()
    return PublicKey(pem, f"sha256:{hashlib.sha256(der).hexdigest()}", key)


def _serialization() -> ModuleType:
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - an optional extra, 30 ms
    except ImportError:
        raise MissingExtra("signatures need the extra certify: pip install 'rtconform[certify]'") from None
    return serialization


def _ed25519() -> ModuleType:
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - an optional extra, 30 ms

    return ed25519
