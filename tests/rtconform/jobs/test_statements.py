"""What a certificate says of its run: each statement is said wherever a person or a program reads it, and none can be forged."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace as changed

from rtconform.conformance.certificates.bundle import REPORT, TEXT, read_bundle, write_bundle
from rtconform.conformance.certificates.checks import Records
from rtconform.conformance.certificates.disguise import Disguise
from rtconform.conformance.certificates.said import SAID
from rtconform.conformance.certificates.statement import Certificate, Coverage
from rtconform.conformance.protocol import Returned
from rtconform.conformance.records import Result
from rtconform.reference.documents.coding import Answer, AnswerLine
from tests.helpers.forgeries import Forgery
from tests.helpers.issued_bundles import Issued, failing, new_key, rtconform

pytestmark = pytest.mark.slow

Edit = Callable[[Certificate], dict[str, Any]]


def _covered(**fields: object) -> Edit:
    return lambda c: {"covered": changed(c.covered, **fields)}


def _more_cases(c: Certificate) -> dict[str, Any]:
    return {"asked": changed(c.asked, suites=tuple(changed(suite, asked=suite.cases) for suite in c.asked.suites))}


def _other_source(c: Certificate) -> dict[str, Any]:
    (*others, last) = c.asked.suites
    return {"asked": changed(c.asked, suites=(*others, changed(last, drawn_from={**last.drawn_from, "clinic": 5})))}


EDITS: tuple[tuple[str, str, Edit], ...] = (
    ("more cases of a suite asked", "asked", _more_cases),
    ("cases drawn from another suite", "asked", _other_source),
    ("every suite asked", "asked", lambda c: {"asked": changed(c.asked, suites_not_asked=())}),
    ("a rule asked more often", "asked", lambda c: {"asked": changed(c.asked, rules={**c.asked.rules, "ONCE": 10_000})}),
    ("every rule asked", "asked", lambda c: {"asked": changed(c.asked, rules_not_asked=())}),
    ("claims not declared", "declared", lambda c: {"not_supported": changed(c.not_supported, claims=())}),
    ("settings not declared", "declared", lambda c: {"not_supported": changed(c.not_supported, settings=())}),
    ("techniques declared", "declared", lambda c: {"not_supported": changed(c.not_supported, techniques=("vmat",))}),
    ("payers declared", "declared", lambda c: {"not_supported": changed(c.not_supported, payers=("medicare",))}),
    ("no documentation", "declared", lambda c: {"not_supported": changed(c.not_supported, documentation=True)}),
    ("nothing left out", "left out", _covered(not_applicable={})),
    ("other settings", "coverage", _covered(settings=("freestanding", "hospital_outpatient"))),
    ("other claims", "coverage", _covered(claims=("facility", "global", "professional", "technical"))),
    ("other payers", "coverage", _covered(payers=())),
    ("another first day", "coverage", _covered(first_date_of_service=None)),
    ("another last day", "coverage", _covered(last_date_of_service=None)),
    ("techniques coded", "techniques", _covered(techniques_coded=("2d", "proton"))),
    ("techniques outside", "techniques", _covered(techniques_outside=())),
    ("another sandbox", "sandbox", lambda c: {"environment": changed(c.environment, sandbox="none: --no-sandbox was given")}),
    (
        "a payer profile",
        "profiles",
        lambda _: {"payer_profiles": msgspec.convert([{"name": "x", "payers": ["x"], "digest": "0", "own": True}], tuple)},
    ),
)
"""What a forger makes the certificate say: what it is, by which check it is found, and the edit."""


def _each() -> Iterator[object]:
    """Every edit sealed by the certifier; the first of each statement in the other ways too, which are slow together."""
    first = {check: name for name, check, _ in reversed(EDITS)}
    for sealed in ("by the certifier", "by another", "not at all"):
        for name, check, edit in EDITS:
            if sealed == "by the certifier" or first[check] == name:
                quick = first[check] == name and sealed == "by the certifier"
                yield pytest.param(check, edit, sealed, id=f"{name} {sealed}", marks=() if quick else pytest.mark.slow)


@pytest.mark.parametrize(("check", "edit", "sealed"), tuple(_each()))
def test_an_edited_statement_is_found(check: str, edit: Edit, sealed: str, in_part: Issued, tmp_path: Path) -> None:
    """Also where the certifier seals it again: a statement that the records don't bear out does not hold."""
    bundle = in_part.bundle
    key = {"by the certifier": in_part.key, "by another": new_key(tmp_path / "k.pem"), "not at all": None}[sealed]
    forged = changed(bundle.statement.predicate, **edit(bundle.statement.predicate))
    if key is not in_part.key:
        signer = changed(forged.signer, key_id=key.public.id, public_key=key.public.pem) if key and forged.signer else None
        forged = changed(forged, signer=signer, level="rehearsal")
    files = bundle.files
    written = write_bundle(files, changed(bundle.statement, predicate=forged), key)
    found = failing(read_bundle(written, "forged.zip"), in_part.key.public)
    # what the manifest says too is found there, before anything is made again
    assert ("suites" if check == "sandbox" else check) in found
    assert (sealed != "by the certifier") == bool({"signature", "signer"} & found.keys())


def test_every_statement_is_tried() -> None:
    """No statement is without a forgery; of what was covered every field is part of a statement."""
    assert {said.name for said in SAID} == {check for _, check, _ in EDITS}
    tried = {name for _, _, edit in EDITS for name in edit_of(edit)}
    assert set(Coverage.__struct_fields__) <= tried


def edit_of(edit: Edit) -> Iterable[str]:
    """The fields of the coverage that an edit changes."""
    fields = edit.__closure__[0].cell_contents if edit.__closure__ else {}
    return fields if isinstance(fields, dict) else ()


def _answered(results: list[Result], disguise: Disguise) -> Iterator[Result]:
    """Every case that was not asked, answered as the reference would have it."""
    for result in results:
        if result.verdict == "not_applicable" and result.coding is not None:
            lines = tuple(AnswerLine(line.session, line.code, line.modifiers, line.units) for line in result.coding.lines)
            answer: Returned = Answer(disguise.id(result.id), result.coding.outcome, lines)
            yield changed(result, verdict="pass", answer=answer, explanation="")
        else:
            yield result


def say_all_was_asked(forgery: Forgery) -> None:
    """Invent answers to what was not asked."""
    forgery.results(lambda results: list(_answered(results, Disguise(forgery.certificate.id_key))))


def say_nothing_was_declared(forgery: Forgery) -> None:
    """Leave what the vendor declared out of the manifest."""
    forgery.manifest(vendor=changed(forgery.certificate.vendor, supports={}))


def say_other_reasons(forgery: Forgery) -> None:
    """Give another reason for what was left out."""
    forgery.results(
        lambda results: [changed(result, explanation="a fault of ours") if not result.answer else result for result in results]
    )


def leave_out_what_was_left_out(forgery: Forgery) -> None:
    """Drop the cases that were not asked."""
    forgery.results(lambda results: [result for result in results if result.verdict != "not_applicable"])


def say_wrong_codes_are_right(forgery: Forgery) -> None:
    """Take techniques that were coded wrongly for coded ones."""
    forgery.results(lambda results: [_taken_for_right(result) if result.verdict == "fail" else result for result in results])


def _taken_for_right(result: Any) -> Any:
    return changed(result, verdict="pass", causes=(), rules=())


def say_another_program_was_around_it(forgery: Forgery) -> None:
    """Write a sandbox into the records that rtconform does not make."""
    forgery.manifest(environment=changed(forgery.certificate.environment, sandbox="a very safe machine"))


def say_there_was_a_sandbox(forgery: Forgery) -> None:
    """Write that there was none, where there was one, into everything: no record shows more than this."""
    forgery.manifest(environment=changed(forgery.certificate.environment, sandbox="none: --no-sandbox was given"))


@dataclass(frozen=True)
class _Row:
    """A forgery of records: the check that finds it without any key (none: only the signature does), and what it says."""

    statement: str
    forge: Callable[[Forgery], None]
    check: str | None
    says: str = ""


RECORDS = (
    _Row("asked", say_all_was_asked, "judgement", "not_applicable"),
    _Row("declared", say_nothing_was_declared, "judgement", "not_applicable without an answer"),
    _Row("left out", say_other_reasons, "judgement", "explanation not as the judge writes it"),
    _Row("coverage", leave_out_what_was_left_out, "cases", "cases were dropped"),
    _Row("techniques", say_wrong_codes_are_right, "judgement", "verdict pass is recorded"),
    _Row("sandbox", say_another_program_was_around_it, "boundary", "no sandbox of rtconform's"),
    _Row("sandbox", say_there_was_a_sandbox, None),
)


@pytest.mark.parametrize("sealed", ["by another", "not at all"])
@pytest.mark.parametrize("row", RECORDS, ids=[row.forge.__name__ for row in RECORDS])
def test_a_forger_who_makes_everything_fit_is_found(
    row: _Row, sealed: str, in_part: Issued, refused: Issued, tmp_path: Path
) -> None:
    """Records, digests, certificate, text and page agree; the cases made again, the answers judged again or the seal do not."""
    issued = refused if row.statement == "techniques" else in_part
    bundle = issued.bundle
    forgery = Forgery(dict(bundle.files), bundle.statement.predicate, tmp_path)
    row.forge(forgery)
    forged = forgery.made_to_fit(Records(bundle), new_key(tmp_path / "k.pem") if sealed == "by another" else None)
    found = failing(forged)
    assert {row.check} - {None} <= found.keys()
    assert row.says in found.get(row.check or "", "")
    assert {"form", "digests"}.isdisjoint(found)
    assert {"signature", "signer"} & failing(forged, issued.key.public).keys()


def test_what_is_said_stands_everywhere(in_part: Issued) -> None:
    """The certificate, its text, the terminal and the page name what was asked, what was not, and what was declared."""
    certificate, files = in_part.bundle.statement.predicate, in_part.bundle.files
    assert (0, "certified", {}) == (in_part.done.returncode, certificate.outcome, failing(in_part.bundle, in_part.key.public))
    assert ("freestanding",) == certificate.not_supported.settings
    assert {"technical", "global"} == set(certificate.not_supported.claims)
    left_out = sum(certificate.covered.not_applicable.values())
    assert left_out == sum(suite.cases - suite.asked for suite in certificate.asked.suites) > 100
    assert {"CLAIM-TECHNICAL", "CLAIM-GLOBAL", "IGRT-GLOBAL"} <= set(certificate.asked.rules_not_asked)
    assert {"proton", "sbrt"} <= set(certificate.covered.techniques_outside)
    assert {"proton", "sbrt"}.isdisjoint(certificate.covered.techniques_coded)
    expected = (
        "freestanding",
        "settings: freestanding; claims: technical, global",
        f"rules: {', '.join(certificate.asked.rules_not_asked)}",
        "techniques recognised as outside: hdr_brachytherapy",
        "suites: exhaustive, clinic",
        certificate.environment.sandbox,
    )
    page = files[REPORT].decode()
    for text in expected:
        assert all(text in shown for shown in (in_part.done.stdout, files[TEXT].decode(), page)), text
    assert "What was certified, and what was not" in page


def test_verification_names_each_statement(in_part: Issued) -> None:
    """Each statement has a line in what verify prints."""
    done = rtconform("verify", "b.zip", "--public-key", "key.pub", cwd=in_part.folder)
    assert 0 == done.returncode
    assert [f"held          {said.name:16}  {said.states}" for said in SAID] == [
        line for line in done.stdout.splitlines() if any(line.startswith(f"held          {said.name:16}  ") for said in SAID)
    ]
