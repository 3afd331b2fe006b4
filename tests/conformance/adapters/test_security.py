"""What docs/explanation/security.md promises: secrets stay in, nothing reaches for files, nothing burns time, no shell is started."""

import ast
import asyncio
import base64
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.vendors.file import load_vendor
from rtconform.conformance.vendors.secrets import Redactor
from rtconform.generators.suites.registry import any_suite
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.errors import RtconformError, UserError
from tests.helpers import ROOT

VENDORS = ROOT / "tests" / "vendors"
SECRET = 'Tr0ub4dor&3/é"x'  # noqa: S105 - made up
WAYS: dict[str, Callable[[str], str]] = {
    "plain": lambda secret: secret,
    "json": json.dumps,
    "percent": urllib.parse.quote,
    "hex": lambda secret: secret.encode().hex(),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "basic authorization": lambda secret: base64.b64encode(f"user:{secret}".encode()).decode(),
    "base64 for addresses": lambda secret: base64.urlsafe_b64encode(f"ab{secret}cd".encode()).decode(),
}

PEM = f"-----BEGIN PRIVATE KEY-----\n{base64.b64encode(bytes(range(1, 97)))[:64].decode()}\n{base64.b64encode(bytes(range(97)))[64:126].decode()}\n-----END PRIVATE KEY-----\n"
SPLIT: dict[str, Callable[[str], list[str]]] = {
    "as it is": lambda secret: [secret],
    "line by line": lambda secret: secret.splitlines(),
    "in lines of another length": lambda secret: [secret.replace("\n", "\n ")],
    "on one line": lambda secret: ["".join(secret.splitlines()[1:-1])],
    "escaped for JSON": lambda secret: [json.dumps(secret)],
    "hexadecimal, wrapped": lambda secret: ["\n".join(re.findall(".{1,40}", secret.encode().hex()))],
    "base64, wrapped": lambda secret: [base64.encodebytes(secret.encode()).decode()],
}


@pytest.mark.hostile
@pytest.mark.parametrize("way", SPLIT)
def test_a_secret_of_several_lines_is_found(way: str) -> None:
    """A key in PEM: whole, line by line, wrapped otherwise, encoded; nothing of it that is long enough to be of use is left."""
    shown = "\n".join(Redactor({"KEY": PEM}).text(piece) for piece in SPLIT[way](PEM))
    assert "[secret KEY]" in shown
    left = re.sub(r"\[secret KEY\]|-----(BEGIN|END) PRIVATE KEY-----", " ", shown)
    assert all(len(word) <= 10 for word in re.findall(r"[A-Za-z0-9+/=]+", left)), shown


@pytest.mark.slow
@pytest.mark.hostile
@pytest.mark.parametrize("adapter", ["stream", "oneshot"])
@pytest.mark.parametrize("where", ["stderr", "stderr slowly", "notes", "stray", "crash"])
def test_a_secret_of_several_lines_is_nowhere(where: str, adapter: str, tmp_path: Path) -> None:
    """Printed line by line or in pieces of seven bytes, on any channel, in either mode: the run folder is without it."""
    tells = {
        "stderr": "for row in key.splitlines(): print(row, file=sys.stderr, flush=True)",
        "stderr slowly": "for at in range(0, len(key), 7): sys.stderr.write(key[at:at + 7]); sys.stderr.flush()",
        "notes": "notes = key.splitlines()",
        "stray": "print(key, flush=True)",
        "crash": "sys.exit(key)",
    }
    (tmp_path / "coder.py").write_text(
        "import json, os, sys\nkey = os.environ['KEY']\nfor line in sys.stdin:\n    notes = []\n    print('x' * 3000, file=sys.stderr)\n"
        f"    {tells[where]}\n"
        "    print(json.dumps({'id': json.loads(line)['id'], 'outcome': 'needs_review', 'notes': notes}), flush=True)\n"
    )
    (tmp_path / "vendor.toml").write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "coder.py"]\nmode = "{adapter}"\n'
        'env = { KEY = "${ACME}" }\n'
    )
    only = [f"--only=published:scenario-{number}-hospital-facility" for number in (1, 3)]
    subprocess.run(
        [sys.executable, "-m", "rtconform", "run", "vendor.toml", "--suite=published", "--out=run", *only],
        cwd=tmp_path, env={**os.environ, "ACME": PEM}, check=False, capture_output=True,
    )  # fmt: skip
    everything = b"".join(path.read_bytes() for path in (tmp_path / "run").glob("*.jsonl"))
    assert b"[secret ACME]" in everything
    body = "".join(PEM.splitlines()[1:-1]).encode()
    assert [] == [body[at : at + 12] for at in range(len(body) - 12) if body[at : at + 12] in everything]


TELLS = """
import base64, json, os, sys
secret = os.environ["TOKEN"]
for line in sys.stdin:
    case = json.loads(line)
    for said in (secret, secret.encode().hex(), base64.b64encode(("u:" + secret).encode()).decode()):
        sys.stderr.write(said + "\\n")
        sys.stdout.write("stray " + said + "\\n")
    sys.stderr.flush()
    print(json.dumps({"id": case["id"], "outcome": "needs_review", "notes": [secret, json.dumps(secret)]}), flush=True)
"""


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_found_in_other_clothes(way: str) -> None:
    """However a vendor encodes a secret, of what comes back no more than two characters at either end are left."""
    told = WAYS[way](SECRET)
    shown = Redactor({"TOKEN": SECRET}).text(f"x {told} y")
    assert "[secret TOKEN]" in shown
    left = shown.replace("[secret TOKEN]", " ").split()
    assert all(len(piece) <= 10 for piece in left), shown


@pytest.mark.slow
def test_a_secret_is_nowhere_in_the_run_folder(tmp_path: Path) -> None:
    """Whatever the vendor prints of its token: run folder, every report, standard output and error are without it."""
    (tmp_path / "coder.py").write_text(TELLS)
    (tmp_path / "vendor.toml").write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "coder.py"]\nenv = {{ TOKEN = "${{ACME}}" }}\n'
    )
    arguments = ["-m", "rtconform", "run", "vendor.toml", "--suite=published", "--out=run", "--log-format=json"]
    environment = {**os.environ, "ACME": SECRET}
    done = subprocess.run([sys.executable, *arguments], cwd=tmp_path, env=environment, check=False, capture_output=True)
    subprocess.run(
        [sys.executable, "-m", "rtconform", "report", "run", "--format", "html,junit,json,csv"],
        cwd=tmp_path, env=environment, check=False, capture_output=True,
    )  # fmt: skip
    everything = [done.stdout, done.stderr, *(path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file())]
    forms = [SECRET.encode(), SECRET.encode().hex().encode(), base64.b64encode(f"u:{SECRET}".encode())[4:-4]]
    assert len(everything) >= 8
    assert [] == [form for form in forms for text in everything if form in text]
    assert any(b"[secret ACME]" in text for text in everything)


def test_a_secret_host_is_not_in_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that can't be reached is named as the vendor file names it, not as the environment fills it in."""
    monkeypatch.setenv("ACME_HOST", "secret-host.invalid")
    path = tmp_path / "vendor.toml"
    path.write_text('[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "http"\nurl = "http://${ACME_HOST}/code"\n')
    done = subprocess.run(
        [sys.executable, "-m", "rtconform", "run", str(path), "--suite=published", f"--out={tmp_path / 'run'}"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert 3 == done.returncode
    assert "secret-host" not in done.stderr


@pytest.mark.parametrize("name", ["../secret.j2", "/etc/passwd", "link.j2", "pipe.j2"])
def test_a_template_stays_in_its_folder(name: str, tmp_path: Path) -> None:
    """A template outside the vendor file's folder, or that is not a file, is refused: nothing can be sent away with it."""
    (tmp_path / "secret.j2").write_text("secret")
    folder = tmp_path / "vendor"
    folder.mkdir()
    (folder / "link.j2").symlink_to(tmp_path / "secret.j2")
    os.mkfifo(folder / "pipe.j2")
    path = folder / "vendor.toml"
    path.write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "http"\nurl = "http://h/"\n[request]\ntemplate = "{name}"\n'
    )
    with pytest.raises(UserError, match=r"outside this file's folder|is a pipe, not a file"):
        load_vendor(path)


BOMBS = {
    "deep": "a = " + "[" * 100_000,
    "dotted": ".".join(["a"] * 30_000) + " = 1\n",
    "dotted table": "[" + ".".join(["a"] * 30_000) + "]\n",
    "long": "a = 1\n" * 4_000_000,
    "binary": "\0" * 1000,
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("read", [load_vendor, lambda path: any_suite(str(path))], ids=["vendor", "suite"])
def test_a_toml_bomb_is_refused(read: Callable[[Path], Any], bomb: str, tmp_path: Path) -> None:
    """A file made to take for ever is refused in words, with its place."""
    path = tmp_path / "bomb.toml"
    path.write_text(BOMBS[bomb])
    with pytest.raises(RtconformError, match=r"bomb\.toml"):
        read(path)


HEAD = '[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "http"\nurl = "http://h/"\n'
MANY = {
    "unknown keys": HEAD + "".join(f"key_{number} = 1\n" for number in range(20_000)),
    "tables": HEAD + "".join(f"[t{number}]\n" for number in range(40_000)),
    "bad headers": HEAD + "[adapter.headers]\n" + "".join(f'"bad {number}" = "x"\n' for number in range(20_000)),
}


@pytest.mark.hostile
@pytest.mark.timeout(60)
@pytest.mark.parametrize("many", MANY)
def test_very_many_faults(many: str, tmp_path: Path) -> None:
    """A vendor file with tens of thousands of faults is refused in a moment: the first are told, the others counted."""
    path = tmp_path / "vendor.toml"
    path.write_text(MANY[many])
    with pytest.raises(UserError) as refused:
        load_vendor(path)
    told = str(refused.value).splitlines()
    assert 101 == len(told)
    assert re.search(r"and [0-9]+,[0-9]{3} more faults", told[-1])


@pytest.mark.slow
@pytest.mark.parametrize(
    "expression",
    [
        "@",
        "[*].[*]",
        "*.*.*.*.*",
        "sort_by(@, &to_string(@))",
        "map(&map(&map(&to_string(@), $), $), $)",
        "to_string(@)" * 1,
        "join(`,`, @)",
    ],
)
def test_expressions_are_bounded(expression: str, tmp_path: Path) -> None:
    """A JMESPath expression costs its own case at most: the run ends, whatever the vendor answers it with."""
    (tmp_path / "coder.py").write_text(
        "import json, sys\nfor line in sys.stdin: print(json.dumps({'id': json.loads(line)['id'], 'x': list(range(30000))}), flush=True)"
    )
    path = tmp_path / "vendor.toml"
    path.write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "coder.py"]\nworkers = 1\n'
        f"[response]\nid = \"id\"\noutcome = '''{expression}'''\nlines = \"x\"\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "rtconform", "run", str(path), "--suite=published", f"--out={tmp_path / 'run'}", "--only=published:scenario-1-hospital-facility"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode in (1, 2), done.stderr
    assert "Traceback" not in done.stderr


def test_no_shell() -> None:
    """Nothing in the package starts a shell, evaluates text or loads pickles."""
    told = []
    for path in (
        path
        for layer in ("reference", "generators", "formats", "conformance", "reports", "rtconform")
        for path in (ROOT / layer).rglob("*.py")
    ):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "shell":
                told.append(f"{path}: shell=")
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if re.fullmatch(
                    r"os\.(system|popen)|eval|exec|pickle\.\w+|marshal\.\w+|subprocess\.getoutput|asyncio\.create_subprocess_shell",
                    name,
                ):
                    told.append(f"{path}: {name}")
    assert [] == told


def test_links_in_a_run_folder_are_not_written_through(tmp_path: Path) -> None:
    """A run folder that somebody prepared can't have us write into another file."""
    victim = tmp_path / "victim"
    victim.write_text("precious\n")
    (tmp_path / "run").mkdir()
    for name in ("results.jsonl", "events.jsonl", ".lock"):
        shutil.rmtree(tmp_path / "run")
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / name).symlink_to(victim)
        done = subprocess.run(
            [sys.executable, "-m", "rtconform", "run", str(VENDORS / "correct" / "vendor.toml"), "--suite=published", f"--out={tmp_path / 'run'}"],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert (2, "precious\n") == (done.returncode, victim.read_text())
        assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_links_laid_for_temporary_files_are_not_written_through(tmp_path: Path) -> None:
    """Nor by a name under which we write before a file is whole."""
    victim = tmp_path / "victim"
    victim.write_text("precious\n")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json.tmp").symlink_to(victim)
    for pid in range(os.getpid(), os.getpid() + 5000):
        (tmp_path / "run" / f".report.html.{pid % 4_194_304}").symlink_to(victim)
    done = subprocess.run(
        [sys.executable, "-m", "rtconform", "run", str(VENDORS / "correct" / "vendor.toml"), "--suite=published", f"--out={tmp_path / 'run'}"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (0, "precious\n") == (done.returncode, victim.read_text())
    assert not (tmp_path / "run" / "manifest.json").is_symlink()


@pytest.mark.slow
def test_a_name_does_not_steer_the_terminal(tmp_path: Path) -> None:
    """A vendor's name is shown without commands to a terminal, and is not markup."""
    for name in ("coder.py", "reading.py"):
        (tmp_path / name).write_text((VENDORS / "correct" / name).read_text())
    adapter = f'[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "coder.py"]\n'
    (tmp_path / "vendor.toml").write_text(f'[vendor]\nname = "A [/x] \\u001b[2J\\u202e"\nversion = "1"\n{adapter}')
    for command in (["vendor", "check", "vendor.toml"], ["run", "vendor.toml", "--suite=published", "--out=run"]):
        status, shown = on_a_terminal([sys.executable, "-m", "rtconform", *command], tmp_path)
        assert 0 == status, shown
        assert "Traceback" not in shown
        assert "A [/x]" in shown
        assert "\x1b[2J" not in shown
        assert "\u202e" not in shown


def on_a_terminal(command: list[str], folder: Path) -> tuple[int, str]:
    """How a command ends that a person watches, and what the terminal gets."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the other side is closed: Linux says so in this way
            while piece := os.read(ours, 65536):
                shown += piece
        os.close(ours)
    return process.returncode, shown.decode(errors="replace")


@pytest.mark.slow
def test_a_run_folder_with_an_endless_line(tmp_path: Path) -> None:
    """A line of a run folder longer than any document is refused with its number, not read into memory whole."""
    subprocess.run(
        [sys.executable, "-m", "rtconform", "run", str(VENDORS / "correct" / "vendor.toml"), "--suite=published", f"--out={tmp_path / 'run'}"],
        check=True, capture_output=True,
    )  # fmt: skip
    with (tmp_path / "run" / "results.jsonl").open("ab") as stream:
        stream.write(b"x" * (40 << 20) + b"\n")
    with pytest.raises(UserError, match=r"results\.jsonl:72: longer than"):
        list(RunFolder(tmp_path / "run").results())


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("results.jsonl", {"latency_ms": 1e308}, r"results\.jsonl:1: .* @ \$\.latency_ms"),
        ("results.jsonl", {"latency_ms": -1.0}, r"results\.jsonl:1: .* @ \$\.latency_ms"),
        (
            "manifest.json",
            {"suites": [{"name": "published", "version": "1", "digest": "", "cases": 10**400, "seed": 1}]},
            r"cases",
        ),
    ],
)
def test_a_run_folder_with_numbers_that_no_run_has(name: str, changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    """What no run can have written is refused with its place, before anything is computed of it."""
    planned = plan_run(
        VENDORS / "correct" / "vendor.toml", ["published"], seed=1, only=["published:scenario-1-hospital-facility"]
    )
    asyncio.run(run_to_folder(planned, tmp_path / "run", resume=False))
    file = tmp_path / "run" / name
    file.write_text(json.dumps(json.loads(file.read_text()) | changes) + "\n")
    with pytest.raises(UserError, match=said):
        list(RunFolder(tmp_path / "run").results())


@pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="bubblewrap is not installed: the sandbox of the documentation can't be tried"
)
def test_a_sandboxed_vendor(tmp_path: Path) -> None:
    """The vendor file of docs/explanation/security.md, with a correct coder beside it, passes; the coder sees neither home, network nor secrets."""
    if subprocess.run(["bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"], check=False, capture_output=True).returncode:
        pytest.skip("bubblewrap may make no namespaces on this machine")
    if not Path("/usr/bin/python3").exists():
        pytest.skip("the documentation's Python is not at /usr/bin/python3")
    block = re.search(r"```toml\n(.*?)```", (ROOT / "docs" / "explanation" / "security.md").read_text(), re.DOTALL)
    assert block is not None
    (tmp_path / "vendor.toml").write_text(block[1])
    guard = (
        "import os, socket\nassert 'HOME_SECRET' not in os.environ and not os.path.exists('/root') and not os.path.exists('/home')\n"
        "try:\n    socket.create_connection(('1.1.1.1', 53), 1)\n    raise SystemExit('network')\nexcept OSError:\n    pass\n"
    )
    shutil.copy(VENDORS / "correct" / "reading.py", tmp_path)
    coder = (VENDORS / "correct" / "coder.py").read_text()
    head, _, rest = coder.partition("import json\n")
    (tmp_path / "coder.py").write_text(f"{head}{guard}import json\n{rest}")
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "rtconform", "run", str(tmp_path / "vendor.toml"), "--suite=published", f"--out={tmp_path / 'run'}"],
        check=False, capture_output=True, text=True, env={**os.environ, "HOME_SECRET": "x"},
    )  # fmt: skip
    assert 0 == done.returncode, (done.stdout[-500:], done.stderr, time.monotonic() - started)


@pytest.mark.hostile
def test_a_finding_says_what_happened(tmp_path: Path) -> None:
    """A coder that stops after some answers has not answered differently: the finding says that it gave none, and how it ended."""
    (tmp_path / "coder.py").write_text(
        "import json, os, sys\nfor number, line in enumerate(sys.stdin):\n"
        "    if os.path.exists('asked'): sys.exit('licence used up')\n"
        "    print(json.dumps({'id': json.loads(line)['id'], 'outcome': 'needs_review'}), flush=True)\n"
        "    if number == 70: open('asked', 'w').close()\n"
    )
    path = tmp_path / "vendor.toml"
    path.write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "coder.py"]\nworkers = 1\n'
    )
    planned = plan_run(path, ["published"], seed=1)
    summary = asyncio.run(run_to_folder(planned, tmp_path / "run", resume=False))
    (finding,) = [finding for finding in summary.findings if finding.kind != "codes_anything"]
    assert "unanswered_again" == finding.kind
    assert "error: the program ended with exit code 1" in finding.detail


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "said"), [("\\r", r"it ends its lines with \r alone"), ("", "it ends its lines with nothing")]
)
def test_a_check_says_that_lines_have_no_end(ending: str, said: str, tmp_path: Path) -> None:
    """A program whose answers don't end with a newline is told so by `vendor check`, before a run calls all of them invalid."""
    (tmp_path / "coder.py").write_text(
        "import json, sys\nfor line in sys.stdin:\n"
        f"    print(json.dumps({{'id': json.loads(line)['id'], 'outcome': 'needs_review'}}), end='{ending}', flush=True)\n"
    )
    (tmp_path / "vendor.toml").write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "coder.py"]\ntimeout_s = 2\n'
    )
    command = [sys.executable, "-m", "rtconform", "vendor", "check", "vendor.toml"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert 1 == done.returncode, done.stdout
    assert f"the answer came without a newline, {said}: end every answer with a newline" in done.stdout
