"""Whether records that are about to be sealed and published hold what nobody may know: the private key, a declared secret."""

import base64
import re
from collections.abc import Iterator, Mapping

import msgspec

from rtconform.conformance.certificates.envelope import SigningKey
from rtconform.conformance.records import Event, Result
from rtconform.conformance.runs.folder import EVENTS, RESULTS
from rtconform.conformance.vendors.secrets import Redactor
from rtconform.reference.documents.wire import decode_lines
from rtconform.reference.errors import RtconformError

PIECE = 16
"""How many characters of a key, in a row, are enough to be found: 64 bits of it in hexadecimal, 96 in base64."""

SHORTEST = 8
"""A declared secret that is shorter is not looked for here: the records may hold it by chance, or because it is a word."""

_NOT_CODED = re.compile(r"\\u[0-9a-fA-F]{4}|\\[nrtbf/\"\\]|[^A-Za-z0-9+/_-]+")


class LeakedSecret(RtconformError):
    """The vendor printed what nobody may know: the records can't be published."""

    exit_code = 1


def check_leaks(records: Mapping[str, bytes], key: SigningKey | None, variables: Mapping[str, str]) -> None:
    """Raises LeakedSecret where a vendor's words, also joined over lines, answers and events, hold the key or a secret."""
    texts = [*(content.decode(errors="replace") for content in records.values()), *_channels(records)]
    if key is not None:
        pieces = {*_pieces(key.key.private_bytes_raw())}
        for text in texts:
            joined = _NOT_CODED.sub("", text)
            if any(piece in joined for piece in pieces):
                raise LeakedSecret(
                    "the records hold the private key that they would be sealed with: the vendor's program has read it, and no "
                    "bundle is written. Withdraw that key, make a new one, and certify in a sandbox"
                )
    redactor = Redactor({name: value for name, value in variables.items() if len(value) >= SHORTEST})
    for name in filter(None, map(redactor.first, texts)):
        raise LeakedSecret(
            f"the records hold the secret {name}, which the vendor file takes from the environment, so nothing is written. "
            "Change that secret, and have the vendor keep it"
        )


def _pieces(raw: bytes) -> Iterator[str]:
    """Of a key in hexadecimal and base64, forwards and backwards, pieces of which any longer part holds one."""
    forms = [raw.hex(), raw.hex().upper()]
    for before in range(3):  # where in a group of three bytes it begins
        coded = base64.b64encode(bytes(before) + raw).decode()[2:].rstrip("=")[:-1]
        forms += [coded, coded.replace("+", "-").replace("/", "_")]
    for form in (*forms, *(form[::-1] for form in forms)):
        yield from (form[at : at + PIECE] for at in range(len(form) - PIECE + 1))


def _channels(records: Mapping[str, bytes]) -> Iterator[str]:
    """What a vendor said in each of its ways, one after the other and nothing between."""
    results = [result for _, result in decode_lines(records.get(RESULTS, b"").splitlines(keepends=True), Result, RESULTS)]
    events = [event for _, event in decode_lines(records.get(EVENTS, b"").splitlines(keepends=True), Event, EVENTS)]
    for kind in ("stderr", "stray_output"):
        yield "".join(event.detail for event in events if event.kind == kind)
    yield "".join(result.stderr for result in results)
    yield "".join(result.received for result in results)
    yield "".join(result.sent for result in results)
    yield "".join(msgspec.json.encode(result.answer).decode() for result in results if result.answer is not None)
    yield "".join(note for result in results if result.answer is not None for note in getattr(result.answer, "notes", ()))
