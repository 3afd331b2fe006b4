"""Nodes of others take our objects and give the same case back: Orthanc (a PACS), by C-STORE and by STOW-RS, and DCMTK's storescp."""

import email
import email.policy
import io
import json
import os
import shutil
import ssl
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pydicom
import pytest

from rtconform.conformance.adapters.dicom.association import Peer, Sender, Sent
from rtconform.formats.dicom.network import as_files, as_objects
from rtconform.formats.dicom.question import reread_question, write_question
from rtconform.formats.dicom.stow import MULTIPART, multipart
from rtconform.formats.messages import Inexpressible, Part
from tests.helpers.dicom_nodes import free_port, node
from tests.helpers.suite_cases import of_suite

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PLUGINS = Path("/usr/share/orthanc/plugins")
MOST_S = 60.0
FAILED = "00081198"
"""Failed SOP Sequence, in a STOW-RS response."""

needs_orthanc = pytest.mark.skipif(
    (shutil.which("Orthanc") is None or not any(PLUGINS.glob("*DicomWeb*"))) and not os.environ.get("CI"),
    reason="Orthanc with DICOMweb (Debian packages orthanc, orthanc-dicomweb) is not installed",
)
needs_storescp = pytest.mark.skipif(
    shutil.which("storescp") is None and not os.environ.get("CI"), reason="storescp (Debian package dcmtk) is not installed"
)


def questions(step: int = 1) -> list[list[Part]]:
    """The files of every nth case of suite published that has objects."""
    found = []
    for case in of_suite("published", step):
        try:
            found.append([*write_question(case)])
        except Inexpressible:
            continue
    return found


def uid_of(content: bytes) -> str:
    """The SOP Instance UID of an object."""
    return str(pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True, specific_tags=["SOPInstanceUID"]).SOPInstanceUID)


def stored(port: int, called_ae: str, asked: list[list[Part]], threads: int, tls: ssl.SSLContext | None = None) -> list[Sent]:
    """What came of sending each question by C-STORE."""
    sender = Sender(Peer("127.0.0.1", port, called_ae, "RTCONFORM"))
    if tls is not None:
        sender.secure(tls)
    with ThreadPoolExecutor(threads) as pool:
        return [*pool.map(lambda parts: sender.send(as_objects(parts), MOST_S), asked)]


def same(asked: list[list[Part]], kept: dict[str, bytes]) -> None:
    """Each question decodes to the same case from the objects that a node kept, found by their UIDs alone."""
    for parts in asked:
        again = [Part("dcm", kept[uid_of(part.content)], part.name) for part in as_objects(parts)]
        assert reread_question(parts) == reread_question([*as_files(again)])


class Orthanc:
    """A running Orthanc."""

    def __init__(self, http: int, dicom: int) -> None:
        self.http, self.dicom = http, dicom

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[str, bytes]:
        """The media type and body of a response."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", body, named)
        with urllib.request.urlopen(request, timeout=MOST_S) as response:  # noqa: S310 - http, as just written
            return response.headers["Content-Type"], response.read()

    def every_object(self) -> dict[str, bytes]:
        """Each object that it keeps, by its UID, out of its REST interface."""
        names: list[str] = json.loads(self.ask("/instances")[1])
        files = (self.ask(f"/instances/{name}/file")[1] for name in names)
        return {uid_of(content): content for content in files}

    def study(self, uid: str) -> dict[str, bytes]:
        """Each object of a study, by WADO-RS."""
        kind, body = self.ask(f"/dicom-web/studies/{uid}", Accept='multipart/related; type="application/dicom"')
        message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP)
        contents: list[Any] = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
        return {uid_of(content): content for content in contents}


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[Orthanc]:
    """An Orthanc that keeps nothing beyond the test."""
    http, dicom = free_port(), free_port()
    settings = {
        "StorageDirectory": str(tmp_path / "kept"),
        "IndexDirectory": str(tmp_path / "kept"),
        "HttpPort": http,
        "DicomPort": dicom,
        "DicomAet": "ORTHANC",
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "Plugins": [str(next(PLUGINS.glob("*DicomWeb*"), PLUGINS))],
        "DicomWeb": {"Enable": True},
    }
    (tmp_path / "orthanc.json").write_text(json.dumps(settings))
    with node(["Orthanc", "orthanc.json"], http, tmp_path):
        yield Orthanc(http, dicom)


@needs_orthanc
def test_orthanc_takes_a_suite_by_c_store(orthanc: Orthanc) -> None:
    """Every object of a suite is taken by C-STORE, and comes back by REST as the same case."""
    asked = questions()
    assert {Sent()} == set(stored(orthanc.dicom, "ORTHANC", asked, threads=3))
    same(asked, orthanc.every_object())


@needs_orthanc
def test_orthanc_takes_a_suite_by_stow(orthanc: Orthanc) -> None:
    """Every object of a suite is taken by STOW-RS, and comes back by WADO-RS, study by study, as the same case."""
    asked = questions()
    kept: dict[str, bytes] = {}
    for parts in asked:
        objects = as_objects(parts)
        _, said = orthanc.ask("/dicom-web/studies", multipart(objects), Content_Type=MULTIPART, Accept="application/dicom+json")
        assert [] == json.loads(said).get(FAILED, {}).get("Value", [])
        studies = {pydicom.dcmread(io.BytesIO(one.content), stop_before_pixels=True).StudyInstanceUID for one in objects}
        for uid in studies:
            kept |= orthanc.study(uid)
    same(asked, kept)


@needs_storescp
def test_storescp_takes_a_suite(tmp_path: Path) -> None:
    """Every object of half a suite is taken by DCMTK's storescp, and the files that it writes are the same cases."""
    port, kept = free_port(), tmp_path / "kept"
    kept.mkdir()
    asked = questions(step=2)
    with node(["storescp", "-od", kept, str(port)], port, tmp_path):
        assert {Sent()} == set(stored(port, "STORESCP", asked, threads=1))
    same(asked, {uid_of(path.read_bytes()): path.read_bytes() for path in kept.iterdir()})
