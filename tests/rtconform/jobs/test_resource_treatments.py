"""A clinic's own treatment as FHIR resources: coded, with what was read, what is missing and what that would decide."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rtconform.formats.fhir.case_writer import write_bundle
from rtconform.formats.fhir.techniques import techniques_of
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


def test_a_revoked_plan_counts_for_what_was_treated_by_it(tmp_path: Path) -> None:
    """A plan that was revoked after a fraction of it is that fraction's plan; one that nothing was treated by does not count."""
    person, plan, session, fraction = resources()
    later = {**plan, "id": "later", "extension": [technique("1156506007", "441799006")]}
    never = {**plan, "id": "never", "status": "revoked"}
    (day,) = days(written(tmp_path, [person, {**plan, "status": "revoked"}, later, never, session, fraction]))
    found = {one["id"]: one["technique"] for one in day["case"]["plans"]}
    assert ["3d_crt", "imrt_static"] == sorted(found.values())
    delivered = [beam for one in day["case"]["sessions"] for beam in one["beams_delivered"]]
    assert ["3d_crt"] == [found[beam.split(".")[0]] for beam in delivered]


@pytest.mark.parametrize(
    ("modality", "code_of_technique", "words", "outcome"),
    [
        ("1156708005", "384692006", ["ldr_brachytherapy"], "out_of_scope"),
        ("1156384006", "113120007", ["hdr_brachytherapy"], "out_of_scope"),
        ("438629002", "14473006", ["hdr_brachytherapy"], "out_of_scope"),
        ("0", "113120007", ["hdr_brachytherapy", "ldr_brachytherapy"], "out_of_scope"),
        ("10611004", "1204242009", ["proton"], "out_of_scope"),
        ("0", "1156528007", ["proton"], "out_of_scope"),
        ("1156506007", "1156529004", ["3d_crt", "2d", "imrt_static", "sbrt", "proton"], "coded"),
        ("1156505006", "1156528007", ["proton"], "needs_review"),
        ("80347004", "1162782007", ["unknown"], "needs_review"),
        ("0", "169317000", ["unknown"], "needs_review"),
        ("440252007", "16560241000119104", ["unknown"], "needs_review"),
        ("45643008", "168524008", ["intraoperative"], "out_of_scope"),
        ("45643008", "1162782007", ["electron", "total_skin_electron"], "coded"),
        ("1156506007", "1163157007", ["3d_crt", "2d", "imrt_static", "sbrt"], "coded"),
        ("1156506007", "1156530009", ["vmat", "sbrt"], "coded"),
    ],
)
def test_each_code_of_the_value_sets_is_read_for_what_it_says(
    modality: str, code_of_technique: str, words: list[str], outcome: str
) -> None:
    """Every modality and technique that mCODE has a code for is read: brachytherapy and particles are never taken for photons."""
    found = techniques_of({"extension": [technique(modality, code_of_technique)]}, "")
    assert words == list(found.words)
    bundle = one_plan(found.radiation or "photon", words[0])
    assert outcome == code(bundle).outcome


def one_plan(radiation: str, declared: str) -> Case:
    """A case of one beam, as a reader of resources supposes it."""
    case = next(of_suite("published", 6))
    (plan, *_), (session, *_) = case.plans, case.sessions
    beam = replace(plan.beams[0], radiation=radiation)
    shown = replace(plan, technique=declared, beams=(beam,))
    return replace(case, plans=(shown,), sessions=(replace(session, beams_delivered=(beam.id,)),))


def test_the_first_of_several_modalities_counts(tmp_path: Path) -> None:
    """Where a resource says several modalities the first is read, also where the second is one that has codes here."""
    found = resources()
    found[1]["extension"] = [technique("394902000", "113120007"), technique("1156506007", "1162782007")]
    (day,) = days(written(tmp_path, found))
    assert ("out_of_scope", "hdr_brachytherapy") == (day["coding"]["outcome"], day["case"]["plans"][0]["technique"])


def test_each_day_has_the_facts_of_its_own_sessions(tmp_path: Path) -> None:
    """A second day speaks of its session under the number that it has in its case, as its needs do."""
    found = resources()
    later = [{**one, "id": f"{one['id']}b"} for one in found[2:]]
    later[0]["period"] = {"start": "2026-03-03T10:00:00+01:00"}
    later[1] |= {"encounter": {"reference": "Encounter/session1b"}, "performedPeriod": {"start": "2026-03-03T10:05:00+01:00"}}
    started = [
        [(fact["path"], fact["value"][:10]) for fact in day["facts"] if fact["path"].endswith("started_at")]
        for day in days(written(tmp_path, [*found, *later]))
    ]
    assert [[("sessions[1].started_at", "2026-03-02")], [("sessions[1].started_at", "2026-03-03")]] == started


def test_an_id_that_holds_a_name_is_not_told(tmp_path: Path) -> None:
    """Ids of resources often hold a name: where a fact was read does not tell it."""
    found = resources()
    for one in found:
        one["id"] = f"{one['id']}-of-zebedee-q"
    found[3] |= {
        "basedOn": [{"reference": "ServiceRequest/plan1-of-zebedee-q"}],
        "encounter": {"reference": "Encounter/session1-of-zebedee-q"},
    }
    written(tmp_path, found)
    for form in ("json", "text"):
        ended = rtconform("code", "--format", form, tmp_path)
        assert (0, False) == (ended.returncode, "zebedee" in (ended.stdout + ended.stderr).lower())


def test_a_prescription_is_cited_as_one(tmp_path: Path) -> None:
    """Where fractions and dose were read is the extension that says them: prescribed, not planned."""
    found = resources()
    found[1]["extension"] += [
        {"url": f"{CODEX}radiotherapy-fractions-prescribed", "valuePositiveInt": 5},
        {
            "url": f"{CODEX}radiotherapy-dose-prescribed-to-volume",
            "extension": [{"url": "totalDose", "valueQuantity": {"value": 2500, "code": "cGy"}}],
        },
    ]
    (day,) = days(written(tmp_path, found))
    source = {fact["path"]: fact["source"] for fact in day["facts"]}
    assert source["plans[1].fractions"].endswith("extension(codexrt-radiotherapy-fractions-prescribed)")
    assert source["plans[1].dose_gy"].endswith("extension(codexrt-radiotherapy-dose-prescribed-to-volume).totalDose")


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
