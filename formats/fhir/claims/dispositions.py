"""An editor's answer in FHIR: ClaimResponses laid over the lines of the claim that was sent, or an OperationOutcome.

An item is read as a service of an 835 is: what is paid is allowed; what is not is denied, bundled or held by its reason code.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from rtconform.formats.claims import Said, stopped
from rtconform.formats.fhir.answering import SHOWN, named, no_answer, refuse_another
from rtconform.formats.fhir.bundles import Document, Resources, codes_of, dicts, first, identifiers, opened, text_of, words
from rtconform.formats.fhir.claims.claim_writer import claim_id
from rtconform.formats.messages import Field, Unreadable
from rtconform.reference.documents.claim import Claim, Disposition, DispositionLine

FIELDS = (
    Field("request.reference, request.identifier", "which claim it is about: its Claim, or Bundle.identifier as it was sent"),
    Field("identifier.value", "the same; a number of the payer's own may stand there too"),
    Field("outcome", "complete; queued: every line held; partial: lines without an item held; error: the claim refused"),
    Field("item.itemSequence", "the line, by Claim.item.sequence"),
    Field("item.adjudication.category", "benefit or paidtoprovider: what is paid; denialreason: it is denied"),
    Field("item.adjudication.amount", "the amount; the reason of an adjustment of 0 is passed over"),
    Field("item.adjudication.reason", "the CARC, alone or after its group (CO-97)"),
    Field("adjudication", "where there is no item: the same for every line"),
    Field("error.itemSequence, error.code", "with outcome error: the lines that are refused, else every line; and the CARC"),
    Field("OperationOutcome.id", "the claim's name as it was sent: an OperationOutcome has no identifier"),
    Field("OperationOutcome.issue", "of severity fatal or error: every line denied; else accepted"),
    Field("status", "cancelled, draft or entered-in-error: the response is passed over"),
)
"""The elements that are read."""

PAID = ("benefit", "paidtoprovider", "paidtopatient")
"""Categories of adjudication that say what is paid of a service."""

SHARES = ("copay", "deductible", "coinsurance", "memberliability", "priorpayerpaid", "paidbypatient")
"""Categories that say that somebody else pays it."""

DENIALS = ("denialreason", "noncovered")
"""Categories that say that a service is not paid."""

OUTCOMES = ("complete", "queued", "partial", "error")

FAILURES = ("exception", "timeout", "incomplete", "throttled", "transient", "lock-error", "no-store")
ACCESS = ("security", "login", "unknown", "expired", "forbidden", "suppressed")
"""Codes of an OperationOutcome that say that a server failed, or let nobody in: no answer to a claim."""

_VOID = ("cancelled", "draft", "entered-in-error")
_CARC = re.compile(r"(?:(?:CO|OA|PI|PR)[- ]?)?0*([0-9]{1,3}|[A-Z][0-9]{1,3})")
_NONE = frozenset((*PAID, "eligible"))
_OTHER = "other"


def read_disposition(document: bytes, claim: Claim) -> Disposition:
    """What the answer does with each line of the claim; lines of which it says nothing are missing. Raises Unreadable."""
    resources, names = _opened(document)
    own = (claim.id, claim_id(claim.id))
    refuse_another(names, own, claim.id)
    refusals = list(resources.of_type("OperationOutcome"))
    responses = [one for one in resources.of_type("ClaimResponse") if _is_about(one, own)]
    if not refusals and not responses:
        raise no_answer(resources, "a ClaimResponse, or an OperationOutcome", claim.id)
    sound = [one for one in responses if one.get("status") not in _VOID]
    lines: dict[int, Said] = {}
    for one in (*refusals, *(sound or responses)):
        lines |= said_of(one, claim)
    kept = [(line.number, lines[line.number]) for line in claim.lines if line.number in lines]
    return Disposition(claim.id, tuple(DispositionLine(number, word, carc=carc) for number, (word, carc) in kept))


def said_of(resource: Document, claim: Claim) -> dict[int, Said]:
    """What one ClaimResponse or OperationOutcome does with the lines of its claim, by number. Raises Unreadable."""
    if resource.get("resourceType") == "OperationOutcome":
        return _refused(resource, claim)
    if (status := resource.get("status")) in _VOID:
        raise Unreadable(f"the ClaimResponse has status {status!r}: it says nothing of the claim", claim.id)
    return _responded(resource, claim)


def names_of_claims(resource: Document) -> Iterator[str]:
    """What a ClaimResponse or OperationOutcome calls its claim; nothing of other resources."""
    if resource.get("resourceType") == "ClaimResponse":
        yield from _claims_of(resource)
    elif resource.get("resourceType") == "OperationOutcome" and isinstance(resource.get("id"), str):
        yield resource["id"]


def names_in_dispositions(document: bytes) -> Iterable[str]:
    """What an answer calls the claims that it speaks of. Raises Unreadable where it names none."""
    return named(*_opened(document), "claim", "request.identifier")


def remarks(document: bytes) -> list[str]:
    """What an answer finds wrong with what was sent; nothing of one that finds nothing."""
    try:
        resources = Resources(opened(document))
    except Unreadable:
        return []
    return [*_remarks(resources)][:10]


def _remarks(resources: Resources) -> Iterator[str]:
    for one in resources.of_type("OperationOutcome"):
        for issue in dicts(one.get("issue")):
            if _refuses(issue):
                code, said = words(issue.get("code"))[:SHOWN], words(issue.get("diagnostics")) or text_of(issue.get("details"))
                what = f"an OperationOutcome refuses what was sent ({code}): every line is read as denied"
                yield what + (f": {said[:200]}" if said else "")
    for one in resources.of_type("ClaimResponse"):
        for error in dicts(one.get("error")):
            code = next(iter((*codes_of(error.get("code")), text_of(error.get("code")))), "")
            yield f"a ClaimResponse finds fault with the claim: error.code {code[:SHOWN]}"


@lru_cache(1)  # an answer is asked for its names, then for what it says
def _opened(document: bytes) -> tuple[Resources, tuple[str, ...]]:
    """The resources of an answer, and what it calls the claims that it speaks of."""
    resources = Resources(opened(document))
    return resources, tuple(dict.fromkeys(_names(resources)))


def _names(resources: Resources) -> Iterator[str]:
    for one in resources.every():
        yield from names_of_claims(one)
    if resources.top["resourceType"] == "Bundle":
        yield from identifiers(resources.top)


def _claims_of(response: Document) -> Iterator[str]:
    """What a response calls its claim: by reference, by the claim's identifier, by its own."""
    request = response.get("request")
    if isinstance(request, dict):
        yield from identifiers(request)
        if address := words(request.get("reference")):
            yield address.removeprefix("urn:uuid:").split("/_history/")[0].rpartition("/")[2]
    yield from identifiers(response)


def _is_about(response: Document, own: tuple[str, ...]) -> bool:
    names = list(_claims_of(response))
    return not names or any(name in own for name in names)


def _refuses(issue: Document) -> bool:
    return issue.get("severity") in ("fatal", "error") and issue.get("code") != "informational"


def _refused(outcome: Document, claim: Claim) -> dict[int, Said]:
    """An OperationOutcome is about the claim as a whole. Raises Unreadable where it says that a server failed."""
    issues = dicts(outcome.get("issue"))
    if not issues:
        raise Unreadable("the OperationOutcome has no issue: it says nothing of the claim", claim.id)
    failed = next((code for issue in issues if (code := words(issue.get("code"))) in (*FAILURES, *ACCESS)), "")
    if failed and any(_refuses(issue) for issue in issues):
        said = words(first(issues).get("diagnostics"))[:200]
        what = f"OperationOutcome.issue.code {failed!r} says that the server failed, not what becomes of the claim"
        raise Unreadable(what + (f": {said}" if said else ""), claim.id)
    word: Said = ("deny", None) if any(_refuses(issue) for issue in issues) else ("allow", None)
    return {line.number: word for line in claim.lines}


def _responded(response: Document, claim: Claim) -> dict[int, Said]:
    """What a ClaimResponse does with the lines."""
    outcome, numbers = words(response.get("outcome")), [line.number for line in claim.lines]
    if outcome not in OUTCOMES:
        raise Unreadable(f"ClaimResponse.outcome {outcome[:SHOWN]!r} is none of {', '.join(OUTCOMES)}", claim.id)
    items = dicts(response.get("item"))
    found: dict[int, Said] = {}
    for place, item in enumerate(items):
        at, number = f"ClaimResponse.item[{place}]", _line_number(item, numbers)
        if number is None or number in found:
            why = "is no line of the claim" if number is None else "is there twice"
            raise Unreadable(f"{at}: itemSequence {str(item.get('itemSequence'))[:SHOWN]} {why}", claim.id)
        found[number] = _decided(dicts(item.get("adjudication")), f"{at}.adjudication", claim)
    whole = dicts(response.get("adjudication"))
    if outcome == "error":
        return _errors(response, numbers) | found
    if outcome in ("queued", "partial") or items:
        return dict.fromkeys(numbers, ("review", None)) | found  # the payer has decided on the others
    said: Said = _decided(whole, "ClaimResponse.adjudication", claim) if whole else ("allow", None)
    return dict.fromkeys(numbers, said)


def _line_number(element: Document, numbers: list[int]) -> int | None:
    """The line that an element names; None where the claim has no such line."""
    number = element.get("itemSequence")
    return number if isinstance(number, int) and not isinstance(number, bool) and number in numbers else None


def _errors(response: Document, numbers: list[int]) -> dict[int, Said]:
    """What a response that found errors refuses: the lines that these name, else every line."""
    errors = dicts(response.get("error"))
    named: dict[int, Said] = {}
    for error in errors:
        if (number := _line_number(error, numbers)) is not None:
            carc = next((one for one in _reasons([error], "code") if one != _OTHER), None)
            named.setdefault(number, ("deny", carc))
    return {number: named.get(number, ("allow", None) if named else ("deny", None)) for number in numbers}


def _decided(adjudications: list[Document], where: str, claim: Claim) -> Said:
    """What the adjudications of one service say of it."""
    if not adjudications:
        raise Unreadable(f"{where} is missing or empty: it says nothing of the line", claim.id)
    amounts = [(codes_of(one.get("category")), _amount(one, where, claim)) for one in adjudications]
    paid = [amount for categories, amount in amounts if amount is not None and any(code in PAID for code in categories)]
    if any(amount > 0 for amount in paid):
        return "allow", None
    telling = [one for one, said in zip(adjudications, amounts, strict=True) if said[1] != 0 or not _NONE.isdisjoint(said[0])]
    if reasons := _reasons(telling, "reason"):
        word, carc = stopped(reasons)
        return word, carc if carc != _OTHER else None
    by_category = {code: amount for categories, amount in amounts for code in categories}
    if any(code in DENIALS and amount != 0 for code, amount in by_category.items()):
        return "deny", None
    eligible = by_category.get("eligible")
    nothing = bool(paid) or (eligible is not None and eligible == 0)
    shared = any((by_category.get(code) or 0) > 0 for code in SHARES)
    if not nothing or shared or by_category.get("submitted") == 0:
        return "allow", None
    raise Unreadable(f"{where}: nothing is paid, and no reason says why: give the CARC as adjudication.reason", claim.id)


def _reasons(adjudications: list[Document], element: str) -> list[str]:
    """The CARCs of adjudications in their order; `_OTHER` for a reason that is none."""
    found = []
    for one in adjudications:
        concept = one.get(element)
        listed = dicts(concept.get("coding")) if isinstance(concept, dict) else []
        said = [words(each.get("code")) for each in listed if "remark" not in words(each.get("system"))] + [text_of(concept)]
        if any(said):
            matches = (_CARC.fullmatch(word.strip().upper()) for word in said)
            found.append(next((match[1] for match in matches if match), _OTHER))
    return found


def _amount(adjudication: Document, where: str, claim: Claim) -> Decimal | None:
    money = adjudication.get("amount")
    if money is None:
        return None
    value = money.get("value") if isinstance(money, dict) else None
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 10**12:
        raise Unreadable(f"{where}: amount {str(money)[:SHOWN]} is not an amount of money", claim.id)
    return Decimal(str(value))
