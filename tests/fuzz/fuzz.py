"""Fuzzes everything that reads what others wrote: run folders, vendor and suite files, documents, answers.

    python tests/fuzz/fuzz.py 60        for 60 minutes; `make fuzz MINUTES=60`

Each target gets damaged copies of sound files, and noise. The law: what comes back is data, or an error of ours that is told in
words; anything else is a fault. `test_fuzz.py` runs a moment of it with the other tests.
"""

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.conformance.adapters.answers import read_answer
from rtconform.conformance.certificates.bundle import ENVELOPE, SEED, Bundle, read_bundle, write_bundle
from rtconform.conformance.certificates.checks import Trust
from rtconform.conformance.certificates.container import pack
from rtconform.conformance.certificates.envelope import seal
from rtconform.conformance.certificates.statement import subjects
from rtconform.conformance.dialogue import DIALOGUES
from rtconform.conformance.runfolder import EVENTS, MANIFEST, RESULTS, RunFolder
from rtconform.conformance.vendor import load_vendor, scaffold
from rtconform.generators.suites import suite
from rtconform.reference.coding import Answer
from rtconform.reference.errors import RtconformError
from rtconform.reference.treatment import Case
from rtconform.reference.wire import decode, encode
from rtconform.reports.formats import render
from rtconform.verifying import verify

ROOT = Path(__file__).resolve().parents[2]
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
)
"""Pieces that readers stumble over."""

Target = Callable[[bytes], object]
Sound = dict[str, bytes]


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """A sound document with a few pieces cut out, doubled, swapped for odd ones, or one JSON value replaced."""
    document = sound
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(document)))
        end = min(len(document), start + draw(st.integers(0, 60)))
        piece = draw(st.sampled_from((b"", document[start:end] * 2, *ODD)) | st.binary(max_size=8))
        document = document[:start] + piece + document[end:]
    return document


@st.composite
def revalued(draw: st.DrawFn, sound: bytes) -> bytes:
    """The first line of a sound JSON document with one value, somewhere in it, replaced by any other."""
    first, newline, rest = sound.partition(b"\n")
    document = json.loads(first)
    holder, key = document, draw(st.sampled_from(sorted(document)))
    while isinstance(holder[key], dict | list) and holder[key] and draw(st.booleans()):
        holder = holder[key]
        key = draw(st.sampled_from(sorted(holder)) if isinstance(holder, dict) else st.integers(0, len(holder) - 1))
    anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    holder[key] = draw(
        st.recursive(anything, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2))
    )
    return json.dumps(document).encode() + newline + rest


def run_folder(name: str, sound: Sound) -> Target:
    """A run folder of which one file is damaged: read whole, and every report made of it."""

    def read(document: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for other, content in sound.items():
                (Path(folder) / other).write_bytes(document if other == name else content)
            run = RunFolder(Path(folder))
            for _ in (*run.results(), *run.events()):
                pass
            render(Path(folder), ["html", "junit", "json", "csv"])

    return read


def file_of(suffix: str, read: Callable[[Path], object]) -> Target:
    """A file with the document in it, read by `read`."""

    def target(document: bytes) -> None:
        with tempfile.NamedTemporaryFile(suffix=suffix) as file:
            file.write(document)
            file.flush()
            read(Path(file.name))

    return target


def sound_run() -> Sound:
    """The records of a small run with passes, failures and findings."""
    with tempfile.TemporaryDirectory() as folder:
        vendor = ROOT / "tests" / "vendors" / "three_faults" / "vendor.toml"
        ids = [f"--only=published:{name}" for name in ("scenario-1-hospital-facility", "scenario-2-hospital-professional")]
        command = [sys.executable, "-m", "rtconform", "run", str(vendor), "--suite=published", f"--out={folder}/run", *ids]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # ends with 1: not conformant
        names = ("manifest.json", "results.jsonl", "events.jsonl")
        sound = {name: (Path(folder) / "run" / name).read_bytes() for name in names}
    return sound | {"manifest.json": msgspec.json.format(sound["manifest.json"], indent=-1)}


def verified(document: bytes) -> None:
    """A bundle, read and verified whole."""
    list(verify(read_bundle(document, "b.zip"), Trust(None, None, dt.datetime.now(dt.UTC))))


def bundle_of(name: str, sound: Bundle) -> Target:
    """A bundle of which one file is damaged, and everything else made to fit: digests, seal, container."""

    def read(document: bytes) -> None:
        files = {**sound.files, name: document}
        statement = replace(sound.statement, subject=subjects(files, ""))
        verified(write_bundle(files, statement, None))

    return read


def sealed(sound: Bundle) -> Target:
    """A bundle whose certificate is damaged, sealed anew in a container made to fit."""
    return lambda document: verified(pack({ENVELOPE: seal(document, None), **sound.files}))


def sound_bundle() -> bytes:
    """The bundle of a refusal, unsigned."""
    with tempfile.TemporaryDirectory() as folder:
        vendor = ROOT / "tests" / "vendors" / "three_faults" / "vendor.toml"
        command = [sys.executable, "-m", "rtconform", "certify", str(vendor), "--unsigned", f"--out={folder}/b.zip"]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # ends with 1: not conformant
        return (Path(folder) / "b.zip").read_bytes()


def bundle_targets() -> dict[str, tuple[st.SearchStrategy[bytes], Target]]:
    """What is handed to `rtconform verify`: damaged anywhere, in one file, in the certificate."""
    document = sound_bundle()
    sound = read_bundle(document, "b.zip")
    lines = {
        name: msgspec.json.format(content, indent=-1) if name == MANIFEST else content for name, content in sound.files.items()
    }
    records = {name: lines[name] for name in (MANIFEST, RESULTS, EVENTS, SEED)}
    certificate = msgspec.json.format(sound.envelope.payload, indent=-1)
    return {
        "bundle": (damaged(document), verified),
        "bundle: certificate": (damaged(certificate) | revalued(certificate), sealed(sound)),
        **{
            f"bundle: {name}": (damaged(content) | revalued(content), bundle_of(name, sound)) for name, content in records.items()
        },
    }


def targets() -> dict[str, tuple[st.SearchStrategy[bytes], Target]]:
    """Each target with the documents to try on it."""
    run = sound_run()
    case = encode(suite("published").case(0, 1).case)
    vendor = scaffold("http").encode()
    own_suite = (ROOT / "docs" / "suites.md").read_bytes().partition(b"```toml")[2].partition(b"\n")[2].partition(b"```")[0]
    answer = b'{"id": "a:1", "outcome": "coded", "lines": [{"session": "S1", "code": "77412", "modifiers": ["26"], "units": 1}]}'
    folder = {name: (damaged(sound) | revalued(sound), run_folder(name, run)) for name, sound in run.items()}
    return (
        folder
        | bundle_targets()
        | {
            "case": (damaged(case) | revalued(case), lambda document: decode(document, Case)),
            "answer": (damaged(answer) | revalued(answer), partial(read_answer, dialogue=DIALOGUES["coder"])),
            "answer, strictly": (damaged(answer) | revalued(answer), lambda document: decode(document, Answer)),
            "vendor file": (damaged(vendor), file_of(".toml", load_vendor)),
            "suite file": (damaged(own_suite), file_of(".toml", lambda path: suite(str(path)))),
        }
    )


def fuzz(documents: st.SearchStrategy[bytes], target: Target, examples: int, tried: Counter[str], name: str) -> None:
    """Try `examples` documents on a target."""

    @settings(
        max_examples=examples, deadline=None, database=None, phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(documents | st.binary(max_size=200))
    def law(document: bytes) -> None:
        tried[name] += 1
        try:
            target(document)
            tried[f"{name}: read"] += 1
        except RtconformError as error:
            if not str(error).strip():
                raise AssertionError("an error without words") from error

    law()


def main(minutes: float) -> None:
    """Go round the targets until the time is up; print how many documents each got."""
    end = time.monotonic() + 60 * minutes
    tried: Counter[str] = Counter()
    faults = 0
    all_targets = targets()
    while time.monotonic() < end:
        for name, (documents, target) in all_targets.items():
            try:
                fuzz(documents, target, 100, tried, name)
            except BaseException as fault:
                if isinstance(fault, KeyboardInterrupt):
                    raise
                faults += 1
                print(f"{name}: {fault!r:.500}: {str(getattr(fault, '__notes__', ''))[-1500:]}", flush=True)
    for name in all_targets:
        print(f"{name:18} {tried[name]:9,} documents, {tried[name + ': read']:9,} of them readable")
    print(f"{sum(tried[name] for name in all_targets):,} documents in {minutes:g} minutes, {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(float(sys.argv[1]))
