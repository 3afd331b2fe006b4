"""Everything that reads what others wrote, as functions of a document; each with the documents to try on it."""

import asyncio
import contextlib
import datetime as dt
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec
from click import ClickException
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.api import suite
from rtconform.cli.main import cli
from rtconform.conformance.adapters.answers import read_answer
from rtconform.conformance.adapters.http.service import HttpAdapter
from rtconform.conformance.adapters.translation.client import Translator
from rtconform.conformance.adapters.translation.mapping import AnswerMapping
from rtconform.conformance.certificates.bundle import ENVELOPE, SEED, Bundle, read_bundle, write_bundle
from rtconform.conformance.certificates.checks import Trust
from rtconform.conformance.certificates.container import pack
from rtconform.conformance.certificates.envelope import read_public_key, read_signing_key, seal
from rtconform.conformance.certificates.seeds import draw, read_opening
from rtconform.conformance.certificates.statement import subjects
from rtconform.conformance.plain_data import MappingFault
from rtconform.conformance.protocol import RoleName
from rtconform.conformance.roles import ROLES
from rtconform.conformance.runs.baseline import load_baseline, loaded_in_words
from rtconform.conformance.runs.errata import load_errata
from rtconform.conformance.runs.folder import EVENTS, MANIFEST, RESULTS, RunFolder, RunWriter, manifest_document
from rtconform.conformance.vendors.file import load_vendor, scaffold
from rtconform.conformance.vendors.secrets import Redactor
from rtconform.conformance.vendors.settings import HttpSettings, Response
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteCase, SuiteClaim
from rtconform.jobs.replay import plan_replay
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.jobs.verify import verify
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.wire import decode
from rtconform.reference.errors import UserError
from rtconform.reports.writers.formats import FORMATS, render
from tests.fuzz import documents
from tests.fuzz.documents import RECORDS, Sound, broken, broken_toml, damaged, questions
from tests.helpers import ROOT, VENDORS

Target = Callable[[bytes], object]


class Reader(NamedTuple):
    """A sound document, how it is damaged, and what reads it."""

    damage: Callable[[bytes], st.SearchStrategy[bytes]]
    sound: bytes
    target: Target


ENDINGS = (0, 1, 2)
"""How a command may end: all is well, something is found, something given is wrong."""


def command(*arguments: str) -> None:
    """The command line, in this process: it ends in one of its ways, and what it refuses it refuses in words."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            cli.main(args=list(arguments), standalone_mode=False)
    except SystemExit as ended:
        if ended.code not in ENDINGS:
            raise AssertionError(f"ended with {ended.code}") from ended
    except ClickException as refused:
        raise UserError(refused.format_message()) from None


@contextlib.contextmanager
def folder_of(files: Sound) -> Iterator[Path]:
    """A folder with these files, for a moment."""
    with tempfile.TemporaryDirectory() as name:
        for path, content in files.items():
            (Path(name) / path).parent.mkdir(exist_ok=True)
            (Path(name) / path).write_bytes(content)
        yield Path(name)


def file_of(suffix: str, read: Callable[[Path], object]) -> Target:
    """A file with the document in it, read by `read`."""

    def target(document: bytes) -> None:
        with folder_of({f"document{suffix}": document}) as folder:
            read(folder / f"document{suffix}")

    return target


def given_to(suffix: str, *arguments: str, also: Sound | None = None) -> Target:
    """A command that gets the document as file `{}`, and `also` as files `{NAME}` beside it."""

    def target(document: bytes) -> None:
        with folder_of({f"document{suffix}": document, **(also or {})}) as folder:
            files = {name.partition(".")[0]: folder / name for name in also or {}}
            command(*(argument.format(folder / f"document{suffix}", folder=folder, **files) for argument in arguments))

    return target


def run_folder(name: str, sound: Sound) -> Target:
    """A run folder of which one file is damaged: read whole, every report made of it, failures planned again, resumed."""

    def read(document: bytes) -> None:
        with folder_of(sound | {name: document}) as folder:
            run = RunFolder(folder)
            for _ in (*run.results(), *run.events()):
                pass
            with contextlib.redirect_stdout(io.StringIO()):
                render(folder, list(FORMATS))
            with contextlib.suppress(UserError):  # its suites may be others: that is no reason not to resume it
                plan_replay(run, None, ())
            with RunWriter(folder, run.manifest, resume=True) as writer:
                writer.done()

    return read


def shard(name: str, one: Sound, *others: Sound) -> Target:
    """Shards of which one has a damaged file, merged."""

    def read(document: bytes) -> None:
        shards = {str(number): shard for number, shard in enumerate((one | {name: document}, *others))}
        files = {f"{number}/{path}": content for number, shard in shards.items() for path, content in shard.items()}
        with folder_of(files) as folder:
            command("merge", f"{folder}/whole", *(f"{folder}/{number}" for number in shards))

    return read


ANSWERING = b"""
ANSWER = None


def answer(question):
    if ANSWER is not None:
        return ANSWER
    if "lines" in question:
        lines = [{"number": line["number"], "disposition": "deny"} for line in question["lines"]]
        return {"id": question["id"], "lines": lines}
    lines = [{"session": session["id"], "code": "77407"} for session in question["sessions"]]
    return {"id": question["id"], "outcome": "coded", "lines": lines}
"""
ANSWERED = """
[vendor]
name = "Fuzzed"
version = "1"
role = "{}"

[adapter]
kind = "python"
callable = "fuzzed_vendor:answer"
"""


def asked(role: RoleName, suite: bytes, answer: str | None) -> None:
    """A run of a suite of cases or claims, and every report of it; the vendor answers one thing, or by rote."""
    files = {"suite.jsonl": suite, "vendor.toml": ANSWERED.format(role).encode(), "fuzzed_vendor.py": ANSWERING}
    with folder_of(files) as folder:
        planned = plan_run(folder / "vendor.toml", [f"{folder}/suite.jsonl"], seed=1)
        sys.modules.pop("fuzzed_vendor", None)

        async def run() -> None:
            await run_to_folder(planned, folder / "run", resume=False)

        if answer is not None:
            text = (folder / "fuzzed_vendor.py").read_text().replace("ANSWER = None", f"ANSWER = {answer!r}")
            (folder / "fuzzed_vendor.py").write_text(text)
        asyncio.run(run())
        with contextlib.redirect_stdout(io.StringIO()):
            render(folder / "run", list(FORMATS))


def in_a_run(role: RoleName, question: bytes) -> Target:
    """An answer in a whole run: judged, its causes found, shown in every report."""
    return lambda document: asked(role, question, document.decode(errors="surrogateescape"))


OWN_SHAPES: dict[str, tuple[Response, bytes]] = {
    "json": (
        Response(id="ref", outcome="status == 'OK' && 'coded' || 'needs_review'", lines="charges[].{session: fx, code: cpt, modifiers: mods}"),
        b'{"ref": "a:1", "status": "OK", "charges": [{"fx": "S1", "cpt": 77412, "mods": "26,59", "qty": 1.0}], "remarks": ["x"]}',
    ),
    "xml": (
        Response(format="xml", id="Answer.Id", outcome="Answer.\"@outcome\"", lines="Answer.[Line][].{session: Fx, code: Cpt, units: Units}"),
        b'<Answer outcome="coded"><Id>a:1</Id><Line><Fx>S1</Fx><Cpt>77412</Cpt><Units>1</Units></Line></Answer>',
    ),
    "text": (
        Response(format="text", pattern=r"^(?P<session>\S+) (?P<code>\w{5})", outcome="'coded'", lines="matches"),
        b"S1 77412\nS2 77387\n",
    ),
}  # fmt: skip
"""Answers in a vendor's own shape, with the table [response] that reads them."""


def own_shape(form: str) -> Target:
    """An answer in a vendor's own shape, translated as the translator's process does it, then read."""
    mapping = AnswerMapping(OWN_SHAPES[form][0], "coder")

    def read(document: bytes) -> None:
        try:
            found = msgspec.json.encode(mapping.answer(document))
        except MappingFault as fault:
            raise UserError(fault.what) from None
        except (TypeError, ValueError, RecursionError) as error:  # what the translator's process answers for
            raise UserError(f"can't be read: {error}") from None
        read_answer(found, ROLES["coder"].wire)

    return read


TEMPLATED = b"""[vendor]
name = "Fuzzed"
version = "1"
[adapter]
kind = "http"
url = "http://127.0.0.1:9/"
[request]
template = "document.j2"
"""


def request_template(document: bytes) -> None:
    """A request template, compiled and rendered in the translator's process."""

    async def render_one() -> None:
        translator = Translator(load_vendor(folder / "vendor.toml"))
        try:
            await translator.start(ROLES["coder"].wire.sample())
        finally:
            await translator.close()

    with folder_of({"vendor.toml": TEMPLATED, "document.j2": document}) as folder:
        asyncio.run(render_one())


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


def bundle_readers() -> dict[str, Reader]:
    """What is handed to `rtconform verify`: damaged anywhere, in one file, in the certificate, in the envelope."""
    document = documents.sound_bundle("--unsigned")
    sound = read_bundle(document, "b.zip")
    lines = {
        name: msgspec.json.format(content, indent=-1) if name == MANIFEST else content for name, content in sound.files.items()
    }
    records = {name: lines[name] for name in (MANIFEST, RESULTS, EVENTS, SEED)}
    certificate = msgspec.json.format(sound.envelope.payload, indent=-1)
    envelope = seal(sound.envelope.payload, None)
    return {
        "bundle": Reader(damaged, document, verified),
        "bundle: certificate": Reader(
            broken, certificate, lambda one: verified(pack({ENVELOPE: seal(one, None), **sound.files}))
        ),
        "bundle: envelope": Reader(broken, envelope, lambda one: verified(pack({ENVELOPE: one, **sound.files}))),
        **{f"bundle: {name}": Reader(broken, content, bundle_of(name, sound)) for name, content in records.items()},
    }


def run_readers() -> dict[str, Reader]:
    """Run folders of coders and editors, shards, and a report that was kept."""
    coder, editor = documents.sound_run(), documents.sound_edits_run()
    one, other = documents.sound_shard(1), documents.sound_shard(2)
    alone = one[MANIFEST].replace(b'"shard":[1,2]', b'"shard":[1,1]')
    run = {f"run/{name}": content for name, content in coder.items()}
    compared = [given_to(".json", "compare", *way, f"--format={form}", also=run)
                for way, form in ((("{}", "{folder}/run"), "html"), (("{folder}/run", "{}"), "markdown"), (("{}", "{}"), "table"))]  # fmt: skip
    return {
        **{f"run folder: {name}": Reader(broken, coder[name], run_folder(name, coder)) for name in RECORDS},
        **{f"editor's run: {name}": Reader(broken, editor[name], run_folder(name, editor)) for name in RECORDS},
        **{f"shard: {name}": Reader(broken, one[name], shard(name, one, other)) for name in RECORDS},
        "shard, alone": Reader(broken, alone, shard(MANIFEST, one)),
        "report.json": Reader(broken, documents.sound_report(), lambda document: [read(document) for read in compared]),
    }


def question_readers() -> dict[str, Reader]:
    """Cases and claims: coded, edited, explained, exported, asked as suites; and suite files."""
    cases, claims = (
        questions("boundaries", 0, 20, 40, 60, 80, 100),
        questions("edits-documented", 1, 5, 9) + questions("edits-claim", 3),
    )
    own_suite = documents.example("how-to/suites.md", "## Write your own, without Python")
    shipped = (ROOT / "generators" / "data" / "published.toml").read_bytes()
    return {
        "cases": Reader(broken, cases, given_to(".jsonl", "code", "{}", "--explain")),
        "cases, as a suite": Reader(broken, cases, given_to(".jsonl", "export", "{}", "{folder}/out")),
        "cases, asked": Reader(broken, cases, lambda document: asked("coder", document, None)),
        "claims": Reader(broken, claims, given_to(".jsonl", "edit", "{}", "--explain")),
        "claims, asked": Reader(broken, claims, lambda document: asked("editor", document, None)),
        "suite file": Reader(broken_toml, own_suite, given_to(".toml", "export", "{}", "{folder}/out")),
        "suite file, long": Reader(broken_toml, shipped, file_of(".toml", lambda path: any_suite(str(path)))),
    }


def answer_readers() -> dict[str, Reader]:
    """What a vendor answers: read, judged, shown; also in a shape of its own."""
    case, claim = any_suite("boundaries").case(40, 1), any_suite("edits-documented").case(5, 1)
    assert isinstance(case, SuiteCase)
    assert isinstance(claim, SuiteClaim)
    coded, edited = documents.right_answer(case.case), documents.right_disposition(claim.claim)
    return {
        "answer": Reader(broken, coded, partial(read_answer, wire=ROLES["coder"].wire)),
        "answer, strictly": Reader(broken, coded, lambda document: decode(document, Answer)),
        "answer, in a run": Reader(broken, coded, in_a_run("coder", case.wire)),
        "disposition": Reader(broken, edited, partial(read_answer, wire=ROLES["editor"].wire)),
        "disposition, in a run": Reader(broken, edited, in_a_run("editor", claim.wire)),
        **{f"answer in {form}": Reader(broken if form == "json" else damaged, sound, own_shape(form)) for form, (_, sound) in OWN_SHAPES.items()},
    }  # fmt: skip


def vendor_readers() -> dict[str, Reader]:
    """Vendor files of every kind and role, with their tables for own shapes, and request templates."""
    template = (VENDORS / "http_node" / "request.json.j2").read_bytes()

    def loaded(document: bytes) -> None:
        with folder_of({"vendor.toml": document, "request.json.j2": template}) as folder:
            load_vendor(folder / "vendor.toml")

    files = {
        "http": scaffold("http"), "cli": scaffold("cli"), "oneshot": scaffold("cli", "oneshot"), "python": scaffold("python"),
        "editor": scaffold("http", role="editor"), "own shape": (VENDORS / "http_node" / "vendor.toml").read_text(),
    }  # fmt: skip
    return {
        **{f"vendor file: {name}": Reader(broken_toml, _uncommented(text), loaded) for name, text in files.items()},
        "request template": Reader(damaged, template, request_template),
    }


def _uncommented(scaffolded: str) -> bytes:
    """A vendor file in which every setting that stands in a comment is one."""
    text = re.sub(r"^# (?=\[|[a-z_]+ = )", "", scaffolded, flags=re.MULTILINE)
    text = text.replace('format = "json" ', 'format = "text" ')  # which goes with a pattern
    text = text.replace('url = "http://', 'url = "https://')  # which goes with certificates
    return re.sub(r"\$\{\w+\}", "${HOME}", text.replace("sha256:...", "sha256:" + 64 * "0")).encode()


def table_readers() -> dict[str, Reader]:
    """Baselines, payer profiles, relative values, errata."""
    claims, run = questions("edits-claim", 0, 1, 2), {f"run/{name}": content for name, content in documents.sound_run().items()}
    values = documents.relative_values()
    profile = documents.example("reference/claims.md", "## A payer of your own")
    errata = _values((ROOT / "generators" / "data" / "errata.toml").read_bytes())
    today = dt.datetime.now(dt.UTC).date()
    return {
        "baseline": Reader(
            broken_toml,
            documents.example("how-to/ci.md", "## Failures that you know"),
            file_of(".toml", lambda path: loaded_in_words(load_baseline(path), today)),
        ),
        "payer profile": Reader(
            broken_toml, profile,
            given_to(".toml", "edit", "{claims}", "--explain", "--payer-profile={}", also={"claims.jsonl": claims.replace(b"medicare", b"acme")}),
        ),
        "relative values": Reader(
            broken_toml, values,
            given_to(".toml", "edit", "{claims}", "--explain", "--relative-values={}", also={"claims.jsonl": claims}),
        ),
        "relative values, in a report": Reader(
            broken_toml, values, given_to(".toml", "report", "{folder}/run", "--relative-values={}", also=run)
        ),
        "errata": Reader(broken_toml, errata, file_of(".toml", load_errata)),
    }  # fmt: skip


def _values(shipped: bytes) -> bytes:
    """A shipped table whose example is a comment, with the example."""
    _, start, rest = shipped.partition(b"# [")
    return b"\n".join(line.removeprefix(b"# ") for line in (start + rest).splitlines())


def environment_value(document: bytes) -> None:
    """The value of a variable that a vendor file names, in its address, a header and a program's environment."""
    kinds = {
        "http": 'kind = "http"\nurl = "http://127.0.0.1:9/${RTCONFORM_FUZZED}"\nheaders = {X = "${RTCONFORM_FUZZED}"}\n',
        "cli": 'kind = "cli"\ncommand = ["x"]\nenv = {X = "${RTCONFORM_FUZZED}"}\n',
    }
    os.environb[b"RTCONFORM_FUZZED"] = document.replace(b"\0", b"")
    try:
        for name, adapter in kinds.items():
            with folder_of({f"{name}.toml": f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\n{adapter}'.encode()}) as folder:
                vendor = load_vendor(folder / f"{name}.toml")
                Redactor(vendor.variables).text(str(vendor.record()))
    finally:
        del os.environb[b"RTCONFORM_FUZZED"]


def folder_name(document: bytes) -> None:
    """A folder of any name that the system takes: a vendor file in it is planned with, and the manifest written."""
    name = os.fsdecode(document.replace(b"/", b"").replace(b"\0", b"").strip(b".")[:200] or b"x")
    with folder_of({f"{name}/vendor.toml": ANSWERED.format("coder").encode()}) as folder:
        planned = plan_run(folder / name / "vendor.toml", ["published"], seed=1)
        manifest_document(planned.manifest)


def host(document: bytes) -> None:
    """The host in the address of a web service, and one that may be redirected to."""
    name = document.decode(errors="replace")
    url, listed = (json.dumps(text).replace("\x7f", "") for text in (f"http://{name}/code", name))
    adapter = f'kind = "http"\nurl = {url}\nallow_redirects_to = [{listed}]\n'
    with folder_of({"vendor.toml": f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\n{adapter}'.encode()}) as folder:
        vendor = load_vendor(folder / "vendor.toml")
        HttpAdapter(vendor, cast("HttpSettings", vendor.settings), lambda _: None, 1)


def given_answer(document: bytes) -> None:
    """An answer as a user's own test hands it over: bytes, text, and what the text means."""
    item = suite("boundaries")[0]
    forms: list[Any] = [document, document.decode(errors="surrogateescape")]
    with contextlib.suppress(ValueError, RecursionError):
        forms.append(json.loads(document))
    for form in forms:
        item.judge(form)


def surrounding_readers() -> dict[str, Reader]:
    """What is around a run: values of the environment, names of folders and hosts, answers that a user's test hands over."""
    case = any_suite("boundaries").case(0, 1)
    assert isinstance(case, SuiteCase)
    return {
        "environment value": Reader(damaged, b"t0ken", environment_value),
        "folder name": Reader(damaged, "Österreich 1".encode(), folder_name),
        "host": Reader(damaged, b"xn--bcher-kva.example:8443", host),
        "answer, given to a test": Reader(broken, documents.right_answer(case.case), given_answer),
    }


def key_readers() -> dict[str, Reader]:
    """Keys and openings of seeds."""
    private, public = _keys()
    return {
        "signing key": Reader(damaged, private, lambda document: read_signing_key(document, "key.pem")),
        "public key": Reader(damaged, public, lambda document: read_public_key(document, "key.pub")),
        "seed": Reader(broken, draw("Acme", dt.date(2026, 1, 2)), lambda document: read_opening(document, "seed.json")),
    }


def _keys() -> tuple[bytes, bytes]:
    key = Ed25519PrivateKey.generate()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, form, serialization.NoEncryption())
    return private, read_signing_key(private, "key.pem").public.pem.encode()


GROUPS: dict[str, Callable[[], dict[str, Reader]]] = {
    "questions": question_readers,
    "answers": answer_readers,
    "vendor files": vendor_readers,
    "tables": table_readers,
    "keys": key_readers,
    "surroundings": surrounding_readers,
    "runs": run_readers,
    "bundles": bundle_readers,
}
"""Every reader, in groups that are made when they are needed: some documents take seconds to make."""
