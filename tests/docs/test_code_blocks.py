"""Every code block of README and docs does what it says: a reader who copies it gets what the page promises.

How blocks are written is told in CONTRIBUTING.md. A page is a test: its blocks run in order, in one empty folder.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema
import pytest
from markdown_it import MarkdownIt
from yaml import safe_load_all as read_yaml

from rtconform.cli.reference.schema import SCHEMAS
from rtconform.reference.documents.wire import schema
from tests.helpers import ROOT

PAGES = sorted(path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
RUN = ("sh", "console", "python")
READ = ("json", "toml", "yaml", "xml", "js", "java", "csharp", "jinja")
"""What is parsed or compiled by a tool of its language, or only written to its file."""
PROSE = ("text", "mermaid", "csv")
"""What shows something and can't be run."""
KEYS = ("file", "exit", "skip", "needs", "schema")
TIMEOUT_S = 120
NEEDS = re.compile(r"<!--\s*example needs:(.*?)-->", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block, or a comment that brings files: `line` where it begins, `given` what its info string says beside the language."""

    line: int
    language: str
    text: str
    given: dict[str, str] = field(default_factory=dict)

    def fail(self, page: str, why: str) -> str:
        """What a failing test says."""
        return f"{page}:{self.line}: {why}\n{self.text}"


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a page in order."""
    for token in MarkdownIt().parse(text):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "html_block" and (needs := NEEDS.search(token.content)):
            yield Block(line, "needs", needs[1])
        if token.type == "fence":
            language, _, rest = token.info.strip().partition(" ")
            words = shlex.split(rest)
            yield Block(line, language, token.content, dict(word.partition("=")[::2] for word in words))
        if token.type == "code_block":
            yield Block(line, "", token.content)


def faults(block: Block) -> Iterator[str]:
    """What is wrong with how a block is written."""
    if block.language not in (*RUN, *READ, *PROSE, "needs"):
        yield f"a block in {block.language or 'no language'}: use {', '.join((*RUN, *READ, *PROSE))}"
    yield from (f"unknown {key}=: use {', '.join(KEYS)}" for key in block.given if key not in KEYS)
    if "skip" in block.given and len(block.given["skip"]) < 10:
        yield "skip needs a reason"


def perform(page: str, text: str, folder: Path) -> list[str]:
    """Run a page's blocks in `folder`; raises AssertionError at the first that does not do what it says.

    Gives the programs that are not here, whose blocks were left out.
    """
    started: list[int] = []
    lacking: set[str] = set()
    try:
        for block in blocks(text):
            for fault in faults(block):
                raise AssertionError(block.fail(page, fault))
            if "skip" in block.given:
                continue
            if missing := _missing_programs(block):
                lacking.update(missing)
            else:
                _perform(page, block, folder, started)
    finally:
        for group in started:
            _end(group)
    return sorted(lacking)


def _perform(page: str, block: Block, folder: Path, started: list[int]) -> None:
    if block.language == "needs":
        _bring(block.text, folder)
        return
    if name := block.given.get("file"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
    try:
        _check(block)
    except Exception as error:  # noqa: BLE001 - whatever a reader of a language raises, the page is wrong
        raise AssertionError(block.fail(page, f"{type(error).__name__}: {error}")) from None
    if block.language == "sh" or (block.language == "python" and not name):
        command = ["bash", "-euo", "pipefail", "-c", block.text] if block.language == "sh" else ["python", "-c", block.text]
        code, output = _run(command, folder, started)
        expected = int(block.given.get("exit", "0"))
        assert expected == code, block.fail(page, f"exit code {code}, not {expected}:\n{output[-3000:]}")
    if block.language == "console":
        _console(page, block, folder, started)


def _console(page: str, block: Block, folder: Path, started: list[int]) -> None:
    """Each line after `$ ` is run; the lines that follow must come in that order, `…` stands for anything."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    assert parts, block.fail(page, "no line begins with `$ `")
    for number, part in enumerate(parts, 1):
        command, _, shown = part.partition("\n")
        code, output = _run(["bash", "-c", command], folder, started)
        expected = int(block.given.get("exit", "0")) if number == len(parts) else 0
        assert expected == code, block.fail(page, f"`{command}`: exit code {code}, not {expected}:\n{output[-3000:]}")
        pattern = r"\s+".join(".*?".join(map(re.escape, word.split("…"))) for word in shown.split())
        assert re.search(pattern, output, re.DOTALL), block.fail(page, f"`{command}` printed:\n{output[-3000:]}")


def _check(block: Block) -> None:
    """The block is a document of its language."""
    readers: dict[str, Callable[[str], object]] = {
        "json": _read_json,
        "toml": tomllib.loads,
        "yaml": lambda text: list(read_yaml(text)),
        "python": lambda text: compile(text, "block", "exec"),
    }
    value = readers.get(block.language, str)(block.text)
    if name := block.given.get("schema"):
        jsonschema.Draft202012Validator(schema(SCHEMAS[name], name)).validate(value)


def _read_json(text: str) -> object:
    """One document, or one a line."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _missing_programs(block: Block) -> list[str]:
    missing = [name for name in block.given.get("needs", "").split(",") if name and shutil.which(name) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"not on PATH: {', '.join(missing)}; .ci/run installs what the docs' examples need")
    return missing


def _bring(text: str, folder: Path) -> None:
    """Copy files of the project that a page speaks of: `path`, or `path -> name`, separated by commas."""
    for part in text.split(","):
        source, _, target = (word.strip() for word in part.partition("->"))
        path = folder / (target or source)
        path.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, path, dirs_exist_ok=True)
        else:
            shutil.copy(ROOT / source, path)


def _run(command: list[str], folder: Path, started: list[int]) -> tuple[int, str]:
    """Exit code and output, of a process that may leave a service running for the blocks that follow."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV_"))},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    log = folder / ".output"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        started.append(process.pid)
        code = process.wait(TIMEOUT_S)
    return code, log.read_text("utf-8", "replace")


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # nothing of it is left, as it should be


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    """Every block runs, is read, or says why not; a page that lacks a program here is skipped once all else of it has run."""
    lacking = perform(str(page.relative_to(ROOT)), page.read_text("utf-8"), tmp_path)
    if lacking:
        pytest.skip(f"not on PATH: {', '.join(lacking)}; the rest of the page was run")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```sh\nfalse\n```", "page:1: exit code 1, not 0"),
        ("```sh exit=1\ntrue\n```", "exit code 0, not 1"),
        ("```console\n$ echo one\ntwo\n```", "`echo one` printed:"),
        ("```python\nraise SystemExit(3)\n```", "exit code 3, not 0"),
        ("```python file=x.py\ndef\n```", "SyntaxError"),
        ("```json\n{,}\n```", "JSONDecodeError"),
        ('```json schema=answer\n{"id": "x"}\n```', "ValidationError"),
        ("```toml\na = \n```", "TOMLDecodeError"),
        ("```yaml\na: [\n```", "ParserError"),
        ("```ruby\nputs 1\n```", "a block in ruby: use"),
        ("```\nls\n```", "a block in no language"),
        ("```sh skip=no\nls\n```", "skip needs a reason"),
        ("```sh exist=1\nls\n```", "unknown exist=: use"),
    ],
)
def test_a_wrong_block_fails(text: str, said: str, tmp_path: Path) -> None:
    """A block that does not do what it says fails its page, named with its line."""
    with pytest.raises(AssertionError, match=re.escape(said)):
        perform("page", text, tmp_path)


def test_a_block_without_its_program_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a block needs and is not here is named, and the others are run; in CI it is a failure."""
    text = "```sh needs=no-such-program\nfalse\n```\n```sh\ntouch ran\n```"
    monkeypatch.delenv("CI", raising=False)

    assert ["no-such-program"] == perform("page", text, tmp_path)
    assert (tmp_path / "ran").exists()

    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"not on PATH: no-such-program; \.ci/run installs"):
        perform("page", text, tmp_path)


def test_blocks_of_a_page_go_together(tmp_path: Path) -> None:
    """Files are there for the blocks that follow, a service lives until the page's end, and expected output may be shortened."""
    text = """
<!-- example needs: tests/vendors/correct/coder.py -> coder.py, LICENSE -->
```python file=told.py
print("one, two, three")
```
```console
$ cat told.py | wc -l
1
$ python told.py
one, … three
```
```sh
test -s coder.py && test -s LICENSE
sleep 600 & echo $! > pid
```
```sh exit=7
kill -0 "$(cat pid)"; exit 7
```
"""
    perform("page", text, tmp_path)
    sleeping = int((tmp_path / "pid").read_text())
    until = time.monotonic() + 10
    while _alive(sleeping) and time.monotonic() < until:
        time.sleep(0.01)
    assert not _alive(sleeping)


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
