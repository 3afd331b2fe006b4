"""Request templates and response expressions, run where they can do no harm."""

import asyncio
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from rtconform.conformance.adapters.translation.client import TranslationFault, Translator
from rtconform.conformance.vendors.file import load_vendor
from rtconform.reference.documents.treatment import Case
from rtconform.reference.errors import UserError

STREAM = '[adapter]\nkind = "cli"\ncommand = ["coder"]\n'
ONESHOT = STREAM + 'mode = "oneshot"\n'
OUTCOME = "outcome = \"'coded'\"\n"


@pytest.fixture
def translate(write: Callable[..., Path], case: Case) -> Callable[..., Any]:
    """Starts the translator of the vendor file that `table` makes and awaits `use(translator, case)`."""

    def translate(table: str, use: Callable[[Translator, Case], Any], **files: str) -> Any:
        async def run() -> Any:
            translator = Translator(load_vendor(write(table, **files)))
            try:
                await translator.start(case)
                return await use(translator, case)
            finally:
                await translator.close()

        return asyncio.run(run())

    return translate


@pytest.fixture
def render(translate: Callable[..., Any]) -> Callable[..., bytes]:
    """What a template makes of the case."""

    def render(template: str, table: str = ONESHOT) -> bytes:
        request = '[request]\ntemplate = "acme.j2"\n'
        made: bytes = translate(table + request, lambda translator, case: translator.request(case), acme_j2=template)
        return made

    return render


@pytest.fixture
def read(translate: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """What the expressions make of an answer."""

    def read(document: bytes, response: str) -> dict[str, Any]:
        made = translate(f"{ONESHOT}[response]\n{response}", lambda translator, _: translator.answer(document))
        return dict(msgspec.json.decode(made))

    return read


def test_a_template_sees_the_case_and_its_parts(render: Callable[..., bytes]) -> None:
    """`case` and its top-level keys are there; values become JSON by `tojson`."""
    made = render('{"ref": {{ case.id | tojson }}, "name": {{ patient.family_name | tojson }}, "n": {{ plans | length }}}')

    assert {"ref": "made:1", "name": "O'Neil", "n": 1} == msgspec.json.decode(made)


def test_a_stream_request_becomes_one_line(render: Callable[..., bytes]) -> None:
    """JSON on many lines is put on one."""
    assert b'{"id":"made:1","ok":true}' == render('{\n "id": {{ id | tojson }},\n "ok": true\n}\n', STREAM)


def test_a_stream_request_of_many_lines_is_refused(render: Callable[..., bytes]) -> None:
    """What is not JSON can't be put on one line: that is said."""
    with pytest.raises(UserError, match="3 lines where one is sent"):
        render("a\nb\nc", STREAM)


@pytest.mark.parametrize(
    ("template", "place", "reason"),
    [
        ("{{ id }}\n{{ patient.shoe_size }}", "acme.j2:2", "shoe_size"),
        ("\n\n{{ 1 // 0 }}", "acme.j2:3", "zero"),
        ("{{ id | no_such_filter }}", "acme.j2:1", "No filter named"),
        ("{{ range(9) }}", "acme.j2:1", "'range' is undefined"),
        ("{{ id.__class__.__mro__ }}", "acme.j2:1", "unsafe"),
        ("{{ plans.append(1) }}", "acme.j2:1", "safe"),
        ("{% include '/etc/passwd' %}", "acme.j2:1", "loader"),
        ("{# nothing #}", "acme.j2", "empty"),
        ("{{ 'a' * 10**9 }}", "acme.j2", "memory|longer than"),
        ("{{ '%0999999999d' | format(1) }}", "acme.j2", "memory|longer than"),
        ("{{ 'a' | center(2000000) }}", "acme.j2", "longer than"),
    ],
)
def test_a_template_that_fails_is_named_with_its_line(
    render: Callable[..., bytes], template: str, place: str, reason: str
) -> None:
    """What a template gets wrong, or may not do, is said before any case is asked."""
    with pytest.raises(UserError, match=rf"{place}: the request template fails: .*({reason})"):
        render(template)


@pytest.mark.slow
@pytest.mark.parametrize(
    "template", ["{{ 10 ** (10 ** 9) }}", "{% set s = 'a' * 2000 %}" + "{% for a in s %}" * 5 + "{% endfor %}" * 5]
)
def test_a_template_without_end_is_stopped(render: Callable[..., bytes], template: str) -> None:
    """A template that takes for ever is killed, and said to."""
    with pytest.raises(UserError, match=r"acme\.j2.*: it takes more than 2 s"):
        render(template)


@pytest.mark.slow
def test_a_template_that_fails_on_one_case_costs_that_case(translate: Callable[..., Any]) -> None:
    """One case that hangs the template is refused; those that were asked with it are rendered."""
    template = (
        "{{ id }}{% if id == 'made:3' %}{{ 10 ** (10 ** (plans | length + 8)) }}{% elif id == 'made:5' %}\n{{ lost }}{% endif %}"
    )

    async def use(translator: Translator, case: Case) -> list[Any]:
        asked = [translator.request(replace(case, id=f"made:{number}")) for number in range(8)]
        return list(await asyncio.gather(*asked, return_exceptions=True))

    made = translate(f'{ONESHOT}[request]\ntemplate = "acme.j2"\n', use, acme_j2=template)

    assert [f"made:{number}".encode() for number in (0, 1, 2, 4, 6, 7)] == [one for one in made if isinstance(one, bytes)]
    faults = [(fault.what, fault.line) for fault in made if isinstance(fault, TranslationFault)]
    assert [("it takes more than 2 s", None), ("'lost' is undefined", 2)] == faults


@pytest.mark.hostile
@pytest.mark.slow
def test_what_comes_while_the_translator_restarts_waits(translate: Callable[..., Any]) -> None:
    """Cases that are asked at any moment of a restart after a runaway template are rendered; only those that hang are refused."""
    template = "{{ id }}{% if id[:4] == 'hang' %}{{ 10 ** (10 ** (plans | length + 8)) }}{% endif %}"

    async def use(translator: Translator, case: Case) -> tuple[list[Any], set[bool]]:
        asked = [asyncio.ensure_future(translator.request(replace(case, id=f"hang:{number}"))) for number in range(2)]
        restarting = set()
        while not all(job.done() for job in asked[:2]):
            restarting.add(translator._child is None)
            moment = bool(translator._why) or translator._child is None
            if (moment and len(asked) < 1000) or len(asked) < 100:
                asked.append(asyncio.ensure_future(translator.request(replace(case, id=f"made:{len(asked)}"))))
            await asyncio.sleep(0 if moment else 0.001)
        return await asyncio.gather(*asked, return_exceptions=True), restarting

    made, restarting = translate(f'{ONESHOT}[request]\ntemplate = "acme.j2"\n', use, acme_j2=template)

    assert {True, False} == restarting
    assert ["it takes more than 2 s"] * 2 == [str(fault) for fault in made[:2]]
    assert [f"made:{number}".encode() for number in range(2, len(made))] == made[2:]


@pytest.mark.hostile
@pytest.mark.slow
def test_a_translator_that_cannot_be_started_again_is_told(translate: Callable[..., Any]) -> None:
    """Where the system gives no new process, what waits is refused with the reason, and nothing waits for ever."""
    template = "{{ id }}{% if id == 'hang' %}{{ 10 ** (10 ** (plans | length + 8)) }}{% endif %}"
    before = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def use(translator: Translator, case: Case) -> list[Any]:
        asked = [translator.request(replace(case, id=name)) for name in ("hang", "made:1")]
        waiting = [asyncio.ensure_future(one) for one in asked]
        await asyncio.sleep(0)
        resource.setrlimit(resource.RLIMIT_NOFILE, (4, before[1]))
        try:
            async with asyncio.timeout(20):
                return await asyncio.gather(*waiting, return_exceptions=True)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)

    made = translate(f'{ONESHOT}[request]\ntemplate = "acme.j2"\n', use, acme_j2=template)

    assert "it takes more than 2 s" == str(made[0])
    assert str(made[1]).startswith("the translator can't be started again: ")


def test_no_secret_is_near_a_template(translate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The translator's process does not have the user's environment."""
    monkeypatch.setenv("ACME_TOKEN", "t0p-s3cr3t")

    async def use(translator: Translator, _: Case) -> bytes:
        child = translator._child
        assert child is not None
        return Path(f"/proc/{child._popen.pid}/environ").read_bytes()

    assert b"ACME_TOKEN" not in translate(f'{ONESHOT}[request]\ntemplate = "acme.j2"\n', use, acme_j2="x")


def test_lines_may_be_written_as_vendors_write_them(read: Callable[..., dict[str, Any]]) -> None:
    """Modifiers as text, numbers as text and text as numbers, and what is left out: all mean what they look like."""
    document = b"""{"id": 7, "l": [
        {"s": 1, "c": 77412, "m": "26, 59", "u": "2"}, {"s": "S2", "c": "77387", "m": null, "u": null, "p": "bundled"},
        {"s": "S3", "c": "G6001", "m": [26, "TC", ""], "u": 3.0}, {"s": "S4", "c": "77417", "m": ""}], "n": "one"}"""
    lines = 'lines = "l[].{session: s, code: c, modifiers: m, units: u, payment: p}"\n'
    made = read(document, f'id = "to_string(id)"\n{OUTCOME}{lines}notes = "n"\n')

    assert {
        "id": "7",
        "outcome": "coded",
        "notes": ["one"],
        "lines": [
            {"session": "1", "code": "77412", "modifiers": ["26", "59"], "units": 2},
            {"session": "S2", "code": "77387", "modifiers": [], "units": 1, "payment": "bundled"},
            {"session": "S3", "code": "G6001", "modifiers": ["26", "TC"], "units": 3},
            {"session": "S4", "code": "77417", "modifiers": [], "units": 1},
        ],
    } == made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("document", "response", "reason"),
    [
        (b"{", OUTCOME + 'lines = "l"', "not JSON"),
        (b"{}", 'outcome = "state"\nlines = "l"', "response.outcome finds nothing"),
        (b'{"state": "OK"}', 'outcome = "state"\nlines = "l"', "response.outcome finds 'OK'"),
        (b"{}", OUTCOME + 'lines = "l"', "response.lines finds nothing"),
        (b'{"l": {}}', OUTCOME + 'lines = "l"', "response.lines finds an object where a list"),
        (b'{"l": [1]}', OUTCOME + 'lines = "l"', r"response.lines finds a number at \[0\]"),
        (b'{"l": 1}', OUTCOME + 'lines = "length(l)"', "response.lines failed"),
        (b"{}", 'id = "ref"\n' + OUTCOME + 'lines = "l"', "response.id finds nothing"),
        (b"<r>", 'format = "xml"\n' + OUTCOME + 'lines = "l"', "not XML"),
        (b"a" * 40 + b"!", "format = \"text\"\npattern = '^(?P<x>(a+)+)$'\n" + OUTCOME + 'lines = "matches"', "more than 2 s"),
    ],
)
def test_an_answer_that_cannot_be_read_says_why(
    read: Callable[..., dict[str, Any]], document: bytes, response: str, reason: str
) -> None:
    """Which expression failed, and what it found, is said; one that takes for ever is stopped."""
    with pytest.raises(TranslationFault, match=reason):
        read(document, response)


def test_an_unreadable_answer_keeps_its_id(translate: Callable[..., Any]) -> None:
    """Where only the rest is wrong, the answer still belongs to its case."""
    response = '[response]\nid = "ref"\noutcome = "state"\nlines = "l"\n'

    async def use(translator: Translator, _: Case) -> Any:
        with pytest.raises(TranslationFault) as caught:
            await translator.answer(b'{"ref": "made:1", "state": "?"}')
        return caught.value.case_id

    assert "made:1" == translate(STREAM + response, use)
