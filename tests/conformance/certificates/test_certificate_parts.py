"""The parts of a certificate: container, seal, seeds and disguise, each held to its law without a run."""

import base64
import datetime as dt
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_public_key,
)
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.conformance.certificates.container import MAX_FILES, pack, unpack
from rtconform.conformance.certificates.disguise import Disguise
from rtconform.conformance.certificates.envelope import SigningKey, pae, read_envelope, read_public_key, read_signing_key, seal
from rtconform.conformance.certificates.seeds import commitment, draw, read_opening, seed_of
from rtconform.conformance.roles import ROLES, role_asked
from rtconform.generators.suites.rearranged import Shuffled
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteOf, cases
from rtconform.reference.documents.wire import encode
from rtconform.reference.errors import UserError

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,10}\.[a-z]{1,5}", fullmatch=True)
FILES = st.dictionaries(NAMES, st.binary(max_size=200), min_size=1, max_size=6)


def private_key() -> bytes:
    """A new Ed25519 key, PEM."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return read_signing_key(private_key(), "key.pem")


GOLDEN = (
    "504b030414000000000000002100423cf70a080000000800000006000000612e6a736f6e7b226e223a20317d"
    "504b0304140000000000000021000000000000000000000000000b000000656d7074792e6a736f6e6c"
    "504b0102140314000000000000002100423cf70a0800000008000000060000000000000000000000a48100000000612e6a736f6e"
    "504b01021403140000000000000021000000000000000000000000000b0000000000000000000000a4812c000000656d7074792e6a736f6e6c"
    "504b05060000000002000200" "6d000000" "55000000" "0000"
)  # fmt: skip
"""A container as bundles have had it since the first one, byte for byte; every Python must write it."""


def test_a_container_is_the_same_bytes_everywhere() -> None:
    """`zipfile` packs what our own writer packed before: the bundles that there are stay valid."""
    assert bytes.fromhex(GOLDEN) == pack({"a.json": b'{"n": 1}', "empty.jsonl": b""})


@pytest.mark.slow
@given(FILES)
def test_what_is_packed_is_unpacked(files: dict[str, bytes]) -> None:
    """Contents come back as they were, by us and by any reader of ZIP, and the same contents are always the same bytes."""
    packed = pack(files)
    contents = unpack(packed, "b")
    assert (files, "") == (contents.files, contents.altered)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert files == {name: archive.read(name) for name in archive.namelist()}
    assert packed == pack(dict(files))


def test_every_byte_of_a_container_is_open_to_nobody() -> None:
    """Whichever bit of whichever byte is flipped, or the file cut anywhere: it is said, and where."""
    packed = pack({"a.json": b'{"n": 1}', "b-c.txt": b"text", "empty.jsonl": b""})
    altered = [packed[:i] + bytes([packed[i] ^ 1 << bit]) + packed[i + 1 :] for i in range(len(packed)) for bit in range(8)]
    altered += [packed[:i] for i in range(len(packed))] + [packed + b"\0", b"\0" + packed]
    for document in altered:
        try:
            assert "is not what these contents are packed as" in unpack(document, "b.zip").altered
        except UserError as error:
            assert str(error).startswith("b.zip: ")  # noqa: PT017 - either is right, neither is silence


@given(st.one_of(st.binary(max_size=400), FILES.map(lambda files: pack(files)[:-7]), st.binary().map(lambda b: b"PK\3\4" + b)))
def test_any_bytes_are_a_container_or_refused(document: bytes) -> None:
    """Nothing that is handed over as a bundle escapes as anything but a message."""
    try:
        unpack(document, "b.zip")
    except UserError as error:
        assert str(error).startswith("b.zip: ")  # noqa: PT017 - refusing is one of two right ends


@pytest.mark.parametrize(
    ("name", "compression", "said"),
    [
        ("a.json", zipfile.ZIP_DEFLATED, "compressed"),
        ("../a.json", zipfile.ZIP_STORED, "not the name of a file"),
        ("/etc/passwd", zipfile.ZIP_STORED, "not the name of a file"),
        ("a/b.json", zipfile.ZIP_STORED, "not the name of a file"),
    ],
)
def test_what_other_archives_hold_is_refused(name: str, compression: int, said: str) -> None:
    """Nothing is inflated, and no name reaches out of a folder: the archive is refused before its contents are looked at."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        archive.writestr(name, b"\0" * 100_000)
    with pytest.raises(UserError, match=said):
        unpack(stream.getvalue(), "b.zip")


def test_an_archive_that_is_cut_off() -> None:
    """Wherever the end of a bundle is missing, the reader says so, or packing it again shows it."""
    whole = pack({"a.json": b"1" * 50, "b.json": b"2"})
    for length in range(4, len(whole)):
        try:
            assert unpack(whole[:length], "b.zip").altered
        except UserError as error:
            assert "cut off: get the bundle again" in str(error)  # noqa: PT017 - one of two ways


def test_too_many_files_and_one_twice() -> None:
    """The number of files is bounded, and none hides another of the same name."""
    many = pack({f"n{number}.json": b"" for number in range(MAX_FILES + 1)})
    with pytest.raises(UserError, match=f"more than {MAX_FILES} files"):
        unpack(many, "b.zip")
    once = pack({"a.json": b"1"})
    local = once[: once.index(b"PK\1\2")]
    with pytest.raises(UserError, match=r"a second a\.json"):
        unpack(local + once, "b.zip")


@given(st.binary(max_size=300))
def test_the_seal_is_dsse(key: SigningKey, payload: bytes) -> None:
    """An independent verifier, written from the specification, accepts the envelope for its payload and for no other."""
    document = seal(payload, key)
    envelope = json.loads(document)
    body, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"]
    message = f"DSSEv1 {len(kind)} {kind} {len(body)} ".encode() + body
    (signature,) = envelope["signatures"]
    load_pem_public_key(key.public.pem.encode()).verify(base64.b64decode(signature["sig"]), message)  # type: ignore[call-arg, union-attr]
    assert (payload, True, True) == (body, message == pae(kind, body), key.public.signed(read_envelope(document, "e")[0]))
    assert not key.public.signed(read_envelope(seal(payload + b" ", read_signing_key(private_key(), "k")), "e")[0])


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (b"", "no private key in PEM form"),
        (read_signing_key(private_key(), "k").public.pem.encode(), "a public key, which signs nothing"),
        (b"-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n", "no private key in PEM form"),
        (
            Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
            "encrypted",
        ),
        (
            generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "another kind than Ed25519",
        ),
    ],
    ids=["empty", "public", "garbage", "encrypted", "elliptic"],
)
def test_what_is_no_signing_key(pem: bytes, said: str) -> None:
    """What is not a Ed25519 key is refused, with what to do, and nothing of it is shown."""
    with pytest.raises(UserError, match=said) as caught:
        read_signing_key(pem, "key.pem")
    assert "SECRET" not in str(caught.value)


def test_what_is_no_public_key() -> None:
    """Somebody who was given the private key is told so."""
    for pem, said in (
        (b"", "no public key in PEM form"),
        (private_key(), "a private key, which nobody but the certifier should have"),
    ):
        with pytest.raises(UserError, match=said):
            read_public_key(pem, "key.pem")


def test_a_commitment_is_the_digest_of_its_opening() -> None:
    """Commitment and seed are digests that anybody can take; two draws share neither."""
    document = draw("Acme", dt.date(2026, 11, 3))
    opening = read_opening(document, "seed.json")
    assert ("Acme", dt.date(2026, 11, 3)) == (opening.vendor, opening.date)
    assert hashlib.sha256(document).hexdigest() == commitment(document)
    assert int(hashlib.sha256(b"rtconform.seed/1 cases\n" + document).hexdigest()[:16], 16) >> 11 == seed_of(document)
    other = draw("Acme", dt.date(2026, 11, 3))
    assert (commitment(document), seed_of(document)) != (commitment(other), seed_of(other))


@pytest.mark.parametrize(
    "document",
    [
        b"{}\n",
        b"x" * 5000,
        draw("Acme", dt.date(2026, 11, 3)) + b"\n",
        draw("Acme", dt.date(2026, 11, 3)).replace(b'":"', b'": "', 1),
    ],
    ids=["another", "long", "newline", "blank"],
)
def test_an_opening_has_one_form(document: bytes) -> None:
    """What is not byte for byte what was committed to is refused: its digest would be another."""
    with pytest.raises(UserError, match=r"^seed\.json: .* that rtconform seed commit wrote|unchanged$"):
        read_opening(document, "seed.json")


@pytest.mark.parametrize("name", [*ROLES["coder"].certifying, *ROLES["editor"].certifying])
def test_a_disguise_gives_nothing_away_and_changes_no_answer(name: str) -> None:
    """Ids, patients and order differ from run to run, no field keeps the suite's name, and the treatment is coded as before."""
    one, two = Disguise.drawn(), Disguise.drawn()
    made: SuiteOf[Any] = any_suite(name)
    items = list(cases(made, 7))
    role = role_asked(items[0])
    for item in items:
        question, other = one.question(role.wire, item.question), two.question(role.wire, item.question)
        assert name.encode() not in encode(question)
        assert b" [" not in encode(question).replace(b":[", b"")
        assert 3 == len({item.id, question.id, other.id})
        assert 3 == len({item.question.patient.id, question.patient.id, other.patient.id})
        ours, theirs = (role.recorded(role.expect(asked)) for asked in (item.question, question))
        assert ours == replace(theirs, id=item.id)
    shuffled = [item.id for item in cases(Shuffled(made, 7, one.rank), 7)]
    assert [item.id for item in items] != shuffled
    assert {item.id for item in items} == set(shuffled)
    assert shuffled != [item.id for item in cases(Shuffled(made, 7, two.rank), 7)]
