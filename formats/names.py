"""What a question is called in a message: at most 20 characters of a keyed hash, from which no one learns suite or place."""

import hashlib
import hmac
import re
from functools import lru_cache

LENGTH = 20

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_NAME = re.compile(rb"(?<![0-9A-Z])[0-9A-Z]{%d}(?![0-9A-Z])" % LENGTH)


@lru_cache(4096)  # a run needs the name of what it asks several times before the answer is read
def name_of(question_id: str, key: bytes) -> str:
    """The name of a question: always the same under one key, another under another."""
    value = int.from_bytes(hmac.digest(key, question_id.encode(), hashlib.sha256))
    letters = []
    for _ in range(LENGTH):
        value, at = divmod(value, len(_ALPHABET))
        letters.append(_ALPHABET[at])
    return "".join(letters)


def names_within(message: bytes) -> list[str]:
    """What looks like a name in a message, each once, in order; only a reader of its format knows whether it is one."""
    return list(dict.fromkeys(found.decode() for found in _NAME.findall(message)))


def key_of(file_digest: str) -> bytes:
    """The key of a vendor's names. It comes of the digest of its vendor file: a replay sends the same messages."""
    return hashlib.sha256(file_digest.encode()).digest()
