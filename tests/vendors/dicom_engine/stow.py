"""The charge engine as a STOW-RS service: the objects of a case in one request.

python stow.py PORT answers                      the response is the answer
python stow.py PORT exchange                     the response says that all is stored; the answer is a file in exchange/out
python stow.py PORT answers --fault last-point   as engine.py has it
python stow.py PORT exchange --status 202        says that it did not store everything
python stow.py PORT exchange --tls CERTIFICATE KEY [--authority CA]   by https, as scp.py has it
"""

import argparse
import io
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pydicom

sys.path.insert(0, str(Path(__file__).parent))
from scp import coded, context_of, write_answer


def objects_in(kind: str, body: bytes) -> list[pydicom.Dataset]:
    boundary = b"--" + kind.partition("boundary=")[2].strip('"').encode()
    parts = body.split(boundary)[1:-1]
    return [pydicom.dcmread(io.BytesIO(part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n"))) for part in parts]


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    given: argparse.Namespace

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name, answer = coded(objects_in(self.headers["Content-Type"], body), self.given.fault)
        if self.given.answers == "answers":
            self.say(200, "application/json", answer)
            return
        self.say(self.given.status, "application/dicom+json", b"{}")
        write_answer(Path(self.given.answers), name, answer)

    def say(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    reader = argparse.ArgumentParser()
    reader.add_argument("port", type=int)
    reader.add_argument("answers")
    reader.add_argument("--fault", action="append", default=[])
    reader.add_argument("--status", type=int, default=200)
    reader.add_argument("--tls", nargs=2)
    reader.add_argument("--authority")
    Service.given = reader.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", Service.given.port), Service)
    if context := context_of(Service.given):
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()
