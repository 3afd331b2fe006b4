"""837 claims and 824 messages read as a coder's answer, and messages that are none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtconform.formats.messages import Unreadable
from rtconform.formats.settings import AnswerSettings
from rtconform.formats.x12.coded_claims import names_in_claims, read_coded_claims
from rtconform.reference.documents.coding import Answer
from tests.formats.test_csv_answers import CASE, refusal

ISA = "ISA*00*          *00*          *ZZ*CODER          *ZZ*BILLING        *260101*0900*^*00501*000000001*0*T*:~"
GS = "GS*HC*CODER*BILLING*20260101*0900*1*X*005010X222A1~"
PLAIN = AnswerSettings()


def message(*claims: str, code: str = "837") -> str:
    """An interchange of one transaction."""
    body = "".join(claims)
    return f"{ISA}{GS}ST*{code}*0001*005010X222A1~{body}SE*{body.count('~') + 2}*0001~GE*1*1~IEA*1*000000001~"


def claim(*services: str, name: str = "test:1", frequency: str = "1") -> str:
    """A claim of services."""
    return f"CLM*{name}*100***22:B:{frequency}*Y*A*Y*Y~{''.join(services)}"


def service(procedure: str, session: str = "S1", day: str = "20260309", units: str = "1") -> str:
    """A service line."""
    control = f"REF*6R*{session}~" if session else ""
    return f"LX*1~SV1*HC:{procedure}*100*UN*{units}***1~DTP*472*D8*{day}~{control}"


def read(text: str | bytes, settings: AnswerSettings = PLAIN) -> Answer:
    """The answer that a message is to the case."""
    return read_coded_claims(text if isinstance(text, bytes) else text.encode(), CASE, settings)


def lines(text: str) -> list[tuple[Any, ...]]:
    """What a message bills."""
    return [(line.session, line.code, line.modifiers, line.units) for line in read(text).lines]


def test_services_are_lines_of_the_session_that_they_name() -> None:
    """REF*6R names the session, alone or after the case; modifiers and units come from SV1."""
    text = message(claim(service("77412"), service("77387:26:59", "test:1.S2", units="2")))
    assert [("S1", "77412", (), 1), ("S2", "77387", ("26", "59"), 2)] == lines(text)


def test_without_a_session_its_day_and_order_count() -> None:
    """Deliveries of a day fill its sessions in order."""
    text = message(claim(service("77407", ""), service("77412:59", ""), service("77387:26", "")))
    assert [("S1", "77407", (), 1), ("S2", "77412", ("59",), 1), ("S1", "77387", ("26",), 1)] == lines(text)


def test_a_replacement_and_a_void_take_claims_back() -> None:
    """CLM05-3 7 takes the place of the claims before it, 8 leaves nothing of them."""
    wrong, right = claim(service("77407")), claim(service("77412"), frequency="7")
    assert [("S1", "77412", (), 1)] == lines(message(wrong, right))
    assert [] == lines(message(wrong, claim(service("77407"), frequency="8")))


def test_other_claims_and_other_families_change_nothing() -> None:
    """Claims of other cases are passed over; services of other families are a note, and alone they are out of scope."""
    both = message(claim(service("77402"), name="other"), claim(service("77412"), service("77427")))
    assert [("S1", "77412", (), 1)] == lines(both)
    assert "out_of_scope" == read(message(claim(service("77427")))).outcome


@pytest.mark.parametrize(("code", "outcome"), [("TA", "coded"), ("TR", "needs_review"), ("TE", "needs_review")])
def test_an_advice_says_that_no_claim_is_made(code: str, outcome: str) -> None:
    """An 824 accepts the case without a claim, or sends it to a person."""
    answer = read(message(f"BGN*11*1*20260101~OTI*{code}*TN*test:1~", code="824"))
    assert (outcome, ()) == (answer.outcome, answer.lines)


def test_what_an_empty_answer_means_is_for_the_vendor_to_say() -> None:
    """Nothing at all is no answer, unless the vendor file gives it a meaning."""
    assert "coded" == read("", AnswerSettings(empty="coded")).outcome
    with pytest.raises(Unreadable, match="nothing came where an answer is due"):
        read(" \n")


GOOD = message(claim(service("77412")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "no ISA: the message begins with 'hello'"),
        (GOOD[: GOOD.index("IEA")], "the message ends within its ISA: IEA is missing"),
        (GOOD.replace("SE*7", "SE*9"), "SE01 says '9' segments, the transaction has 7"),
        (GOOD.replace("ST*837", "ST*835"), "transaction '835' where an 837 or 824 is due"),
        (GOOD.replace("test:1", "other"), "the message is about 'other', but 'test:1' was asked"),
        (message(), "the message names no claim, but 'test:1' was asked"),
        (message(claim()), "the claim has no service line; where nothing is billed, send an 824 with OTI*TA"),
        (message(claim(service("IGRT"))), "line 1: 'HC:IGRT' is not a CPT or HCPCS code"),
        (message(claim(service("77412", units="x"))), "'x' is not a whole number of units"),
        (message(claim(service("77412", "", day="20260308"))), "dated 2026-03-08, on which the case has no session"),
        (message("OTI*ZZ*TN*test:1~", code="824"), "an 824 says TA or TE or TR in OTI01"),
        (GOOD.replace("HC:77412", "HC:77412" + "X" * 70_000), "is longer than 65536 bytes"),
    ],
)
def test_what_is_wrong_is_said_with_its_segment(text: str, said: str) -> None:
    """A message that can't be used says what is at fault, what is wrong with it, and what to do."""
    with pytest.raises(Unreadable) as found:
        read(text)
    assert said in found.value.what


@given(st.binary(max_size=800))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """No bytes make a reader fail in another way than Unreadable."""
    for document in (content, ISA.encode() + content, GOOD.encode()[:-60] + content):
        for reading in (read, lambda text: list(names_in_claims(text, PLAIN))):
            assert refusal(reading, document) != ""
