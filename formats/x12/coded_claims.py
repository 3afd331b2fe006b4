"""A coder's answer in X12: the 837 claims that it makes of a case, or an 824 that says that it makes none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rtconform.formats.charges.charge import Charge, Moment, answer_of, named_session, nothing
from rtconform.formats.messages import Field, Unreadable, refuse_longer
from rtconform.formats.settings import AnswerSettings
from rtconform.formats.x12.claim_building import ClaimRead
from rtconform.formats.x12.claim_reader import read_claims
from rtconform.formats.x12.nesting import Nesting
from rtconform.formats.x12.segments import Segment, segments_of
from rtconform.formats.x12.vocabulary import SERVICE_QUALIFIERS
from rtconform.reference.documents.coding import Answer, Outcome
from rtconform.reference.documents.treatment import Case

ADVICE: dict[str, Outcome] = {"TA": "coded", "TE": "needs_review", "TR": "needs_review"}
"""OTI01 of an 824: what an application says of a case that it makes no claim of."""

FIELDS = (
    Field("ISA", "the separators"),
    Field("CLM01", "the case's id, as it was sent; claims of other cases are passed over"),
    Field("CLM05-3", "the frequency: 7 replaces the claims before it, 8 voids them"),
    Field("SV101, SV202", "the service: qualifier HC, the code, up to four modifiers"),
    Field("SV104, SV205", "the number of units"),
    Field("REF*6R", "the session: its id, alone or after the case's id and a dot; NTE*ADD*SESSION says the same"),
    Field("DTP*472", "where no session is named: the day of the service"),
    Field("OTI01", "of an 824, where no claim is made: TA for nothing to bill, TR or TE for needs_review"),
    Field("OTI03", "of an 824: the case's id, as it was sent"),
    Field("SE01", "the number of segments; a wrong one makes the answer invalid"),
)
"""The elements that are read, in the order of a message."""

REPLACES, VOIDS = "7", "8"
"""CLM05-3: the claim takes the place of those before it, or takes them back."""


@dataclass
class _Said:
    """What an answer says beside its claims: for each case of an 824, its outcome; `names`: whom it is about, so far."""

    advice: dict[str, Outcome] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


def read_coded_claims(document: bytes, case: Case, settings: AnswerSettings) -> Answer:
    """The answer that claims are to `case`. Raises Unreadable, with the segment at fault."""
    refuse_longer(document)
    if not document.strip():
        return nothing(case, settings)
    said = _Said()
    reads = [read for read in read_claims(_within(document, said)) if read.name]
    about = [read for read in reads if read.name == case.id]
    advised = said.advice.get(case.id, said.advice.get(""))
    if not about and advised is None:
        other = next(iter((*(read.name for read in reads), *said.advice)), None)
        found = f"is about {other[:40]!r}" if other else "names no claim"
        raise Unreadable(f"the message {found}, but {case.id!r} was asked", other)
    charges: list[Charge] = []
    notes: list[str] = []
    for read in about:
        if read.frequency in (REPLACES, VOIDS):
            charges.clear()
        if read.frequency != VOIDS:
            charges += _charges(read, case, notes)
    return answer_of(case, charges, outcome=advised, notes=notes)


def names_in_claims(document: bytes, settings: AnswerSettings) -> Iterable[str]:
    """The cases that a message speaks of, as far as it can be read. Raises Unreadable where it names none."""
    del settings
    said, names = _Said(), dict[str, None]()
    fault: Unreadable | None = None
    try:
        for read in read_claims(_within(document, said)):
            names[read.name] = None
    except Unreadable as why:
        fault = why
    names |= dict.fromkeys((*said.names, *said.advice))
    names.pop("", None)
    if not names:
        raise fault or Unreadable("the message names no claim (CLM01)")
    return names


def _within(document: bytes, said: _Said) -> Iterator[Segment]:
    """The segments of the 837s of a message; what an 824 says is kept in `said`. Raises Unreadable where one is damaged."""
    nesting = Nesting(("837", "824"), "an 837 or 824")
    for segment in segments_of(document):
        name = said.names[0] if said.names else None
        if segment.fault and (segment.position > 1 or segment.name == "ISA"):
            raise Unreadable(f"{segment} {segment.fault}", name)
        nesting.take(segment, name)
        if segment.name == "CLM":
            said.names.append(segment.get(1))
        if nesting.transaction != "824":
            yield segment
        elif segment.name == "OTI":
            _advised(segment, said)
    nesting.finish(said.names[0] if said.names else None)


def _advised(segment: Segment, said: _Said) -> None:
    outcome, name = ADVICE.get(segment.get(1)), segment.get(3)
    if outcome is None:
        raise Unreadable(f"{segment}: an 824 says {' or '.join(ADVICE)} in OTI01", name or None)
    said.advice[name] = outcome


def _charges(read: ClaimRead, case: Case, notes: list[str]) -> Iterator[Charge]:
    for line in read.outside:
        if line.service.startswith(SERVICE_QUALIFIERS):
            raise Unreadable(f"claim {read.name[:40]!r}, line {line.number}: {line.why}", case.id)
        notes.append(f"line {line.number}: {line.why}: passed over")
    if read.claim is None:
        if not read.outside:
            advice = "where nothing is billed, send an 824 with OTI*TA, or nothing ([answers] empty)"
            raise Unreadable(f"segment {read.position} (CLM): the claim has no service line; {advice}", case.id)
        return
    for one in read.claim.lines:
        control = read.controls.get(one.number, "")
        session = named_session(control, case) or (one.session or "")
        yield Charge(f"line {one.number}", one.code, one.modifiers, one.units, session=session, when=Moment(one.date_of_service))
