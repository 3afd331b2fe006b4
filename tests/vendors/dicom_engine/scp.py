"""A charge engine that is a DICOM node: it takes objects by C-STORE, and codes a case when its association is released.

    python scp.py PORT exchange                      writes each answer as a file to exchange/out
    python scp.py PORT http://127.0.0.1:8104/        posts each answer
    python scp.py PORT exchange --fault last-point   as engine.py has it
    python scp.py PORT exchange --tls CERTIFICATE KEY [--authority CA]   by TLS; with an authority who calls shows a certificate of it

It is made of pynetdicom and pydicom alone, and reads by the attributes that docs/how-to/dicom.md names. `--behave` makes it misbehave:
`refuse-record` answers C-STORE of a treatment record with 0xC000; `abort` aborts after the first object; `silent` stores and says
nothing; `no-dose` takes no RT Dose; `busy` takes three associations at a time; `stranger` takes nobody whom it does not know.
"""

import argparse
import json
import socket
import ssl
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pydicom
from pynetdicom import AE, AllStoragePresentationContexts, evt

sys.path.insert(0, str(Path(__file__).parent))
from engine import case_of
from engine import coded as coded_case

GROUP, CREATOR = 0x3251, "RTCONFORM FILE"


def coded(objects: list[pydicom.Dataset], faults: list[str]) -> tuple[str, bytes]:
    """The id of the case that objects make, and the answer to it. The companion lies in the one Raw Data object."""
    raw = next(data for data in objects if data.Modality == "OT")
    said = json.loads(raw.private_block(GROUP, CREATOR)[0x02].value)
    case = case_of([data for data in objects if data.Modality != "OT"], said, faults)
    return case["id"], json.dumps(coded_case(case)).encode()


class Engine:
    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.stored: dict[object, list[pydicom.Dataset]] = {}
        self.posting = ssl.create_default_context(cafile=given.authority) if given.authority else None
        if self.posting and given.shows:
            self.posting.load_cert_chain(*given.tls)

    def opened(self, event: evt.Event) -> None:
        connection: Any = event.assoc.dul.socket
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def store(self, event: evt.Event) -> int:
        data = event.dataset
        data.file_meta = event.file_meta
        if self.given.behave == "refuse-record" and data.Modality == "RTRECORD":
            return 0xC000
        self.stored.setdefault(event.assoc, []).append(data)
        if self.given.behave == "abort":
            event.assoc.abort()
        return 0x0000

    def released(self, event: evt.Event) -> None:
        objects = self.stored.pop(event.assoc, [])
        if objects and self.given.behave != "silent":
            name, said = coded(objects, self.given.fault)
            self.answer(name, said)

    def answer(self, name: str, answer: bytes) -> None:
        if self.given.answers.startswith("http"):
            request = urllib.request.Request(self.given.answers, answer, method="POST")  # noqa: S310 - http, as just seen
            urllib.request.urlopen(request, context=self.posting).close()  # noqa: S310 - the same
            return
        write_answer(Path(self.given.answers), name, answer)


def write_answer(folder: Path, name: str, answer: bytes) -> None:
    out = folder / "out"
    temporary = out / f"{name}.tmp"
    temporary.write_bytes(answer)
    temporary.rename(out / f"{name}.json")
    (out / f"{name}.json.done").touch()


def context_of(given: argparse.Namespace) -> ssl.SSLContext | None:
    if not given.tls:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=given.authority)
    context.load_cert_chain(*given.tls)
    if given.authority:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("port", type=int)
    reader.add_argument("answers")
    reader.add_argument("--fault", action="append", default=[])
    reader.add_argument("--behave", default="")
    reader.add_argument("--tls", nargs=2)
    reader.add_argument("--authority")
    reader.add_argument("--shows-nothing", dest="shows", action="store_false", help="post without a certificate")
    given = reader.parse_args()
    engine, entity = Engine(given), AE(ae_title="ENGINE")
    entity.maximum_associations = 3 if given.behave == "busy" else 20
    entity.acse_timeout = 1  # a connection on which nobody asks for an association counts as one for so long
    for context in AllStoragePresentationContexts:
        kind = context.abstract_syntax
        if kind is not None and not (given.behave == "no-dose" and kind.name == "RT Dose Storage"):
            entity.add_supported_context(kind)
    entity.require_calling_aet = ["SOMEBODY"] if given.behave == "stranger" else []
    handlers: list[Any] = [
        (evt.EVT_CONN_OPEN, engine.opened),
        (evt.EVT_C_STORE, engine.store),
        (evt.EVT_RELEASED, engine.released),
    ]
    if not given.answers.startswith("http"):
        (Path(given.answers) / "out").mkdir(parents=True, exist_ok=True)
    entity.start_server(("127.0.0.1", given.port), evt_handlers=handlers, ssl_context=context_of(given))


if __name__ == "__main__":
    main()
