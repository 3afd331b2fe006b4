"""Resources held by two validators of others: fhirkit-rs (the R4 specification, in Rust) and fhir.resources (pydantic, R4B).

Each is shown to find a planted fault, so that silence means something.
"""

import json
from typing import Any

import fhirkit
import pytest
from fhir.resources.R4B import get_fhir_model_class
from msgspec.structs import replace
from pydantic import ValidationError

from rtconform.formats.fhir.answer_writer import write_answer
from rtconform.formats.fhir.case_writer import bundle_of, write_bundle
from rtconform.formats.fhir.extensions import BASE, EXTENSIONS, Field, definitions
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.coding import Answer, AnswerLine
from tests.formats.fhir.test_questions import case_named
from tests.helpers.suite_cases import of_suite

SUITES = [("published", 5), ("boundaries", 30), ("pairwise", 24), ("documentation", 400), ("clinic", 120)]


def faults_of_fhirkit(document: bytes) -> list[str]:
    """What fhirkit finds, warnings too."""
    return [f"{issue.path}: {issue.message}" for issue in fhirkit.validate(document)]


def faults_of_pydantic(document: bytes) -> list[str]:
    """What fhir.resources finds."""
    content = json.loads(document)
    try:
        get_fhir_model_class(content["resourceType"]).model_validate(content)
    except ValidationError as error:
        return [str(error)]
    return []


@pytest.mark.slow
@pytest.mark.parametrize(("suite", "step"), SUITES)
def test_bundles_are_valid(suite: str, step: int) -> None:
    """Neither finds anything in the Bundle of a case."""
    for case in of_suite(suite, step):
        document = write_bundle(case)
        assert [] == faults_of_fhirkit(document)
        assert [] == faults_of_pydantic(document)


@pytest.mark.parametrize(("suite", "step"), [("published", 9), ("boundaries", 60)])
def test_answers_are_valid(suite: str, step: int) -> None:
    """Neither finds anything in what rtconform writes as an answer."""
    for case in of_suite(suite, step):
        coding = code(case)
        lines = tuple(AnswerLine(one.session, one.code, one.modifiers, one.units) for one in coding.lines)
        sent = replace(case, id="A" * 20)
        document = write_answer(Answer(sent.id, coding.outcome, lines), sent)
        assert [] == [fault for fault in faults_of_fhirkit(document) if "Claim.item" not in fault or lines]
        assert [] == faults_of_pydantic(document)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bundle: bundle["entry"][-1]["resource"].pop("status"),
        lambda bundle: bundle["entry"][0]["resource"].update(birthDate="yesterday"),
        lambda bundle: bundle["entry"][-1]["resource"].update(surprise=1),
    ],
)
def test_both_validators_find_a_planted_fault(spoil: Any) -> None:
    """An element that is missing, a wrong date, an element that there is not."""
    bundle = bundle_of(case_named("published:scenario-1-hospital-facility"))
    spoil(bundle)
    document = json.dumps(bundle).encode()
    assert faults_of_fhirkit(document)
    assert faults_of_pydantic(document)


def test_our_extensions_are_valid_structure_definitions() -> None:
    """Each is a StructureDefinition of R4, and the shipped files are those that the table makes."""
    for definition in definitions():
        document = json.dumps(definition).encode()
        assert [] == faults_of_fhirkit(document)
        assert [] == faults_of_pydantic(document)


def _undeclared(element: dict[str, Any], fields: tuple[Field, ...], at: str) -> list[str]:
    """What in an extension the table does not declare: an address, a type, how often."""
    declared = {field.url: field for field in fields}
    wrong, seen = [], dict.fromkeys(declared, 0)
    for one in element.get("extension", []):
        field, where = declared.get(one["url"]), f"{at}.{one['url']}"
        if field is None:
            wrong.append(where)
            continue
        seen[field.url] += 1
        kind = next((name.removeprefix("value") for name in one if name.startswith("value")), "")
        types = {name[0].upper() + name[1:] for name in field.types}
        wrong += _undeclared(one, field.fields, where) if field.fields else [where] * (kind not in types)
    wrong += [f"{at}: {url} is missing" for url, field in declared.items() if seen[url] < field.least]
    return wrong + [
        f"{at}: {url} is there {seen[url]} times" for url, field in declared.items() if field.most == "1" < str(seen[url])
    ]


def test_bundles_use_our_extensions_as_they_are_declared() -> None:
    """Every extension of ours that is written has its StructureDefinition, stands where that says, and holds what that says."""
    known = {one.url: one for one in EXTENSIONS}
    used = set()
    for suite, step in SUITES:
        for case in of_suite(suite, step):
            for entry in bundle_of(case)["entry"]:
                resource = entry["resource"]
                for one in resource.get("extension", []):
                    if one["url"].startswith(BASE):
                        used.add(one["url"])
                        assert resource["resourceType"] == known[one["url"]].context
                        assert [] == _undeclared(one, known[one["url"]].fields, one["url"])
    assert {one.url for one in EXTENSIONS if one.fields} == used
