"""Sound documents of every kind that others hand us, and the ways in which the fuzzing damages them."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import strategies as st

from rtconform.generators.suites.registry import any_suite
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.wire import encode
from rtconform.reference.editor.editor import adjudicate
from tests.helpers import ROOT

VENDORS = ROOT / "tests" / "vendors"
RECORDS = ("manifest.json", "results.jsonl", "events.jsonl")

Sound = dict[str, bytes]

ODD = (
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"NaN",
    b"1e999",
    b"-0",
    b"null",
    b"[]",
    b"{}",
    b'"',
    b"\\u0000",
    b"\\ud800",
    b"\n",
    b"9" * 400,
    b"9" * 5000,
    b"[" * 3000,
)
"""Pieces that readers stumble over."""

ODD_VALUES = (
    "", "x", "S1", "coded", "77412", "26", "\0", "\x1b[31m", "é" * 100, "0001-01-01", "9999-12-31", "2024-02-29", "0001-01-01T00:00:00",
    "9999-12-31T23:59:59", "9999-12-31T23:59:59Z", "2026-03-09T09:10:00+23:59", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "a\0b", "x" * 5000, "NaN", "1e400", "-1", 0, -1, 2**31, 2**53, 2**63, 2**64, 10**400,
    1e308, -1e308, 5e-324, 0.5, True, None,
)  # fmt: skip
"""Values that are well formed in some place and seldom expected there."""

ODD_TOML = (
    b"true", b"-1", b"0", b"1e400", b"nan", b"-inf", b"9223372036854775808", b'""', b'"\\u0000"', b"[]", b"[[1]]", b'["a", 1]', b"{}", b"{a = {}}",
    b"[{}]", b"0001-01-01", b"9999-12-31", b"9999-12-31T23:59:59.999999Z", b"0001-01-01T00:00:00+23:59", b"07:32:00", b'"' + b"x" * 3000 + b'"',
    b'"${HOME}"', b'"${RTCONFORM_NOT_SET}"', b'"77412"', b'["26"]', b'"../../etc/passwd"', b"'''\n'''",
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """A sound document with a few pieces cut out, doubled, or swapped for odd ones."""
    document = sound
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(document)))
        end = min(len(document), start + draw(st.integers(0, 60)))
        piece = draw(st.sampled_from((b"", document[start:end] * 2, *ODD)) | st.binary(max_size=8))
        document = document[:start] + piece + document[end:]
    return document


@st.composite
def revalued(draw: st.DrawFn, sound: bytes) -> bytes:
    """JSON Lines of which one line has a few values replaced: by others of their kind, odd or used elsewhere, or by anything."""
    lines = sound.splitlines()
    known = [*ODD_VALUES, *(leaf for line in lines for leaf in _leaves(json.loads(line)))]
    number = draw(st.integers(0, len(lines) - 1))
    document = json.loads(lines[number])
    anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    nested = st.recursive(anything, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = document, draw(st.sampled_from(sorted(document)))
        while isinstance(holder[key], dict | list) and holder[key] and draw(st.integers(0, 7)):
            holder = holder[key]
            key = draw(st.sampled_from(sorted(holder)) if isinstance(holder, dict) else st.integers(0, len(holder) - 1))
        alike = [value for value in known if type(value) is type(holder[key])]
        holder[key] = deepcopy(draw(st.sampled_from(alike or known) | st.sampled_from(known) | nested))
    lines[number] = json.dumps(document).encode()
    return b"\n".join(lines) + b"\n"


@st.composite
def revalued_toml(draw: st.DrawFn, sound: bytes) -> bytes:
    """TOML of which a few `key = value` have another value, odd or of another key."""
    lines = sound.splitlines()
    settings = [number for number, line in enumerate(lines) if b" = " in line and not line.startswith(b"#")]
    own = [lines[number].partition(b" = ")[2] for number in settings]
    for _ in range(draw(st.integers(1, 3))):
        number = draw(st.sampled_from(settings))
        lines[number] = lines[number].partition(b" = ")[0] + b" = " + draw(st.sampled_from((*ODD_TOML, *own)))
    return b"\n".join(lines) + b"\n"


def broken(sound: bytes) -> st.SearchStrategy[bytes]:
    """JSON Lines, damaged in any way."""
    return damaged(sound) | revalued(sound)


def broken_toml(sound: bytes) -> st.SearchStrategy[bytes]:
    """TOML, damaged in any way."""
    return damaged(sound) | revalued_toml(sound)


def _leaves(document: object) -> Iterator[object]:
    """The values in a document that hold no others."""
    if isinstance(document, dict | list) and document:
        for inner in document.values() if isinstance(document, dict) else document:
            yield from _leaves(inner)
    else:
        yield document


def questions(suite: str, *places: int) -> bytes:
    """Cases, or claims, of a suite as JSON Lines."""
    found = any_suite(suite)
    return b"".join(found.case(place, 1).wire + b"\n" for place in places)


def right_answer(case: Any) -> bytes:
    """A coder's answer to a case, as the reference gives it."""
    coding = code(case)
    lines = [
        {"session": line.session, "code": line.code, "modifiers": line.modifiers, "units": line.units} for line in coding.lines
    ]
    return encode({"id": case.id, "outcome": coding.outcome, "lines": lines, "notes": ["a note"]})


def right_disposition(claim: Any) -> bytes:
    """An editor's answer to a claim, as the reference gives it."""
    found = adjudicate(claim)
    lines = [
        {
            "number": line.number,
            "disposition": line.disposition,
            "category": line.category,
            "carc": line.carc,
            "reason": line.reason,
        }
        for line in found.lines
    ]
    return encode({"id": claim.id, "lines": lines})


def relative_values() -> bytes:
    """A table of relative values, a line each."""
    services = "\n".join(f'"{service}" = 1.5' for service in ("77402", "77407", "77412", "77387-26", "77386"))
    settings = "\n".join(f"[period.2020-01-01.{setting}]\n{services}" for setting in ("hospital_outpatient", "freestanding"))
    return f'[period.2020-01-01]\nuntil = 2030-01-01\nsource = "a table"\nunit = "RVUs"\n{settings}\n'.encode()


def example(page: str, heading: str) -> bytes:
    """The first block of TOML after the line `heading` on a page of the documentation."""
    text = (ROOT / "docs" / page).read_bytes().partition(heading.encode())[2]
    return text.partition(b"```toml")[2].partition(b"\n")[2].partition(b"```")[0]


def ran(*arguments: str) -> Sound:
    """The records of a run of the command line's into a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        _rtconform("run", *arguments, f"--out={folder}/run")
        sound = {name: (Path(folder) / "run" / name).read_bytes() for name in RECORDS}
    return sound | {"manifest.json": msgspec.json.format(sound["manifest.json"], indent=-1)}


@cache
def sound_run() -> Sound:
    """The records of a small run with passes, failures, findings and a baseline."""
    ids = [f"--only=published:{name}" for name in ("scenario-1-hospital-facility", "scenario-2-hospital-professional")]
    with tempfile.NamedTemporaryFile(suffix=".toml") as known:
        known.write(example("how-to/ci.md", "## Failures that you know"))
        known.flush()
        run = ran(str(VENDORS / "three_faults" / "vendor.toml"), "--suite=published", f"--baseline={known.name}", *ids)
    manifest = json.loads(run["manifest.json"]) | {"only": []}  # of a whole suite, then, most of whose cases are missing
    return run | {"manifest.json": json.dumps(manifest).encode()}


def sound_edits_run() -> Sound:
    """The records of a small run of a claim editor with faults."""
    ids = [f"--only={json.loads(line)['id']}" for line in questions("edits-documented", 1, 5, 9).splitlines()]
    return ran(str(VENDORS / "sample_editor" / "vendor.toml"), "--suite=edits-documented", *ids)


def sound_shard(part: int) -> Sound:
    """The records of one of the two shards of a small run."""
    with tempfile.TemporaryDirectory() as folder:
        suite = Path(folder) / "few.jsonl"
        suite.write_bytes(questions("boundaries", 0, 1, 2, 3))
        return ran(str(VENDORS / "three_faults" / "vendor.toml"), f"--suite={suite}", f"--shard={part}/2")


def sound_report() -> bytes:
    """The report.json of a small run."""
    run = sound_run()
    with tempfile.TemporaryDirectory() as folder:
        for name, content in run.items():
            (Path(folder) / name).write_bytes(content)
        _rtconform("report", folder, "--format=json")
        return msgspec.json.format((Path(folder) / "report.json").read_bytes(), indent=-1)


def sound_bundle(*how: str) -> bytes:
    """The bundle of a refusal."""
    with tempfile.TemporaryDirectory() as folder:
        vendor = VENDORS / "three_faults" / "vendor.toml"
        _rtconform("certify", str(vendor), "--readable", str(VENDORS / "correct"), *how, f"--out={folder}/b.zip")
        return (Path(folder) / "b.zip").read_bytes()


def _rtconform(*arguments: str) -> None:
    command = [sys.executable, "-m", "rtconform", *arguments]
    subprocess.run(command, check=False, capture_output=True)  # ends with 1: not conformant
