"""What a question is called in a message: at most 20 characters of a keyed hash, from which no one learns suite or place."""

import hashlib
import hmac

LENGTH = 20

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def name_of(question_id: str, key: bytes) -> str:
    """The name of a question: always the same under one key, another under another."""
    value = int.from_bytes(hmac.digest(key, question_id.encode(), hashlib.sha256))
    letters = []
    for _ in range(LENGTH):
        value, at = divmod(value, len(_ALPHABET))
        letters.append(_ALPHABET[at])
    return "".join(letters)


def key_of(file_digest: str) -> bytes:
    """The key of a vendor's names. It comes of the digest of its vendor file: a replay sends the same messages."""
    return hashlib.sha256(file_digest.encode()).digest()
