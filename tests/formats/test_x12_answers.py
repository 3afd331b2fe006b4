"""What payers' systems send back, laid over the lines of a claim: 835, 277CA and 999 in the forms in which they come."""

import datetime as dt

import pytest

from rtconform.formats.messages import Unreadable
from rtconform.formats.x12.answers import read_disposition
from rtconform.formats.x12.envelope import control_number
from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient

DAY = dt.date(2026, 6, 5)
CLAIM = Claim(
    id="CLAIM1",
    kind="institutional",
    patient=ClaimPatient("P1", dt.date(1950, 1, 1), "male"),
    lines=(
        ClaimLine(1, "77412", DAY, (), 1, ("C61",), None, "0333"),
        ClaimLine(2, "77417", DAY, ("TC",), 1, ("C61",), None, "0333"),
        ClaimLine(3, "77412", DAY, ("59",), 1, ("C61",), None, "0333"),
    ),
    type_of_bill="131",
)


def message(code: str, guide: str, *body: str) -> bytes:
    """An interchange of one transaction."""
    return (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYER':15}*ZZ*{'SUBMITTER':15}*260101*0900*^*00501*000000001*0*T*:~"
        f"GS*HP*A*B*20260101*0900*1*X*{guide}~ST*{code}*0001~{''.join(f'{line}~' for line in body)}"
        f"SE*{len(body) + 2}*0001~GE*1*1~IEA*1*000000001~"
    ).encode()


def remittance(*body: str) -> bytes:
    """An 835."""
    return message("835", "005010X221A1", *body)


def said(document: bytes) -> list[tuple[int, str, str | None]]:
    """What a message does with each line of the claim."""
    return [(line.number, line.disposition, line.carc) for line in read_disposition(document, CLAIM).lines]


def test_lines_by_their_reference() -> None:
    """REF*6R says which line a service is, in whatever order they come."""
    document = remittance(
        "CLP*CLAIM1*1*1840*900**MB*X",
        *("SVC*HC:77412*900*0", "CAS*CO*97*900", "REF*6R*3"),
        *("SVC*HC:77412*900*900", "REF*6R*1"),
        *("SVC*HC:77417:TC*40*0", "CAS*CO*4*40", "REF*6R*2"),
    )
    assert [(1, "allow", None), (2, "deny", "4"), (3, "bundle", "97")] == said(document)


def test_lines_by_code_and_modifiers_then_by_order() -> None:
    """Without references, a service belongs to the line with its code and modifiers, else to the next with its code."""
    document = remittance(
        "CLP*CLAIM1*1*1840*900**MB*X",
        *("SVC*HC:77412:59*900*0", "CAS*CO*18*900"),
        *("SVC*HC:77417*40*0", "CAS*CO*97*40"),
        "SVC*HC:77412*900*900",
    )
    assert [(1, "allow", None), (2, "bundle", "97"), (3, "deny", "18")] == said(document)


def test_reasons_come_in_triples() -> None:
    """A CAS holds up to six reasons: contractual ones say nothing, the first that denies counts."""
    document = remittance(
        "CLP*CLAIM1*1*1840*0**MB*X",
        *("SVC*HC:77412*900*0", "CAS*CO*45*100**253*10**16*790", "REF*6R*1"),
        *("SVC*HC:77417:TC*40*0", "CAS*PR*1*30**2*10", "REF*6R*2"),
        *("SVC*HC:77412:59*900*0", "CAS*OA*133*900", "REF*6R*3"),
    )
    assert [(1, "deny", "16"), (2, "allow", None), (3, "review", "133")] == said(document)


@pytest.mark.parametrize(
    ("carc", "word"), [("97", "bundle"), ("097", "bundle"), ("16", "deny"), ("B15", "bundle"), ("133", "review")]
)
def test_a_claim_without_services_speaks_for_every_line(carc: str, word: str) -> None:
    """CAS at the level of the claim holds for all of its lines."""
    document = remittance("CLP*CLAIM1*4*1840*0**MB*X", f"CAS*CO*{carc}*1840")
    assert [word] * 3 == [line[1] for line in said(document)]


def test_a_split_line_is_allowed_where_every_part_is() -> None:
    """A line that comes back as two services, one of them not paid, is not allowed as it was billed."""
    document = remittance(
        "CLP*CLAIM1*1*1840*1390**MB*X",
        *("SVC*HC:77412*450*450", "REF*6R*1", "SVC*HC:77412*450*0", "CAS*CO*151*450", "REF*6R*1"),
        *("SVC*HC:77417:TC*40*40", "REF*6R*2", "SVC*HC:77412:59*900*900", "REF*6R*3"),
    )
    assert [(1, "deny", "151"), (2, "allow", None), (3, "allow", None)] == said(document)


def test_a_bundled_service_is_known_by_the_code_that_was_submitted() -> None:
    """SVC06 names the code as it was billed, where another one was paid."""
    document = remittance(
        "CLP*CLAIM1*1*1840*1800**MB*X",
        *("SVC*HC:77402*40*0***HC:77417:TC", "CAS*CO*97*40"),
        *("SVC*HC:77412*900*900", "SVC*HC:77412:59*900*900"),
    )
    assert [(1, "allow", None), (2, "bundle", "97"), (3, "allow", None)] == said(document)


def test_other_claims_and_reversals_say_nothing() -> None:
    """Claims come in any order; what is reversed counts as its correction says."""
    paid = ("SVC*HC:77412*900*900", "SVC*HC:77417:TC*40*40", "SVC*HC:77412:59*900*900")
    document = remittance(
        *("CLP*OTHER*4*1*0**MB*X", "CAS*CO*16*1"),
        *("CLP*CLAIM1*22*-1840*0**MB*X", "CAS*CO*16*-1840"),
        *("CLP*CLAIM1*1*1840*1840**MB*X", *paid),
        *("CLP*LAST*4*1*0**MB*X", "CAS*CO*16*1"),
    )
    assert ["allow"] * 3 == [line[1] for line in said(document)]


def test_a_service_that_is_not_paid_needs_a_reason() -> None:
    """An 835 that pays nothing and says nothing does not balance."""
    with pytest.raises(Unreadable, match="no CAS says why"):
        read_disposition(remittance("CLP*CLAIM1*1*1840*0**MB*X", "SVC*HC:77412*900*0"), CLAIM)


def test_a_line_left_out_is_held() -> None:
    """A line that the remittance does not speak of is not decided yet."""
    document = remittance("CLP*CLAIM1*1*900*900**MB*X", "SVC*HC:77412*900*900", "REF*6R*1")
    assert [(1, "allow", None), (2, "review", None), (3, "review", None)] == said(document)


@pytest.mark.parametrize(("status", "word"), [("A1", "allow"), ("A2", "allow"), ("A3", "deny"), ("A7", "deny"), ("P1", "review")])
def test_a_277_speaks_for_the_claim(status: str, word: str) -> None:
    """The status of a claim in a 277CA holds for each of its lines."""
    document = message("277", "005010X214", "HL*4*3*PT", "TRN*2*CLAIM1", f"STC*{status}:20*20260605*U*1840")
    assert [word] * 3 == [line[1] for line in said(document)]


def test_a_277_that_names_services_speaks_for_these() -> None:
    """Where services are named, their status is theirs, and what is not named is accepted."""
    document = message(
        *("277", "005010X214", "HL*4*3*PT", "TRN*2*CLAIM1", "STC*A3:21*20260605*U*1840"),
        *("SVC*HC:77417:TC*40*****1", "STC*A3:258*20260605*U", "REF*FJ*2"),
    )
    assert [(1, "allow", None), (2, "deny", None), (3, "allow", None)] == said(document)


@pytest.mark.parametrize(("status", "word"), [("A", "allow"), ("E", "allow"), ("R", "deny")])
def test_a_999_speaks_for_the_interchange(status: str, word: str) -> None:
    """A 999 that rejects the transaction rejects every line of it."""
    group = control_number("CLAIM1")
    document = message("999", "005010X231A1", f"AK1*HC*{group}", "AK2*837*0001", f"IK5*{status}", f"AK9*{status}*1*1*1")
    assert [word] * 3 == [line[1] for line in said(document)]


def test_the_last_word_counts() -> None:
    """A 999 and a 277CA come first; the 835 that follows decides."""
    group = control_number("CLAIM1")
    first = message("999", "005010X231A1", f"AK1*HC*{group}", "AK2*837*0001", "IK5*A", "AK9*A*1*1*1")
    last = remittance("CLP*CLAIM1*4*1840*0**MB*X", "CAS*CO*16*1840")
    assert ["deny"] * 3 == [line[1] for line in said(first + b"\n" + last)]


def test_an_answer_to_another_claim_is_told() -> None:
    """A message about another claim names it."""
    with pytest.raises(Unreadable, match="is about claim 'OTHER', but 'CLAIM1' was asked"):
        read_disposition(remittance("CLP*OTHER*1*1*1**MB*X", "SVC*HC:77412*1*1"), CLAIM)
