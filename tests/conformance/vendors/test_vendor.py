"""Vendor files: what is in them is read, and everything that is wrong is said with its line."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from rtconform.conformance.coder.role import CODER
from rtconform.conformance.editor.role import EDITOR
from rtconform.conformance.protocol import RoleName
from rtconform.conformance.records import AdapterKind
from rtconform.conformance.samples import sample_claims
from rtconform.conformance.vendors.file import load_vendor, scaffold
from rtconform.conformance.vendors.scaffold import SCAFFOLDED
from rtconform.conformance.vendors.secrets import Redactor
from rtconform.conformance.vendors.settings import KINDS, CliSettings, HttpSettings, PythonSettings
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case, MotionDocumentation, Plan
from rtconform.reference.errors import DocumentError, UserError

Write = Callable[..., Path]
CLI = '[adapter]\nkind = "cli"\ncommand = ["node", "coder.mjs"]\n'
HTTP = '[adapter]\nkind = "http"\nurl = "https://coder.example/code"\n'
PYTHON = '[adapter]\nkind = "python"\ncallable = "coder:code"\n'


@pytest.fixture
def complain(write: Write) -> Callable[..., str]:
    """What is said of a vendor file, without the file's folder."""

    def complain(text: str, vendor: str = 'name = "V"\nversion = "1"', **files: str) -> str:
        path = write(text, vendor, **files)
        with pytest.raises(UserError) as caught:
            load_vendor(path)
        return str(caught.value).replace(f"{path.parent}/", "")

    return complain


def test_defaults_are_those_of_the_guide(write: Write) -> None:
    """What is left out has the value that the commented vendor file names."""
    assert CliSettings("cli", ("node", "coder.mjs"), "stream", 10.0, 2, {}) == load_vendor(write(CLI)).settings
    web = load_vendor(write(HTTP)).settings
    assert HttpSettings("http", "https://coder.example/code", "POST", {}, "application/json", 10.0, 8) == web
    assert PythonSettings("python", "coder:code", 10.0, 1) == load_vendor(write(PYTHON)).settings


@pytest.mark.parametrize(("kind", "mode"), [("cli", "oneshot"), *((kind, "stream") for kind in SCAFFOLDED)])
def test_what_init_writes_can_be_loaded(tmp_path: Path, kind: str, mode: str) -> None:
    """The file to begin with is right as it stands, and right with everything that it comments out."""
    text = scaffold(kind, mode)
    path = tmp_path / "vendor.toml"
    path.write_text(text, encoding="utf-8")

    assert kind == load_vendor(path).settings.kind


@pytest.mark.parametrize(
    ("kind", "mode"), [("cli", "stream"), ("cli", "oneshot"), ("http", "stream"), ("folder", "stream"), ("python", "stream")]
)
def test_what_init_comments_out_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, mode: str) -> None:
    """Every option that the file to begin with only shows can be switched on."""
    monkeypatch.setenv("MY_LICENSE", "some-licence")
    monkeypatch.setenv("MY_TOKEN", "some-token")
    option = re.compile(
        r"^# (?=\[|(settings|claims|techniques|documentation|env|headers|allow_redirects_to|template|id|outcome|lines|notes) =)",
        re.M,
    )
    path = tmp_path / "vendor.toml"
    path.write_text(option.sub("", scaffold(kind, mode)), encoding="utf-8")
    (tmp_path / "request.json.j2").write_text("{{ case | tojson }}", encoding="utf-8")
    vendor = load_vendor(path)

    assert (False, True) == (vendor.supports.documentation, vendor.response.own_shape)
    assert vendor.template is not None


@pytest.mark.parametrize(
    ("kind", "speaks", "said"),
    [("mllp", "csv", "only treatments in HL7 v2"), ("dicom", "csv", "only treatments as DICOM RT objects")],
)
def test_a_channel_of_one_format_has_no_file_of_another(kind: str, speaks: str, said: str) -> None:
    """What a channel can't carry is said, and so is it of claims."""
    with pytest.raises(UserError, match=said):
        scaffold(kind, speaks=speaks)
    with pytest.raises(UserError, match=said):
        scaffold(kind, role="editor")


def test_an_unknown_kind_has_no_file() -> None:
    """What there is no file for is said with what there is."""
    with pytest.raises(UserError, match="cli stream, cli oneshot, http, folder, python"):
        scaffold("smtp")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "vendor.toml: missing: add a table [adapter]"),
        ("[adapter]\n", 'vendor.toml:4: missing; write kind = "cli"'),
        ('[adapter]\nkind = "ftp"\n', "vendor.toml:5: unknown kind 'ftp'"),
        ('[[adapter]]\nkind = "cli"\n[[adapter]]\nkind = "http"\n', "vendor.toml:4: exactly one table [adapter]"),
        ('[adapter]\nkind = "cli"\n', "vendor.toml:4: missing; give a list of strings"),
        ('[adapter]\nkind = "cli"\ncommand = "node coder.mjs"\n', "vendor.toml:6: Expected `array`, got `str`; give a list"),
        ('[adapter]\nkind = "cli"\ncommand = []\n', "vendor.toml:6:"),
        ('[adapter]\nkind = "cli"\ncommand = [" "]\n', "vendor.toml:6: the program's name is empty"),
        (CLI + "timeout_s = 0\n", "vendor.toml:7: Expected `float` > 0.0; seconds"),
        (CLI + "timeout_s = nan\n", "vendor.toml:7:"),
        (CLI + "workers = 1.5\n", "vendor.toml:7: Expected `int`, got `float`"),
        (CLI + "timeouts = 5\n", "vendor.toml:7: unknown key timeouts; did you mean timeout_s?"),
        (CLI + 'mode = "batch"\n', 'vendor.toml:7: Invalid enum value \'batch\'; use "stream" or "oneshot"'),
        (CLI + 'env = { A = "${NOT_SET_ANYWHERE}" }\n', "vendor.toml:7: environment variable NOT_SET_ANYWHERE is not set"),
        (CLI + '[adapter.env]\nA = "${1x}"\n', "vendor.toml:8: '${1x}' refers to no environment variable"),
        (HTTP + 'url2 = "x"\n', "vendor.toml:7: unknown key url2; did you mean url?"),
        (HTTP.replace("https", "ftp"), "vendor.toml:6: not the address of a web service"),
        (HTTP.replace("coder.", "u:p@coder."), "vendor.toml:6: holds a user name"),
        (HTTP + 'headers = { "Content-Type" = "x" }\n', "vendor.toml:7: rtconform sets the header Content-Type itself"),
        (HTTP + 'headers = { "a b" = "x" }\n', "vendor.toml:7: 'a b' can't be the name of a header"),
        (HTTP + 'headers = { A = "x\\ny" }\n', "vendor.toml:7: the value holds a line break"),
        (HTTP + 'allow_redirects_to = "a.example"\n', "vendor.toml:7: Expected `array`, got `str`; give a list of hosts"),
        (HTTP + 'allow_redirects_to = ["https://a.example"]\n', "vendor.toml:7: Expected `str` matching regex"),
        (HTTP + 'allow_redirects_to = ["*.example"]\n', "vendor.toml:7: Expected `str` matching regex"),
        (HTTP + 'allow_redirects_to = ["a.example\\n"]\n', "vendor.toml:7: 'a.example\\n' is not a host"),
        (HTTP + 'allow_redirects_to = ["a.example:70000"]\n', "vendor.toml:7: 'a.example:70000' is not a host; give a list"),
        (PYTHON.replace(":", "."), "vendor.toml:6: 'coder.code' names no callable"),
        (CLI + '[request]\ntemplate = "gone.j2"\n', "vendor.toml:8: can't read gone.j2: No such file or directory"),
        (CLI + '[request]\ntemplate = "gone\\u0000.j2"\n', "vendor.toml:8: holds a NUL character"),
        (CLI + '[response]\nformat = "yaml"\n', "vendor.toml:8: Invalid enum value 'yaml'"),
        (
            CLI + '[response]\nid = "a"\nlines = "b"\n',
            "vendor.toml:7: missing: an answer of the vendor's own shape needs it; for",
        ),
        (CLI + '[response]\noutcome = "a"\nlines = "b"\n', 'vendor.toml:7: missing: with mode = "stream" answers are matched'),
        (CLI + '[response]\nid = "a"\noutcome = "a ="\nlines = "b"\n', "vendor.toml:9: no JMESPath, column 3"),
        (CLI + '[response]\nid = "a"\noutcome = "nope(a)"\nlines = "b["\n', "vendor.toml:10: no JMESPath, column 3"),
        (
            CLI + f'[response]\nid = "{"a" * 2001}"\noutcome = "a"\nlines = "b"\n',
            "vendor.toml:8: Expected `str` of length <= 2000",
        ),
        (CLI + '[response]\npattern = "x"\n', "vendor.toml:8: only answers with format"),
        (CLI + '[response]\nformat = "text"\nid = "a"\noutcome = "a"\nlines = "b"\n', "vendor.toml:7: missing: format"),
        (
            CLI + '[response]\nformat = "text"\npattern = "("\nid = "a"\noutcome = "a"\nlines = "b"\n',
            "vendor.toml:9: not a regular",
        ),
        (
            CLI + '[response]\nformat = "text"\npattern = "x"\nid = "a"\noutcome = "a"\nlines = "b"\n',
            "vendor.toml:9: has no named",
        ),
        ("[adaptor]\n" + CLI, "vendor.toml:4: unknown key adaptor; did you mean adapter?"),
        ("[adapter\n", "vendor.toml:4: not TOML"),
        ("x = 1\nx = 2\n", "vendor.toml:5: not TOML: Cannot overwrite a value"),
    ],
)
def test_a_fault_is_named_with_its_line(complain: Callable[..., str], text: str, message: str) -> None:
    """Every fault has the file, the line and what to write instead."""
    assert message in complain(text)


def test_a_pattern_is_the_authors_affair(write: Callable[..., Path]) -> None:
    """What Python may one day read otherwise in a pattern is not told in its words, on standard error."""
    table = '[response]\nformat = "text"\npattern = "(?P<code>[[a&&b]+)"\nid = "a"\noutcome = "a"\nlines = "b"\n'
    assert "(?P<code>[[a&&b]+)" == load_vendor(write(CLI + table)).response.pattern


@pytest.mark.parametrize(
    ("vendor", "message"),
    [
        ('name = "V"', "vendor.toml:1: missing; write it as a string"),
        ('name = "V"\nversion = 4.2', 'vendor.toml:3: Expected `str`, got `float`; write it as a string, for instance "4.2"'),
        ('name = ""\nversion = "1"', "vendor.toml:2:"),
        ('name = "V"\nversion = "1"\nsupport = {}', "vendor.toml:4: unknown key support; did you mean supports?"),
        (
            'name = "V"\nversion = "1"\n[vendor.supports]\nclaims = ["pro"]',
            "vendor.toml:5: unknown term 'pro'; use facility, technical",
        ),
        ('name = "V"\nversion = "1"\n[vendor.supports]\ntechniques = []', "vendor.toml:5: an empty list supports nothing"),
        ('name = "V"\nversion = "1"\n[vendor.supports]\nsettings = "freestanding"', "vendor.toml:5: Expected `array`, got `str`"),
        ('name = "V"\nversion = "1"\n[vendor.supports]\ndocumentation = "no"', "vendor.toml:5: Expected `bool`"),
    ],
)
def test_a_fault_of_the_vendor_table_is_named_with_its_line(complain: Callable[..., str], vendor: str, message: str) -> None:
    """The same for what the vendor is called and declares."""
    assert message in complain(CLI, vendor)


def test_all_faults_are_told_at_once(complain: Callable[..., str]) -> None:
    """A file with five faults needs one reading, in the order of their lines."""
    text = CLI + 'timeout_s = -1\nworkers = 0\ncwd = "/"\n[response]\nid = "a["\noutcome = "b"\nlines = "c"\n'
    lines = complain(text, 'name = "V"').splitlines()

    assert ["1", "6", "7", "8", "10"] == [line.split(":")[1] for line in lines]


def test_a_template_fault_has_the_templates_line(complain: Callable[..., str]) -> None:
    """A syntax error in the template is named with its file and line."""
    said = complain(CLI + '[request]\ntemplate = "acme.j2"\n', acme_j2="{{ id }}\n{% for x in plans %}\n{{ x }\n")

    assert "vendor.toml:8: acme.j2:3: unexpected '}'" in said


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file, a folder and a file that is not text are mistakes of the user, not ours."""
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    for name, reason in (("gone.toml", "No such file"), (".", "is a folder, not a file"), ("latin.toml", "not UTF-8")):
        with pytest.raises(UserError, match=reason):
            load_vendor(tmp_path / name)


def test_nesting_without_end_is_a_fault(tmp_path: Path) -> None:
    """A file made to break the reader gets a sentence too."""
    path = tmp_path / "deep.toml"
    path.write_text("a = " + "[" * 100_000, encoding="utf-8")
    with pytest.raises(UserError, match=r"nested too deep|not TOML"):
        load_vendor(path)


def test_a_number_without_end_is_a_fault(tmp_path: Path) -> None:
    """Nor is a number that Python would not turn into digits."""
    path = tmp_path / "big.toml"
    path.write_text("a = " + "1" * 5000, encoding="utf-8")
    with pytest.raises(UserError, match="a number of thousands of digits"):
        load_vendor(path)


def test_the_record_has_no_secrets(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest names the address as it was written; the values stay with the adapter."""
    monkeypatch.setenv("ACME_HOST", "secret-host.example")
    monkeypatch.setenv("ACME_TOKEN", "t0p-s3cr3t")
    text = HTTP.replace("coder.example", "${ACME_HOST}") + 'headers = { Authorization = "Bearer ${ACME_TOKEN}" }\n'
    vendor = load_vendor(write(text))

    assert "https://${ACME_HOST}/code" == vendor.record().target
    assert "secret-host" not in repr(vendor.record()) + repr(vendor)
    assert "s3cr3t" not in repr(vendor.record()) + repr(vendor)
    assert "Bearer t0p-s3cr3t" == vendor.filled("Bearer ${ACME_TOKEN}")


def test_the_digest_covers_file_and_template(write: Write) -> None:
    """A changed vendor file or template is another vendor file."""
    text = CLI + '[request]\ntemplate = "acme.j2"\n'
    digests = [
        load_vendor(write(text, acme_j2="{{ id }}")).file_digest,
        load_vendor(write(text, acme_j2="{{ id }}!")).file_digest,
        load_vendor(write(text + "\n", acme_j2="{{ id }}")).file_digest,
        load_vendor(write(text, acme_j2="{{ id }}")).record().file_digest,
    ]

    assert digests[0] == digests[3]
    assert 3 == len(set(digests))


@pytest.mark.parametrize(
    ("supports", "reason"),
    [
        ("", None),
        ('settings = ["hospital_outpatient"]', None),
        ('settings = ["freestanding"]', "setting hospital_outpatient"),
        ('claims = ["professional"]', "facility claims"),
        ('techniques = ["vmat", "2d"]', None),
        ('techniques = ["2d"]', "technique vmat"),
        ("documentation = false", None),
    ],
)
def test_what_is_not_supported_is_said(write: Write, case: Case, supports: str, reason: str | None) -> None:
    """A case outside of what the vendor declares is not asked, with the reason."""
    vendor = load_vendor(write(CLI, f'name = "V"\nversion = "1"\n[vendor.supports]\n{supports}'))
    said = CODER.unsupported(vendor.supports, case)

    assert (reason is None) == (said is None)
    assert (reason or "") in (said or "")
    assert [supports.partition(" ")[0]] == (list(vendor.record().supports) or [""])


def test_reading_documentation_may_be_declared_away(write: Write, case: Case) -> None:
    """A vendor that reads no documentation is not asked where it would decide."""
    vendor = load_vendor(write(CLI, 'name = "V"\nversion = "1"\n[vendor.supports]\ndocumentation = false'))
    session = case.sessions[0]
    assert session.motion is not None
    documented = replace(case, sessions=(replace(session, motion=replace(session.motion, documentation=MotionDocumentation())),))
    plan: Plan = case.plans[0]
    unproved = replace(case, plans=(replace(plan, planning=replace(plan.planning, dvh_evaluated=False)),))

    assert None is CODER.unsupported(vendor.supports, case)
    assert "session S1 has documentation" in (CODER.unsupported(vendor.supports, documented) or "")
    assert "plan P1 has incomplete evidence" in (CODER.unsupported(vendor.supports, unproved) or "")


def test_secrets_are_replaced_in_every_form() -> None:
    """A secret is found as it is, in JSON and in an address; what is too short to be one stays."""
    redactor = Redactor({"TOKEN": 'a/b"c d', "SHORT": "1"})

    assert "x [secret TOKEN] y 1" == redactor.text('x a/b"c d y 1')
    assert '{"t": "[secret TOKEN]"}' == redactor.text('{"t": "a/b\\"c d"}')
    assert "?t=[secret TOKEN]" == redactor.text("?t=a%2Fb%22c%20d")
    assert "Redactor(TOKEN)" == repr(redactor)


def test_a_secret_that_was_cut_is_still_replaced() -> None:
    """Where text was cut out of more, half a secret at its ends is replaced too."""
    redactor = Redactor({"TOKEN": "t0p-s3cr3t-value"})

    assert "[secret TOKEN] then [secret TOKEN]" == redactor.piece("cr3t-value then t0p-s3")
    assert "value" == redactor.text("value")


def test_documents_say_where_they_are_wrong(write: Write) -> None:
    """A vendor file's faults are those of a document: with file, line and path, for programs too."""
    with pytest.raises(DocumentError) as caught:
        load_vendor(write(CLI + "workers = 0\n"))

    assert (7, "$.adapter.workers") == (caught.value.line, caught.value.faults[0].path)


def test_the_digest_of_the_build(write: Write, complain: Callable[..., str]) -> None:
    """What the vendor says of its build stands in the record; what is not a digest is refused with what to write."""
    digest = f"sha256:{'0f' * 32}"
    assert digest == load_vendor(write(PYTHON, f'name = "V"\nversion = "1"\nbuild_digest = "{digest}"')).record().build_digest
    said = complain(PYTHON, 'name = "V"\nversion = "1"\nbuild_digest = "0f"')
    assert "vendor.toml:4" in said
    assert "what sha256sum prints" in said


def test_the_role_is_part_of_the_file(write: Write, complain: Callable[..., str]) -> None:
    """A vendor is a coder unless its file says that it is an editor; what it may declare and must map depends on that."""
    editor = 'name = "V"\nversion = "1"\nrole = "editor"'
    assert "coder" == load_vendor(write(PYTHON, 'name = "V"\nversion = "1"')).record().role
    assert "editor" == load_vendor(write(PYTHON, editor)).record().role
    assert 'use "coder"' in complain(PYTHON, 'name = "V"\nversion = "1"\nrole = "judge"')
    assert "role is editor" in complain(PYTHON, f'{editor}\n[vendor.supports]\ntechniques = ["vmat"]')
    assert "role is coder" in complain(PYTHON, 'name = "V"\nversion = "1"\n[vendor.supports]\npayers = ["medicare"]')
    assert "use professional, institutional" in complain(PYTHON, f'{editor}\n[vendor.supports]\nclaims = ["facility"]')
    assert "has none" in complain(PYTHON + '[response]\nlines = "a"\noutcome = "b"\n', editor)


def test_what_an_editor_does_not_support_is_said(write: Write) -> None:
    """A claim outside of what an editor declares is not asked, with the reason."""
    documented, alone, physician = sample_claims()

    def said(supports: str, claim: Claim) -> str | None:
        about = f'name = "V"\nversion = "1"\nrole = "editor"\n[vendor.supports]\n{supports}'
        return EDITOR.unsupported(load_vendor(write(PYTHON, about)).supports, claim)

    assert None is said("", documented)
    assert "no documentation" in (said("documentation = false", documented) or "")
    assert None is said("documentation = false", alone)
    assert "professional claims" in (said('claims = ["institutional"]', physician) or "")
    assert "payer medicare" in (said('payers = ["acme"]', physician) or "")


@pytest.mark.parametrize("role", ["coder", "editor"])
@pytest.mark.parametrize(("kind", "mode"), [("cli", "stream"), ("cli", "oneshot"), ("http", ""), ("folder", ""), ("python", "")])
def test_the_file_to_begin_with_is_one(tmp_path: Path, kind: str, mode: str, role: RoleName) -> None:
    """The scaffold for every kind of adapter and role is a vendor file of that role, with nothing left to fill in."""
    path = tmp_path / "vendor.toml"
    path.write_text(scaffold(kind, mode, role))
    assert role == load_vendor(path).role
    assert "<noun>" not in path.read_text()


def test_records_know_each_way_to_reach_a_vendor() -> None:
    """The kinds of adapters are those that a run's record may name, and each has settings of its own."""
    assert set(get_args(AdapterKind)) == set(KINDS)
    assert len(set(KINDS.values())) == len(KINDS)
