"""The sandbox around a vendor's program: what is in it, what is not, and that programs of several kinds work there."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rtconform.conformance.adapters import Reply
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.adapters.processes.sandbox import enclosed, why_not_around
from rtconform.conformance.samples import sample_case
from rtconform.conformance.vendors.file import load_vendor
from rtconform.conformance.vendors.settings import Vendor
from rtconform.reference.documents.coding import Answer
from rtconform.reference.errors import VendorUnreachable
from tests.helpers import ROOT

works = (
    shutil.which("bwrap") is not None
    and not subprocess.run(["bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"], check=False, capture_output=True).returncode
)
pytestmark = [
    pytest.mark.hostile,
    pytest.mark.skipif(
        not works, reason="bubblewrap is not installed or may make no namespaces here: there is no sandbox to try"
    ),
]

LOOKS = """
import json, os, socket, sys

def tried(what, *arguments):
    try:
        return str(what(*arguments))
    except OSError as error:
        return type(error).__name__

def write(path):
    open(path, "a").close()
    return "written"

for line in sys.stdin:
    case = json.loads(line)
    seen = {
        "network": tried(socket.create_connection, ("127.0.0.1", int(os.environ["PORT"])), 2),
        "abstract": tried(socket.socket(socket.AF_UNIX).connect, "\\0rtconform-" + os.environ["PORT"]),
        "hidden": [os.path.exists(path) for path in sys.argv[1:]],
        "beside": tried(lambda: open("secret.pem").read()),
        "write": tried(write, "new.txt"),
        "temporary": tried(write, "/tmp/new.txt"),
        "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
        "environment": sorted(os.environ),
        "given": os.environ["GIVEN"],
        "capabilities": [row.split()[1] for row in open("/proc/self/status") if row.startswith("CapEff")],
    }
    print(json.dumps({"id": case["id"], "outcome": "needs_review", "notes": [json.dumps(seen)]}), flush=True)
"""


def asked(vendor: Vendor) -> Reply:
    """What the vendor answers to one case."""

    async def ask() -> Reply:
        adapter = open_adapter(vendor, lambda _: None, workers=1)
        try:
            await adapter.start()
            return await adapter.ask(sample_case())
        finally:
            await adapter.close()

    return asyncio.run(ask())


def vendor_of(folder: Path, command: list[str], more: str = "") -> Vendor:
    (folder / "vendor.toml").write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = {json.dumps(command)}\n{more}'
    )
    return load_vendor(folder / "vendor.toml")


@pytest.mark.parametrize("mode", ["stream", "oneshot"])
def test_what_a_program_sees(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No network, nothing of ours on disk, none of our processes or variables; its folder read-only, hidden files there empty."""
    folder = tmp_path / "vendor"
    folder.mkdir()
    outside, inside = tmp_path / "key.pem", folder / "secret.pem"
    outside.write_text("PRIVATE")
    inside.write_text("PRIVATE")
    (folder / "coder.py").write_text(LOOKS)
    monkeypatch.setenv("HOME_SECRET", "x")
    monkeypatch.setenv("ACME", "licence")
    with socket_of_ours() as port:
        paths = [str(outside), str(Path.home() / ".ssh"), "/run", str(ROOT / "docs"), "/etc/shadow"]
        env = f'mode = "{mode}"\n[adapter.env]\nGIVEN = "${{ACME}}"\nPORT = "{port}"\n'
        vendor = vendor_of(folder, [sys.executable, "coder.py", *paths], env)
        boundary = enclosed(vendor, hidden=[outside, inside])
        reply = asked(boundary.vendor)
    assert isinstance(reply.answer, Answer), (reply, boundary)
    seen = json.loads(reply.answer.notes[0])
    assert ("ConnectionRefusedError", "ConnectionRefusedError") == (seen["network"], seen["abstract"])
    assert [False] * len(paths) == seen["hidden"]
    assert ("PermissionError", "OSError", "written") == (seen["beside"], seen["write"], seen["temporary"])
    assert max(seen["processes"]) < 10
    assert {"HOME_SECRET", "ACME"}.isdisjoint(seen["environment"])
    assert ("[secret ACME]", ["0000000000000000"]) == (seen["given"], seen["capabilities"])
    assert ["key.pem", "vendor"] == sorted(path.name for path in tmp_path.iterdir())


def socket_of_ours() -> "SocketOfOurs":
    return SocketOfOurs()


class SocketOfOurs:
    """Somebody of ours listens, on a port of loopback and on a name of the kind that needs no file."""

    def __enter__(self) -> int:
        import socket  # noqa: PLC0415 - here alone

        self._sockets = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
        port: int = self._sockets[0].getsockname()[1]
        self._sockets[1].bind(f"\0rtconform-{port}")
        self._sockets[1].listen()
        return port

    def __exit__(self, *_: object) -> None:
        for one in self._sockets:
            one.close()


NODE = """
import { createInterface } from "node:readline";
import { outcome } from "./lib/rule.mjs";
for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify({ id: JSON.parse(line).id, outcome }));
"""
SHELL = '#!/usr/bin/env bash\nread -r case\nexec python3 -c \'print("""{"id": "sample:1", "outcome": "needs_review"}""")\'\n'


@pytest.mark.parametrize("kind", ["python3", "node", "script", "java"])
def test_programs_that_work_there(kind: str, tmp_path: Path) -> None:
    """A program whose files lie beside the vendor file works as outside: Python, Node, Java, a shell script that starts another."""
    if kind != "script" and shutil.which(kind) is None:
        pytest.skip(f"{kind} is not installed")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "rule.mjs").write_text('export const outcome = "needs_review";\n')
    (tmp_path / "coder.mjs").write_text(NODE)
    (tmp_path / "coder.sh").write_text(SHELL)
    (tmp_path / "coder.sh").chmod(0o755)
    (tmp_path / "coder.py").write_text(
        'import json, sys\nfor line in sys.stdin: print(json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review"}), flush=True)\n'
    )
    (tmp_path / "Coder.java").write_text(
        "public class Coder { public static void main(String[] a) throws Exception {"
        'new String(System.in.readAllBytes()); System.out.println("{\\"id\\": \\"sample:1\\", \\"outcome\\": \\"needs_review\\"}"); } }'
    )
    commands = {
        "python3": (["python3", "coder.py"], "stream"),
        "node": (["node", "coder.mjs"], "stream"),
        "script": (["./coder.sh"], "oneshot"),
        "java": (["java", "Coder.java"], "oneshot"),
    }
    command, mode = commands[kind]
    boundary = enclosed(vendor_of(tmp_path, command, f'mode = "{mode}"\ntimeout_s = 60\n'))
    reply = asked(boundary.vendor)
    assert ("answered", "") == (reply.status, reply.stderr), (reply, boundary)


def test_a_signal_is_told_as_a_signal(tmp_path: Path) -> None:
    """A crash in the sandbox reads as outside, and is not a refusal in words."""
    (tmp_path / "coder.py").write_text(
        "import os, signal, sys\nprint('oh', file=sys.stderr)\nos.kill(os.getpid(), signal.SIGSEGV)\n"
    )
    for mode in ("stream", "oneshot"):
        reply = asked(enclosed(vendor_of(tmp_path, ["python3", "coder.py"], f'mode = "{mode}"\n')).vendor)
        assert ("error", False) == (reply.status, reply.refused)
        assert "was killed by signal SIGSEGV" in reply.detail


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """Is told in the words that it is told in outside."""
    (tmp_path / "plain").write_text("x")
    for command, said in ((["no-such-program"], "command not found"), (["./gone"], "no such program"), (["./plain"], "chmod")):
        with pytest.raises(VendorUnreachable, match=said):
            enclosed(vendor_of(tmp_path, command))


def test_nothing_outlives_the_sandbox(tmp_path: Path) -> None:
    """A daemon in a session of its own ends with the program that made it."""
    mark = f"rtconform-daemon-{os.getpid()}"
    (tmp_path / "coder.py").write_text(
        "import json, os, subprocess, sys\n"
        f"subprocess.Popen(['sleep', '300'], start_new_session=True, env={{'MARK': '{mark}', 'PATH': os.environ['PATH']}})\n"
        "for line in sys.stdin: print(json.dumps({'id': json.loads(line)['id'], 'outcome': 'needs_review'}), flush=True)\n"
    )
    reply = asked(enclosed(vendor_of(tmp_path, ["python3", "coder.py"])).vendor)
    assert "answered" == reply.status
    assert [] == [path for path in Path("/proc").glob("[0-9]*/environ") if mark.encode() in content_of(path)]


def content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended
        return b""


KINDS = {
    "http": ('url = "http://127.0.0.1:1/"', "web service"),
    "python": ('callable = "coder:code"', "callable"),
    "folder": ('folder = "exchange"', "watches a folder"),
    "dicom": (
        'host = "127.0.0.1"\nport = 1\nfolder = "exchange"\n[format]\nquestion = "dicom"\ncompanion = "json"',
        "a DICOM node",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_program_is_called_what_it_is(kind: str, tmp_path: Path) -> None:
    """A vendor that we don't start has no sandbox, for a reason of its own, and no other kind's words pass for it."""
    adapter, said = KINDS[kind]
    (tmp_path / "vendor.toml").write_text(f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "{kind}"\n{adapter}\n')
    words = enclosed(load_vendor(tmp_path / "vendor.toml")).words
    assert (True, True) == (words.startswith("none: "), said in words)
    assert [kind] == [other for other in KINDS if not why_not_around(other, words)]
