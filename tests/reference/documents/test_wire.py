"""The wire format: what is published as schema is what is read and written, and every fault is told with its place."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtconform.reference.coder.coder import code
from rtconform.reference.documents.coding import Answer, Coding
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import WIRE_TYPES, decode, decode_cases, encode, schema
from rtconform.reference.errors import DocumentError
from tests.helpers import odd_records

DOCUMENT: dict[str, Any] = {
    "schema": "rtconform.case/1",
    "id": "test:1",
    "patient": {"id": "SYN-1", "birth_date": "1953-04-02", "sex": "male"},
    "billing": {"date_of_service": "2026-03-09", "setting": "hospital_outpatient", "claim": "facility"},
    "isocenters": [{"id": "ISO1", "position_mm": [0.0, -12.5, 40.0]}],
    "plans": [
        {
            "id": "P1",
            "technique": "vmat",
            "dose_gy": 60.0,
            "beams": [{"id": "P1B1", "radiation": "photon", "isocenter": "ISO1"}],
        }
    ],
    "sessions": [{"id": "S1", "started_at": "2026-03-09T09:10:00", "beams_delivered": ["P1B1"], "a_new_field": 1}],
}


def changed(path: str, value: object) -> bytes:
    """The document with one value replaced; `path` is dotted."""
    document: Any = json.loads(json.dumps(DOCUMENT))
    *parents, last = [int(key) if key.isdecimal() else key for key in path.split(".")]
    target = document
    for key in parents:
        target = target[key]
    target[last] = value
    return json.dumps(document).encode()


def validator(kind: type[Any], name: str) -> jsonschema.Draft202012Validator:
    published = schema(kind, name)
    jsonschema.Draft202012Validator.check_schema(published)
    return jsonschema.Draft202012Validator(published, format_checker=jsonschema.FormatChecker())


CASE = validator(Case, "case")
CODING = validator(Coding, "coding")


@given(odd_records.cases())
def test_documents_meet_their_published_schemas(case: Case) -> None:
    """An independent validator accepts every case and coding that we write."""
    assert [] == list(CASE.iter_errors(json.loads(encode(case))))
    assert [] == list(CODING.iter_errors(json.loads(encode(code(case)))))


@given(odd_records.cases())
def test_reading_gives_back_what_was_written(case: Case) -> None:
    """Decoding an encoded case or coding gives the same value."""
    assert case == decode(encode(case), Case)
    assert code(case) == decode(encode(code(case)), Coding)


def test_unknown_fields_are_passed_over() -> None:
    """A reader ignores fields that it does not know."""
    assert "test:1" == decode(json.dumps(DOCUMENT).encode(), Case).id


@pytest.mark.parametrize("name", WIRE_TYPES)
def test_schemas_name_their_draft(name: str) -> None:
    """Every published schema is valid 2020-12 and says so."""
    published = validator(WIRE_TYPES[name], name).schema
    assert isinstance(published, dict)
    assert "https://json-schema.org/draft/2020-12/schema" == published["$schema"]


def test_an_answer_needs_no_schema_field() -> None:
    """A vendor's answer may leave the schema's name out, in our reader and in the published schema alike."""
    answer = {"id": "x", "outcome": "coded", "lines": [{"session": "S1", "code": "77407"}]}
    assert [] == list(validator(Answer, "answer").iter_errors(answer))
    assert ("77407", (), 1) == (lambda line: (line.code, line.modifiers, line.units))(
        decode(json.dumps(answer).encode(), Answer).lines[0]
    )


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("billing.setting", "moon", "$.billing.setting"),
        ("billing.date_of_service", "2026-02-30", "$.billing.date_of_service"),
        ("sessions.0.started_at", "2026-03-09T09:10:00Z", "$.sessions[0].started_at"),
        ("sessions.0.started_at", "yesterday", "$.sessions[0].started_at"),
        ("sessions.0.port_images", -1, "$.sessions[0].port_images"),
        ("plans.0.dose_gy", -3.0, "$.plans[0].dose_gy"),
        ("plans.0.beams.0.isocenter", None, "$.plans[0].beams[0].isocenter"),
        ("isocenters.0.position_mm", [1.0, 2.0], "$.isocenters[0].position_mm"),
        ("schema", "rtconform.claim/1", "$.schema"),
        ("plans", "none", "$.plans"),
    ],
)
def test_a_fault_is_told_with_its_place(path: str, value: object, place: str) -> None:
    """A wrong value is refused with file, line and path."""
    with pytest.raises(DocumentError) as caught:
        decode(changed(path, value), Case, "cases.jsonl", 7)
    assert "cases.jsonl:7: " in str(caught.value)
    assert place in [fault.path for fault in caught.value.faults]


def test_all_faults_are_told_at_once() -> None:
    """A document with three faults gets three."""
    document = json.loads(json.dumps(DOCUMENT))
    document["billing"]["setting"] = "moon"
    document["plans"][0]["dose_gy"] = -3
    del document["patient"]
    with pytest.raises(DocumentError) as caught:
        decode(json.dumps(document).encode(), Case)
    assert ["$", "$.billing.setting", "$.plans[0].dose_gy"] == [fault.path for fault in caught.value.faults]


@pytest.mark.parametrize("text", [b'{"id": ', b"\xff\xfe", b"[" * 100_000, b"null", b'{"a": NaN}', b'"x"'])
def test_what_is_no_case_at_all(text: bytes) -> None:
    """Torn JSON, wrong bytes, endless nesting and other values are refused, never a crash."""
    with pytest.raises(DocumentError):
        decode(text, Case)


def test_ids_must_differ() -> None:
    """Two cases, or two parts of a case, with one id are refused, with the lines of both."""
    line = json.dumps(DOCUMENT).encode()
    with pytest.raises(DocumentError, match="x:3: duplicate id 'test:1', first on line 1"):
        list(decode_cases([line, b"\n", line], "x"))
    twice = changed("isocenters", [DOCUMENT["isocenters"][0]] * 2)
    with pytest.raises(DocumentError, match="duplicate id 'ISO1'"):
        list(decode_cases([twice], "x"))


def test_unknown_terms_are_left_to_the_coder_unless_strict() -> None:
    """A technique that the vocabulary lacks decodes, is coded needs_review, and is refused where asked to be strict."""
    line = changed("plans.0.technique", "phased_resonance")
    ((_, case),) = decode_cases([line], "x")
    assert ("needs_review", ("DOC-UNKNOWN",)) == (code(case).outcome, code(case).rules)
    with pytest.raises(DocumentError, match="unknown technique 'phased_resonance'"):
        list(decode_cases([line], "x", strict=True))


@given(st.sampled_from(["lines", "array", "laid-out array"]), st.integers(0, 3), st.sampled_from([None, 1, 4]))
def test_documents_of_a_file_may_be_laid_out(form: str, blank: int, indent: int | None) -> None:
    """The same cases are read of JSON Lines and of an array, laid out or not, each with the line that it begins on."""
    documents = [{**DOCUMENT, "id": f"test:{number}"} for number in range(1, 4)]
    if form == "lines":
        text = "".join(f"{json.dumps(document)}\n" for document in documents)
    else:
        text = json.dumps(documents, indent=indent if form == "laid-out array" else None)
    lines = ("\n" * blank + text).encode().splitlines(keepends=True)
    read = list(decode_cases(lines, "x"))
    assert [document["id"] for document in documents] == [case.id for _, case in read]
    assert all(lines[number - 1].lstrip(b"[ ").startswith(b"{") for number, _ in read)


def test_one_laid_out_object_is_one_document() -> None:
    """A case on many lines is a case; what is wrong with it is said with the line that it begins on."""
    text = json.dumps(DOCUMENT, indent=2).encode().splitlines(keepends=True)
    assert [(2, "test:1")] == [(number, case.id) for number, case in decode_cases([b"\n", *text], "x")]
    for torn, what in (([b"[\n", b'{"id": 1},\n', b"{}]"], "x:2: .*required property"), ([b"[1,\n", b"2"], "x:1: .*truncated")):
        with pytest.raises(DocumentError, match=what):
            list(decode_cases(torn, "x"))
