"""A treatment coded: as it is supposed where facts are missing, and by each missing fact what else it may come to."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from rtconform.formats.identity import Identity
from rtconform.formats.treatments import Fact, Treatment, laid_over
from rtconform.jobs.treatments import suppositions
from rtconform.jobs.treatments.beside import checked, entry_for
from rtconform.jobs.treatments.files import TreatmentFiles
from rtconform.jobs.treatments.suppositions import Document, Open, changed
from rtconform.reference.coder.coder import code
from rtconform.reference.codes import notation
from rtconform.reference.documents.coding import Coding
from rtconform.reference.documents.treatment import Case
from rtconform.reference.errors import DocumentError, Fault

MOST_COMBINED = 4000
"""How many combinations of what is missing are tried, those with the fewest facts otherwise than supposed first; more only where
each fact alone needs more.
"""

SUPPOSED_DAY = "2026-01-05"
_NOT_OF_A_CASE = ("uid", "techniques", "supposed_beams", "settled", "groups")
"""What a reader says of a plan or session beside the fields of a case."""

_OF_SESSION = re.compile(r"sessions\[(\d+)\]")

_NOBODY = {"id": "PATIENT", "birth_date": "1900-01-01", "sex": "unknown"}


@dataclass(frozen=True)
class Need:
    """A missing fact on which the codes depend. `choices`: what it may be, with the codes then; the first is supposed.

    `where`: what else must be otherwise than supposed for it to matter.
    """

    path: str
    choices: tuple[tuple[str, str], ...]
    where: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodedDay:
    """One day of a treatment, coded. `idle`: missing facts on which nothing depends."""

    case: Case
    coding: Coding
    facts: tuple[Fact, ...]
    needs: tuple[Need, ...]
    idle: tuple[str, ...]
    notes: tuple[str, ...]


def coded_days(files: TreatmentFiles, *, keep_identity: bool = False) -> Iterator[CodedDay]:
    """Each day of the treatment, coded. Raises DocumentError where the JSON beside is wrong."""
    treatment = files.treatment
    if not keep_identity:
        treatment = replace(treatment, plans=tuple(_named_without(plan, files.identity) for plan in treatment.plans))
    beside = checked(files.beside, files.beside_file)
    patient = files.patient if keep_identity else _NOBODY
    days: dict[str, dict[int, Document]] = {}
    for place, session in enumerate(treatment.sessions, 1):
        day = treatment.billing.get("date_of_service") or str(session.get("started_at", ""))[:10]
        days.setdefault(str(day), {})[place] = session
    for date, numbered in (days or {"": {}}).items():
        following = min(
            (str(one.get("started_at", "")) for day, later in days.items() if day > date for one in later.values()), default=None
        )
        sessions = [*numbered.values()]
        of_day = replace(treatment, facts=tuple(_facts_of(treatment.facts, [*numbered])))
        yield _Day(of_day, beside, files.beside_file, patient, date, sessions, following).coded()


def _facts_of(facts: tuple[Fact, ...], numbers: list[int]) -> Iterator[Fact]:
    """The facts of one day: of its sessions only, under the numbers that these have in its case."""
    for fact in facts:
        found = _OF_SESSION.match(fact.path)
        if found is None:
            yield fact
        elif (number := int(found[1])) in numbers:
            yield replace(fact, path=f"sessions[{numbers.index(number) + 1}]{fact.path[found.end() :]}")


def _named_without(plan: Document, identity: Identity) -> Document:
    """A plan in which no name that a person chose says who the patient is."""
    hidden = {name: identity.without(plan[name]) for name in ("label", "site")}
    volumes = {name: [identity.without(one) for one in plan["planning"].get(name, [])] for name in ("targets", "organs_at_risk")}
    kept = {name: volumes[name] for name in volumes if name in plan["planning"]}
    return {**plan, **hidden, "planning": {**plan["planning"], **kept}}


class _Day:
    """Puts one day together: what objects say, what the JSON beside says, and what is supposed."""

    def __init__(
        self,
        treatment: Treatment,
        beside: Document,
        beside_file: str,
        patient: Document,
        date: str,
        sessions: list[Document],
        following: str | None,
    ) -> None:
        self._treatment, self._beside, self._file = treatment, beside, beside_file
        self._following = following
        self._facts = [*treatment.facts]
        self._open: list[Open] = []
        self._case: Document = {
            "schema": "rtconform.case/1",
            "id": "treatment",
            "patient": patient,
            "billing": self._billing(date),
            "isocenters": [dict(one) for one in treatment.isocenters],
        }
        self._case["plans"] = [self._plan(place, plan) for place, plan in enumerate(treatment.plans)]
        known = sessions or [self._supposed_session()]
        self._case["sessions"] = [self._session(place, one) for place, one in enumerate(known)]

    def coded(self) -> CodedDay:
        """The day, coded in every way that the missing facts leave."""
        codes = self._every()
        coding = code(case := self._as_chosen((0,) * len(self._open)))
        needs, idle = [], []
        for at, one in enumerate(self._open):
            need = self._need(at, codes)
            if need is None:
                idle.append(one.path)
            else:
                needs.append(need)
        return CodedDay(case, coding, tuple(self._facts), tuple(needs), tuple(idle), self._treatment.notes)

    def _every(self) -> dict[tuple[int, ...], str]:
        """The codes by what is chosen of each missing fact: as supposed, with each other choice of one fact, of two, …"""
        alone = sum(len(one.choices) - 1 for one in self._open)
        first = itertools.islice(self._fewest_first(), max(MOST_COMBINED, 1 + alone))
        return {chosen: in_words(code(self._as_chosen(chosen))) for chosen in first}

    def _fewest_first(self) -> Iterator[tuple[int, ...]]:
        places = range(len(self._open))
        for number in range(len(self._open) + 1):
            for otherwise in itertools.combinations(places, number):
                for choices in itertools.product(*(range(1, len(self._open[place].choices)) for place in otherwise)):
                    chosen = dict(zip(otherwise, choices, strict=True))
                    yield tuple(chosen.get(place, 0) for place in places)

    def _as_chosen(self, chosen: tuple[int, ...]) -> Case:
        return self._decoded(changed(self._case, [one.choices[at][1] for one, at in zip(self._open, chosen, strict=True)]))

    def _need(self, at: int, codes: dict[tuple[int, ...], str]) -> Need | None:
        """Whether the codes depend on a missing fact: shown with as little as possible of the rest otherwise than supposed."""
        others: dict[tuple[int, ...], dict[int, str]] = {}
        for chosen, words in codes.items():
            others.setdefault((*chosen[:at], 0, *chosen[at + 1 :]), {})[chosen[at]] = words
        deciding = [chosen for chosen, by_choice in others.items() if len(set(by_choice.values())) > 1]
        if not deciding:
            return None
        nearest = min(deciding, key=lambda chosen: (sum(place > 0 for place in chosen), chosen))
        where = [f"{one.path}: {one.choices[place][0]}" for one, place in zip(self._open, nearest, strict=True) if place]
        choices = self._open[at].choices
        return Need(
            self._open[at].path,
            tuple((choices[place][0], words) for place, words in sorted(others[nearest].items())),
            tuple(where),
        )

    def _decoded(self, document: Document) -> Case:
        try:
            return msgspec.convert(document, Case)
        except msgspec.ValidationError as error:
            what, _, path = str(error).partition(" - at ")
            fault = Fault(what[:200], path.strip("`") or "$")
            raise DocumentError(
                self._file or "what the objects say", None, (fault,), "correct the JSON beside the objects"
            ) from None

    def _billing(self, date: str) -> Document:
        said = {**self._treatment.billing, **self._beside.get("billing", {})}
        if "claim" not in said or "setting" not in said:
            self._open.append(suppositions.whose_claim())
            self._add("billing.claim", "missing", "", "no object says whose claim is coded")
        elif "billing" in self._beside:
            self._add("billing.claim", "read", f"{said['claim']} ({said['setting']})", "", where=self._file)
        if "date_of_service" not in said and not date:
            self._open.append(suppositions.day(SUPPOSED_DAY))
            self._add("billing.date_of_service", "missing", "", "no treatment record says when it was")
        supposed = {"date_of_service": date or SUPPOSED_DAY, "setting": "hospital_outpatient", "claim": "facility"}
        return supposed | said

    def _plan(self, place: int, plan: Document) -> Document:
        said = entry_for(self._beside.get("plans", []), plan)
        joined = laid_over({name: value for name, value in plan.items() if name not in _NOT_OF_A_CASE}, said)
        joined["id"] = plan["id"]
        if "technique" in said:
            self._add(f"plans[{place + 1}].technique", "read", str(said["technique"]), "", where=self._file)
        elif plan.get("techniques"):
            self._open.append(suppositions.technique(place, plan["techniques"]))
        else:
            joined.setdefault("technique", "unknown")
        lacking = [
            name
            for name in ("volumetric_imaging", "targets", "organs_at_risk", "dvh_evaluated")
            if name not in joined["planning"]
        ]
        if lacking:
            self._open.append(suppositions.planning(place, lacking))
        if plan.get("supposed_beams"):
            self._open.append(suppositions.isocenters(place))
        for beam in joined["beams"]:
            if beam.get("isocenter") == "none":
                self._open.append(suppositions.isocenter(beam["id"]))
        return joined

    def _supposed_session(self) -> Document:
        """A day on which what is planned was delivered: what a plan without a record leaves to suppose."""
        ways = self._ways_to_deliver()
        words, beams = ways[0]
        what = "every treatment beam" if len(ways) == 1 else words
        note = f"no treatment record is among the files: {what} is supposed delivered in one session"
        self._add("sessions", "missing", "", note)
        if len(ways) > 1:
            self._open.append(suppositions.delivered(ways))
        date = self._case["billing"]["date_of_service"]
        return {"uid": "", "id": "S1", "started_at": f"{date}T09:00:00", "beams_delivered": beams, "guidance": []}

    def _ways_to_deliver(self) -> list[tuple[str, list[str]]]:
        """What may have been delivered in one session, the likeliest first: a fraction group of each plan, or one alone."""
        first: list[str] = []
        alone: list[tuple[str, list[str]]] = []
        for said, plan in zip(self._treatment.plans, self._case["plans"], strict=True):
            groups = said.get("groups") or [[beam["id"] for beam in plan["beams"]]]
            first += groups[0]
            named = [(f"fraction group {number} of plan {plan['id']}", group) for number, group in enumerate(groups, 1)]
            alone += named if len(groups) > 1 else [(f"plan {plan['id']}", groups[0])]
        if len(alone) < 2:
            return [("", first)]
        if len(self._treatment.plans) == 1:
            return alone[: suppositions.MOST_WAYS]
        several = any(len(plan.get("groups") or ()) > 1 for plan in self._treatment.plans)
        every = "the first fraction group of each plan" if several else "each plan"
        return [(every, first), *alone][: suppositions.MOST_WAYS]

    def _session(self, place: int, session: Document) -> Document:
        said = entry_for(self._beside.get("sessions", []), session)
        joined = laid_over({name: value for name, value in session.items() if name not in _NOT_OF_A_CASE}, said)
        settled = {*said, *session.get("settled", ())}
        joined.setdefault("started_at", f"{self._case['billing']['date_of_service']}T09:00:00")
        number = place + 1
        for name in ("motion", "guidance", "physician_review", "next_session_at"):
            if name in said:
                self._add(f"sessions[{number}].{name}", "read", "", "", where=self._file)
        motion = session.get("motion")
        if "motion" not in settled and not (motion and (motion["beam_hold"] or motion["method"] == "none")):
            self._open.append(suppositions.motion(place, motion["method"] if motion else ""))
        if "guidance" not in settled:
            self._open.append(suppositions.purpose(place) if session.get("guidance") else suppositions.guidance(place))
        if "physician_review" not in settled and not session.get("physician_review"):
            self._open.append(suppositions.approval(place))
        elif (
            "next_session_at" not in settled
            and not joined.get("next_session_at")
            and (joined.get("physician_review") or {}).get("approved_at")
        ):
            if self._following is not None:
                joined["next_session_at"] = self._following
                self._add(f"sessions[{number}].next_session_at", "derived", self._following, "the next record among the files")
            else:
                self._open.append(suppositions.next_session(place))
        return joined

    def _add(self, path: str, how: Any, value: str, note: str, where: str = "") -> None:  # noqa: ANN401 - one of three words
        """A fact; what the JSON beside says takes the place of what the objects lack."""
        self._facts = [fact for fact in self._facts if not (fact.path == path and how == "read")]
        self._facts.append(Fact(path, how, value, where, note))


def in_words(coding: Coding) -> str:
    """What is billed, in a few words."""
    lines = [f"{line.session} {notation(line.code, line.modifiers)}" for line in coding.lines]
    return ", ".join(lines) if lines else "no line" if coding.outcome == "coded" else coding.outcome
