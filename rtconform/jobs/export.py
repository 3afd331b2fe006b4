"""A suite as plain files, for teams whose quality assurance does not run Python: cases, expected codings, schemas, digests."""

import hashlib
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import msgspec

from rtconform._version import __version__
from rtconform.generators.suites.registry import digest
from rtconform.generators.suites.suite import Suite, cases
from rtconform.reference import RULE_SET
from rtconform.reference.coder.coder import Expectation, Reading
from rtconform.reference.coder.remembered import expect
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import encode, schema
from rtconform.reference.errors import UserError

CASES, EXPECTED, ACCEPTED, ABOUT = "cases.jsonl", "expected.jsonl", "accepted.jsonl", "suite.json"
SCHEMAS: dict[str, type[Any]] = {"case": Case, "answer": Answer}


def export(suite: Suite, folder: Path, seed: int, count: int | None) -> Path:
    """Write the suite into a new or empty folder and return the file that describes it. Raises UserError.

    `cases.jsonl` and `expected.jsonl` have a case and its coding on the same line number; `accepted.jsonl` has there every
    answer that is right, in canonical form: the first is the primary one, the others are accepted under the ambiguities
    that they name.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UserError(f"{folder}: not empty; give a new folder, so that nothing in it is overwritten")
        written = [*_lines(suite, folder, seed, count), *_schemas(folder)]
        about = {
            "suite": suite.name,
            "version": suite.version,
            "rule_set": RULE_SET,
            "rtconform": __version__,
            "seed": seed,
            "cases": suite.size(count),
            "digest": digest(suite, seed, count),
            "files": {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in written},
        }
        (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}") from None
    return folder / ABOUT


def accepted_answers(expectation: Expectation) -> Iterator[dict[str, object]]:
    """Every right answer in canonical form, the primary one first, none twice: outcome, lines and the ambiguities behind it.

    A line is [session, code, modifiers sorted, units]; lines are sorted.
    """
    seen = set()
    for reading in expectation.readings:
        for lines, under in _mixtures(reading):
            if (reading.outcome, lines) not in seen:
                seen.add((reading.outcome, lines))
                yield {"outcome": reading.outcome, "lines": lines, "under": under}


def _mixtures(reading: Reading) -> Iterator[tuple[tuple[object, ...], tuple[str, ...]]]:
    ways = [list(product(session.delivery, session.guidance)) for session in reading.sessions]
    for options in product(*ways):
        flat = [option for way in options for option in way]
        lines = sorted((x.session, x.code, tuple(sorted(x.modifiers)), x.units) for option in flat for x in option.lines)
        flips = [flip for option in flat for flip in option.flips]
        yield tuple(lines), tuple(dict.fromkeys((*([reading.rule] if reading.rule else []), *flips)))


def _lines(suite: Suite, folder: Path, seed: int, count: int | None) -> list[Path]:
    paths = [folder / name for name in (CASES, EXPECTED, ACCEPTED)]
    with paths[0].open("wb") as documents, paths[1].open("wb") as codings, paths[2].open("wb") as answers:
        for item in cases(suite, seed, count):
            if not item.sound:
                raise UserError(f"suite {suite.name} holds documents that are not JSON: print them with rtconform generate")
            expectation = expect(item.case)
            documents.write(item.wire + b"\n")
            codings.write(encode(expectation.coding) + b"\n")
            answers.write(encode({"id": item.case.id, "accepted": list(accepted_answers(expectation))}) + b"\n")
    return paths


def _schemas(folder: Path) -> Iterator[Path]:
    (folder / "schemas").mkdir()
    for name, kind in SCHEMAS.items():
        path = folder / "schemas" / f"{name}.schema.json"
        path.write_bytes(msgspec.json.format(encode(schema(kind, f"rtconform.{name}/1")), indent=2) + b"\n")
        yield path
