"""A clinic's own treatment as FHIR resources: coded, with what was read, what is missing and what that would decide."""

import json
from pathlib import Path
from typing import Any

import pytest

from rtconform.formats.fhir.case_writer import write_bundle
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode
from tests.helpers.command import rtconform
from tests.helpers.suite_cases import of_suite

CODEX = "http://hl7.org/fhir/us/codex-radiation-therapy/StructureDefinition/codexrt-"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
SNOMED = "http://snomed.info/sct"

Document = dict[str, Any]


def concept(code: str) -> Document:
    """A concept of SNOMED CT."""
    return {"coding": [{"system": SNOMED, "code": code}]}


def coded(url: str, code: str) -> Document:
    """An extension that holds such a concept."""
    return {"url": url, "valueCodeableConcept": concept(code)}


def technique(modality: str, code: str) -> Document:
    """Modality and technique, as mCODE nests them."""
    both = [coded(f"{MCODE}radiotherapy-modality", modality), coded(f"{MCODE}radiotherapy-technique", code)]
    return {"url": f"{MCODE}radiotherapy-modality-and-technique", "extension": both}


def resources(patient: str = "1") -> list[Document]:
    """A patient, a plan, a session and its fraction in the shape of CodeX RT, of a system that nobody here wrote."""
    whose = {"reference": f"Patient/{patient}", "display": "Zebedee Quillon"}
    plan = {
        "resourceType": "ServiceRequest",
        "id": f"plan{patient}",
        "extension": [technique("1156506007", "1162782007")],
        "status": "active",
        "intent": "filler-order",
        "code": concept("1255724003"),
        "subject": whose,
    }
    session = {
        "resourceType": "Encounter",
        "id": f"session{patient}",
        "meta": {"profile": [f"{CODEX}radiotherapy-treatment-session"]},
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": whose,
        "period": {"start": "2026-03-02T10:00:00+01:00"},
    }
    guided = {"url": f"{CODEX}image-guided-radiotherapy-modality", "extension": [coded("modality", "717193008")]}
    fraction = {
        "resourceType": "Procedure",
        "id": f"fraction{patient}",
        "extension": [guided, coded(f"{CODEX}radiotherapy-respiratory-motion-management", "721031000124102")],
        "status": "completed",
        "code": concept("1297069006"),
        "subject": whose,
        "basedOn": [{"reference": f"ServiceRequest/plan{patient}"}],
        "encounter": {"reference": f"https://a.server/fhir/Encounter/session{patient}"},
        "performedPeriod": {"start": "2026-03-02T10:05:00+01:00"},
    }
    name = [{"family": "Quillon", "given": ["Zebedee"]}]
    person = {"resourceType": "Patient", "id": patient, "name": name, "identifier": [{"value": "MRN4711"}]}
    return [person, plan, session, fraction]


def days(*arguments: object) -> list[Document]:
    """What `rtconform code --format json` prints."""
    ended = rtconform("code", "--format", "json", *arguments)
    assert (0, "") == (ended.returncode, ended.stderr)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def written(folder: Path, found: list[Document]) -> Path:
    """A file for each resource."""
    for one in found:
        (folder / f"{one['resourceType']}-{one['id']}.json").write_text(json.dumps(one))
    return folder


def test_resources_of_another_system_are_coded(tmp_path: Path) -> None:
    """Technique, guidance and motion are read from their elements; what CodeX RT can't say is named with what it decides."""
    (day,) = days(written(tmp_path, resources()))
    assert [("77407", "S1")] == [(line["code"], line["session"]) for line in day["coding"]["lines"]]
    facts = {fact["path"]: fact for fact in day["facts"]}
    assert ("derived", "3d_crt") == (facts["plans[1].technique"]["how"], facts["plans[1].technique"]["value"])
    assert facts["plans[1].technique"]["source"].startswith("ServiceRequest-plan1.json: ServiceRequest/plan1.extension(")
    assert ("read", "none") == (facts["sessions[1].motion.method"]["how"], facts["sessions[1].motion.method"]["value"])
    assert ("read", "cbct") == (facts["sessions[1].guidance.method"]["how"], facts["sessions[1].guidance.method"]["value"])
    assert "missing" == facts["plans[1].beams"]["how"]
    needs = {need["path"]: {choice["is"]: choice["codes"] for choice in need["choices"]} for need in day["needs"]}
    assert {"one": "S1 77407", "more than one": "S1 77412"} == needs["plans[1].isocenters"]
    assert "billing.claim" in needs


def test_bundles_of_ours_are_coded_like_their_cases(tmp_path: Path) -> None:
    """A Bundle a line: each codes as its case does, under its sessions' names, and nothing is needed."""
    cases = list(of_suite("published", 6))
    path = tmp_path / "bundles.ndjson"
    path.write_bytes(b"".join(map(write_bundle, cases)))
    found = days(path)
    expected = [[(line.session, line.code, list(line.modifiers)) for line in code(case).lines] for case in cases]
    assert expected == [[(one["session"], one["code"], one["modifiers"]) for one in day["coding"]["lines"]] for day in found]
    assert [[]] * len(cases) == [day["needs"] for day in found]
    ended = rtconform("convert", path, "--to", "case", "--keep-identity")
    assert 0 == ended.returncode
    assert [code(case).lines for case in cases] == [code(decode(line, Case)).lines for line in ended.stdout.encode().splitlines()]
    assert [case.id for case in cases] == [decode(line, Case).id for line in ended.stdout.encode().splitlines()]


def test_each_patient_is_a_treatment(tmp_path: Path) -> None:
    """Resources of two patients in a folder are two codings."""
    assert 2 == len(days(written(tmp_path, [*resources("1"), *resources("2")])))


@pytest.mark.hostile
def test_the_patient_is_never_told(tmp_path: Path) -> None:
    """Names and numbers of the patient stand in no report and in no error, not even where a file is called so; only if asked for."""
    written(tmp_path, resources())
    (tmp_path / "ServiceRequest-plan1.json").rename(tmp_path / "Zebedee-MRN4711.json")
    for form in ("json", "text"):
        ended = rtconform("code", "--format", form, tmp_path)
        assert 0 == ended.returncode
        shown = (ended.stdout + ended.stderr).lower()
        assert [] == [secret for secret in ("zebedee", "quillon", "mrn4711") if secret in shown]
    assert "MRN4711" in rtconform("code", "--format", "json", "--keep-identity", tmp_path).stdout


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.json": '{"resourceType": "Patient", "id": "1"}'}, "no plan, phase, course or fraction of radiotherapy"),
        ({"a.json": '{"resourceType": "Patient"'}, "neither one resource in JSON nor a resource on each line"),
        ({"a.json": '{"resourceType": 3}'}, "not a FHIR resource"),
        ({"a.json": '{"resourceType": "Patient"}', "b.dcm": "x"}, "1 DICOM objects and 1 FHIR files"),
        ({"a.json": '{"resourceType": "Patient"}', "b.json": "{}", "c.json": "{}"}, "only one may stand beside resources"),
    ],
)
def test_what_can_not_be_used_is_told(tmp_path: Path, files: dict[str, str], said: str) -> None:
    """Every wrong file costs exit code 2 and a sentence that names it."""
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    ended = rtconform("code", tmp_path)
    assert (2, True) == (ended.returncode, said in ended.stderr), ended.stderr
    assert "Traceback" not in ended.stderr
