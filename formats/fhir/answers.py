"""A coder's answer in FHIR: a Claim, ChargeItems in a Bundle, a ClaimResponse, or an OperationOutcome where there is none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rtconform.formats.charges.charge import Charge, Moment, answer_of, code_of, is_modifier, nothing
from rtconform.formats.charges.spreadsheet import moment
from rtconform.formats.fhir.answering import SHOWN, named, no_answer, refuse_another
from rtconform.formats.fhir.bundles import Document, Resources, codes_of, dicts, every, first, identifiers, opened, text_of, words
from rtconform.formats.fhir.extensions import MODIFIER
from rtconform.formats.fhir.session_writer import encounter_id
from rtconform.formats.fhir.vocabulary import CPT, HCPCS
from rtconform.formats.messages import Field, Unreadable
from rtconform.formats.settings import OTHER_FAMILY, AnswerSettings
from rtconform.reference.documents.coding import Answer, Outcome
from rtconform.reference.documents.treatment import Case

ISSUES: dict[str, Outcome] = {"business-rule": "needs_review", "not-supported": "out_of_scope"}
"""What the code of an OperationOutcome's issue says of a case."""

RESPONSES: dict[str, Outcome] = {"queued": "needs_review", "partial": "needs_review", "complete": "coded"}
"""What the outcome of a ClaimResponse says of a case."""

ANSWERS = ("Claim", "ChargeItem", "ClaimResponse", "OperationOutcome")

FIELDS = (
    Field("identifier.value", "the case's id, as it was sent in Bundle.identifier; a Bundle of ChargeItems may say it once"),
    Field("OperationOutcome.id", "the same, of an OperationOutcome, which has no identifier"),
    Field("Claim.item.productOrService", "the code: a coding of CPT or HCPCS, else any, else the text"),
    Field("Claim.item.modifier", "modifiers, a concept each"),
    Field("Claim.item.quantity", "the number of units"),
    Field("Claim.item.encounter", "the session: a reference to its Encounter, or its identifier"),
    Field("Claim.item.serviced[x]", "where no Encounter is named: the day of the service, or the period in which it was"),
    Field("ChargeItem.code, quantity", "the code and the units of a charge; status not-billable: shown, and not billed"),
    Field("ChargeItem.context, occurrence[x]", "its session, or the day or period of its service"),
    Field("ChargeItem.extension rt-modifier", "its modifiers, for which R4 has no place; a code like 77387-26 says the same"),
    Field("ClaimResponse.addItem", "lines, as those of a Claim"),
    Field("ClaimResponse.outcome", "complete; queued or partial: needs_review"),
    Field("OperationOutcome.issue.code", "of the first issue: business-rule for needs_review, not-supported for out_of_scope"),
    Field("status", "cancelled, draft, entered-in-error, aborted or planned: the resource is passed over"),
)
"""The elements that are read."""

_VOID = ("cancelled", "entered-in-error", "aborted", "draft", "planned")


@dataclass
class _Said:
    """What an answer says beside its charges."""

    outcome: Outcome | None = None
    notes: list[str] = field(default_factory=list)


def cut_line(buffer: bytearray, searched: int) -> int:
    """Where the first resource of a stream ends: after its line (see `messages.Cut`)."""
    return buffer.find(b"\n", searched) + 1


def names_in(document: bytes, settings: AnswerSettings) -> Iterable[str]:
    """The cases that an answer speaks of. Raises Unreadable where it names none."""
    del settings
    return named(*_opened(document), "case", "identifier")


@lru_cache(1)  # an answer is asked for its names, then for what it says
def _opened(document: bytes) -> tuple[Resources, tuple[str, ...]]:
    """The resources of an answer, and what it calls the cases that it speaks of."""
    resources = Resources(opened(document))
    return resources, tuple(dict.fromkeys(_names(resources)))


def _names(resources: Resources) -> Iterator[str]:
    top = resources.top
    yield from identifiers(top)
    for kind in ("Claim", "ChargeItem", "ClaimResponse"):
        for one in resources.of_type(kind):
            yield from identifiers(one)
            request = one.get("request")
            yield from identifiers(request) if isinstance(request, dict) else ()
    if top["resourceType"] == "OperationOutcome" and isinstance(top.get("id"), str):
        yield top["id"]


def read_answer(document: bytes, case: Case, settings: AnswerSettings) -> Answer:
    """The answer to `case`. Raises Unreadable, with the element at fault."""
    if not document.strip():
        return nothing(case, settings)
    resources, names = _opened(document)
    refuse_another(names, (case.id,), case.id)
    found = [one for kind in ANSWERS for one in resources.of_type(kind)]
    if not found and resources.top["resourceType"] != "Bundle":
        raise no_answer(resources, "a Claim, ChargeItems in a Bundle, or an OperationOutcome", case.id)
    reading = _Reading(resources, case, settings)
    charges = [charge for one in found for charge in reading.charges(one)]
    return answer_of(case, charges, outcome=reading.said.outcome, notes=reading.said.notes)


class _Reading:
    """Gathers what the resources of one answer say."""

    def __init__(self, resources: Resources, case: Case, settings: AnswerSettings) -> None:
        self._resources, self._case, self._settings = resources, case, settings
        self._sessions = {encounter_id(case.id, place): one.id for place, one in enumerate(case.sessions)}
        self.said = _Said()

    def charges(self, resource: Document) -> Iterator[Charge]:
        """The charges of a resource; what it says beside is kept in `said`."""
        kind, status = resource["resourceType"], words(resource.get("status"))
        if kind == "OperationOutcome":
            self._refused(resource)
        elif status in _VOID:
            self.said.notes.append(f"a {kind} of status {status}: passed over")
        elif kind == "ChargeItem":
            yield self._charge_item(resource)
        elif kind == "Claim":
            yield from self._items(resource.get("item"), "Claim.item")
        else:
            self._responded(resource)
            yield from self._items(resource.get("addItem"), "ClaimResponse.addItem")

    def _refused(self, resource: Document) -> None:
        issue = first(resource.get("issue"))
        code = words(issue.get("code"))
        if code not in ISSUES:
            known = ", ".join(f"{name} ({outcome})" for name, outcome in ISSUES.items())
            raise Unreadable(f"OperationOutcome.issue[0].code {code[:SHOWN]!r} is no answer: use {known}", self._case.id)
        self.said.outcome = ISSUES[code]
        self._note(words(issue.get("diagnostics")) or text_of(issue.get("details")))

    def _responded(self, resource: Document) -> None:
        outcome = words(resource.get("outcome"))
        if outcome not in RESPONSES:
            raise Unreadable(f"ClaimResponse.outcome {outcome[:SHOWN]!r} is none of {', '.join(RESPONSES)}", self._case.id)
        if RESPONSES[outcome] != "coded":
            self.said.outcome = RESPONSES[outcome]
        self._note(words(resource.get("disposition")))

    def _note(self, said: str) -> None:
        if said:
            self.said.notes.append(said[:500])

    def _items(self, items: object, where: str) -> Iterator[Charge]:
        for place, item in enumerate(dicts(items)):
            at = f"{where}[{place}]"
            code, modifiers = self._code(item.get("productOrService"), f"{at}.productOrService")
            more = [self._modifier(concept, f"{at}.modifier") for concept in dicts(item.get("modifier"))]
            when = item.get("servicedDate") or _start(item.get("servicedPeriod"))
            yield Charge(
                at,
                code,
                (*modifiers, *(one for one in more if one not in modifiers)),
                self._units(item.get("quantity"), at),
                session=self._session(item.get("encounter"), at),
                when=self._when(when, at),
            )

    def _charge_item(self, item: Document) -> Charge:
        at = f"ChargeItem {words(item.get('id'))[:SHOWN]}".rstrip()
        code, modifiers = self._code(item.get("code"), f"{at}: code")
        more = [self._checked(words(value), f"{at}: {MODIFIER}") for value in every(item, MODIFIER)]
        when = item.get("occurrenceDateTime") or _start(item.get("occurrencePeriod"))
        return Charge(
            at,
            code,
            (*modifiers, *(one for one in more if one not in modifiers)),
            self._units(item.get("quantity"), at),
            session=self._session(item.get("context"), at),
            when=self._when(when, at),
            payment="bundled" if item.get("status") == "not-billable" else "separate",
        )

    def _code(self, concept: object, where: str) -> tuple[str, tuple[str, ...]]:
        listed = dicts(concept.get("coding")) if isinstance(concept, dict) else []
        standard = [words(one.get("code")) for one in listed if one.get("system") in (CPT, HCPCS)]
        found = code_of([*standard, *codes_of(concept), text_of(concept)], self._settings)
        if found is None:
            shown = next(iter((*codes_of(concept), text_of(concept))), "")[:SHOWN]
            raise Unreadable(
                f"{where} holds no CPT or HCPCS code but {shown!r}: write one, or say in [answers.codes] what it stands for, "
                f'or "{OTHER_FAMILY}" where it is another family\'s',
                self._case.id,
            )
        return found

    def _modifier(self, concept: Document, where: str) -> str:
        return self._checked(next(iter((*codes_of(concept), text_of(concept))), ""), where)

    def _checked(self, text: str, where: str) -> str:
        if not is_modifier(text.upper()):
            raise Unreadable(f"{where} {text[:SHOWN]!r} is not a modifier: two letters or digits", self._case.id)
        return text.upper()

    def _units(self, quantity: object, where: str) -> int:
        value = quantity.get("value") if isinstance(quantity, dict) else 1
        whole = int(value) if isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value <= 999 else 0
        if whole != value:
            raise Unreadable(f"{where}: quantity {str(value)[:SHOWN]} is not a number of units from 1 to 999", self._case.id)
        return whole

    def _session(self, encounter: object, where: str) -> str:
        """The session that an Encounter is, by its address, its id or the session's own name."""
        named = encounter if isinstance(encounter, dict) else first(encounter)
        if not named:
            return ""
        address = words(named.get("reference")).removeprefix("urn:uuid:").removeprefix("Encounter/")
        ids = {one.id for one in self._case.sessions}
        session = self._sessions.get(address) or next((name for name in identifiers(named) if name in ids), "")
        if not session:
            shown = (address or "without a reference")[:SHOWN]
            raise Unreadable(f"{where}: the Encounter {shown!r} is none of the question's", self._case.id)
        return session

    def _when(self, value: object, where: str) -> Moment | None:
        """The day, and the time where the value says one; an offset is passed over."""
        if value is None:
            return None
        found = moment(words(value)[:16].replace("T", " "), "mdy")
        if found is None:
            raise Unreadable(f"{where}: {str(value)[:SHOWN]!r} is not a date", self._case.id)
        return found


def _start(period: object) -> object:
    return period.get("start") if isinstance(period, dict) else None
