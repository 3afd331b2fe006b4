"""Resources of one patient, of any system, read as a treatment: what they say of a case, and where each fact was read.

CodeX RT and mCODE speak of plans, phases and courses, planned, prescribed and treated. The finest level that is there is taken.
Our own extensions are read too, so a Bundle of ours is read whole.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.bundles import Document, Resources, codes_of, dicts, extensions, identifiers, words
from rtconform.formats.fhir.case_reader import read_billing, read_isocenters, read_plan, reference_of
from rtconform.formats.fhir.extensions import PLANNING
from rtconform.formats.fhir.levels import finest
from rtconform.formats.fhir.session_reader import fractions_in, local, motion_in, read_fractions, read_guidance, read_sessions
from rtconform.formats.fhir.techniques import techniques_of
from rtconform.formats.treatments import Fact, How, Treatment

_APART = dt.timedelta(minutes=90)
"""Fractions without an Encounter that began further apart than this were different sessions."""

_EVIDENCE = ("volumetric_imaging", "targets", "organs_at_risk", "dvh_evaluated")
_SETTLED = ("motion", "guidance", "physician_review", "next_session_at")


def read_resources(resources: Resources, files: Mapping[int, str]) -> Treatment:
    """The treatment that resources of one patient are about. `files`: in which file each stands, by its `id()`."""
    return _Reading(resources, files).treatment()


class _Reading:
    """Gathers facts and notes while resources are read."""

    def __init__(self, resources: Resources, files: Mapping[int, str]) -> None:
        self._resources, self._files = resources, files
        self._facts: list[Fact] = []
        self._notes: list[str] = []
        self._level, self._planned = finest(resources.every(), kept=_treated_by(resources))
        self._plans: list[Document] = []

    def treatment(self) -> Treatment:
        """Everything that was read."""
        isocenters = read_isocenters(self._resources)
        for one in isocenters:
            self._add(f"isocenters[{one['id']}]", "read", ", ".join(map(str, one["position_mm"])), "", "extension rt-isocenter")
        if self._level is not None and self._level.words != "treatment plan":
            self._notes.append(f"no treatment plan is among the resources: each {self._level.words} is read as one")
        self._plans = [self._plan(place, one) for place, one in enumerate(self._planned, 1)]
        if any(plan.get("supposed_beams") for plan in self._plans):
            isocenters = [*isocenters, {"id": "ISO", "position_mm": [0.0, 0.0, 0.0]}]
        sessions = [self._session(place, one) for place, one in enumerate(self._sessions(), 1)]
        billing = dict(read_billing(self._resources))
        for name in ("claim", "setting", "date_of_service"):
            if name in billing:
                self._add(f"billing.{name}", "read", str(billing[name]), "", "Account")
        case_id = next(identifiers(self._resources.top, codes.CASE), "")
        return Treatment(
            tuple(self._plans), tuple(sessions), tuple(isocenters), tuple(self._facts), tuple(self._notes), billing, case_id
        )

    def _plan(self, place: int, found: Document) -> Document:
        path = f"plans[{place}]"
        document = read_plan(self._resources, found, place)
        document["id"] = next(identifiers(found, codes.PLAN), f"P{place}")
        document.pop("modality", None)
        said = document.pop("technique", "")
        found_words = techniques_of(found, said)
        radiation, techniques = found_words.radiation, list(found_words.words)
        where = self._at(found, "extension(mcode-radiotherapy-modality-and-technique)")
        how: How = "missing" if not found_words.said else "read" if len(techniques) == 1 else "derived"
        self._add(f"{path}.technique", how, techniques[0] if found_words.said else "", where, found_words.note)
        document["technique"] = techniques[0]
        if len(techniques) > 1:
            document["techniques"] = techniques
        if document["beams"]:
            self._add(f"{path}.beams", "read", str(len(document["beams"])), self._at(found, "extension(rt-beam)"))
        else:
            document["beams"] = [{"id": f"{document['id']}.1", "radiation": radiation or "photon", "isocenter": "ISO"}]
            document["supposed_beams"] = True
            note = f"neither beams nor isocenters are said; one beam of {radiation or 'photon'}s is supposed"
            self._add(f"{path}.beams", "missing", "", self._at(found, ""), note)
        for name in ("intent", "diagnosis", "fractions", "dose_gy", "site"):
            if document.get(name) not in (None, ""):
                self._add(f"{path}.{name}", "read", str(document[name]), self._at(found, _element(found, name)))
        self._evidence(path, found, document)
        return document

    def _evidence(self, path: str, found: Document, document: Document) -> None:
        """The evidence of planning; a key stays absent where no resource says it."""
        planning = document["planning"]
        ours = bool(extensions(found, PLANNING))
        if ours:
            planning.setdefault("targets", [])
        for name in _EVIDENCE:
            element = _dose_element(found) if name == "targets" else "extension(rt-planning)"
            if name in planning:
                value = planning[name]
                shown = str(len(value)) if isinstance(value, list) else str(value or "none")
                self._add(f"{path}.planning.{name}", "read", shown, self._at(found, element))
            else:
                self._add(f"{path}.planning.{name}", "missing", "", "", "no resource says it: CodeX RT has no place for it")

    def _sessions(self) -> list[Document]:
        """Sessions by Encounter; else by fraction; else the first day of what was treated; none where nobody says a day."""
        found = read_sessions(self._resources)
        if found:
            return found
        fractions = sorted(fractions_in(self._resources), key=_began)
        grouped: list[list[Document]] = []
        for one in fractions:
            if not grouped or _apart(grouped[-1][-1], one):
                grouped.append([])
            grouped[-1].append(one)
        if grouped:
            return [
                {
                    "uid": reference_of(group[0]),
                    "id": f"S{place}",
                    "started_at": _began(group[0]) or None,
                    **read_fractions(group),
                }
                for place, group in enumerate(grouped, 1)
            ]
        level, treated = finest(self._resources.every(), treated=True)
        days: dict[str, list[Document]] = {}
        for one in treated:
            if began := _began(one):
                days.setdefault(began[:10], []).append(one)
        for day in days:
            words_of = level.words if level else ""
            self._notes.append(f"only the first day of each {words_of} is said, not that of its other fractions: {day} is coded")
        return [
            {
                "uid": reference_of(group[0]),
                "id": f"S{place}",
                "started_at": min(map(_began, group)),
                "plans": [{"reference": reference_of(one)} for one in group]
                + [based for one in group for based in dicts(one.get("basedOn"))],
            }
            for place, (_, group) in enumerate(sorted(days.items()), 1)
        ]

    def _session(self, place: int, session: Document) -> Document:
        path = f"sessions[{place}]"
        where = session["uid"]
        if not session.get("started_at"):
            session.pop("started_at", None)
            self._add(f"{path}.started_at", "missing", "", where, "no resource says when it was")
        else:
            self._add(f"{path}.started_at", "read", str(session["started_at"]), f"{where}, period")
        if session.pop("ours", False):
            session["settled"] = list(_SETTLED)
            self._add(f"{path}.beams_delivered", "read", str(len(session["beams_delivered"])), f"{where}.extension(rt-session)")
            for name in ("motion", "guidance"):
                self._add(f"{path}.{name}", "read", "" if session.get(name) else "none", f"{where}.extension(rt-session)")
        else:
            self._as_codex(path, session, where)
        if session.get("physician_review"):
            self._add(f"{path}.physician_review", "read", str(session["physician_review"]["approved_at"]), "DiagnosticReport")
        if session.get("next_session_at"):
            self._add(f"{path}.next_session_at", "read", str(session["next_session_at"]), "Appointment.start")
        return session

    def _as_codex(self, path: str, session: Document, where: str) -> None:
        """What was delivered, how motion was managed and by what the patient was guided, as CodeX RT says it."""
        named = [self._resources.named(one) for one in session.pop("plans", [])]
        treated = [plan for plan in self._plans if any(reference_of(one) == plan["uid"] for one in named)]
        delivered = treated or self._plans
        note = "" if treated else "which plan was treated is not said: each is supposed"
        session["beams_delivered"] = [beam["id"] for plan in delivered for beam in plan["beams"]]
        how: How = "derived" if treated else "missing"
        value = ", ".join(plan["id"] for plan in delivered)
        self._add(f"{path}.beams_delivered", how, value, f"{where}.basedOn", note)
        from_plan = [one for one in self._planned if any(reference_of(one) == plan["uid"] for plan in delivered)]
        motion, source, how = session.get("motion"), where, "read"
        if not (motion and motion.get("method")):
            planned = next((one for one in (motion_in([one]) for one in from_plan) if one.get("method")), {})
            motion, source, how = {**planned, **(motion or {})}, ", ".join(map(reference_of, from_plan)), "derived"
        if motion and motion.get("method"):
            session["motion"] = {"during_beam": False, "beam_hold": False} | motion
            note = "as planned; that the beam was held is not said" if how == "derived" else "that the beam was held is not said"
            element = "extension(codexrt-radiotherapy-respiratory-motion-management)"
            self._add(f"{path}.motion.method", how, motion["method"], f"{source}.{element}", note)
        else:
            session.pop("motion", None)
            self._add(f"{path}.motion", "missing", "", where, "no resource says how motion was managed, in a code that is known")
        acts, source, how = session.get("guidance") or [], where, "read"
        if not acts:
            acts, source, how = read_guidance(from_plan), ", ".join(map(reference_of, from_plan)), "derived"
        if acts:
            session["guidance"] = acts
            note = "as planned; what the image was for is not said" if how == "derived" else "what the image was for is not said"
            element = "extension(codexrt-image-guided-radiotherapy-modality)"
            value = ", ".join(str(act["method"]) for act in acts)
            self._add(f"{path}.guidance.method", how, value, f"{source}.{element}", note)
        else:
            session["guidance"] = []
            self._add(f"{path}.guidance", "missing", "", where, "no resource says by what the patient was guided")

    def _at(self, resource: Document, element: str) -> str:
        file = self._files.get(id(resource), "")
        return f"{file}: {reference_of(resource)}" + (f".{element}" if element else "")

    def _add(self, path: str, how: How, value: str, where: str, note: str = "") -> None:
        self._facts.append(Fact(path, how, value, where, note))


def _element(found: Document, name: str) -> str:
    """The element of a plan, phase or course that says a fact."""
    if name == "fractions":
        return f"extension({_said(found, codes.FRACTIONS_PLANNED, codes.FRACTIONS_PRESCRIBED)})"
    if name == "dose_gy":
        return f"{_dose_element(found)}.totalDose"
    elements = {"intent": "extension(mcode-procedure-intent)", "diagnosis": "reasonReference or reasonCode", "site": "bodySite"}
    return elements[name]


def _dose_element(found: Document) -> str:
    return f"extension({_said(found, codes.DOSE_TO_VOLUME, codes.DOSE_PRESCRIBED, codes.DOSE_DELIVERED)})"


def _said(found: Document, *urls: str) -> str:
    """The name of the first of these extensions that a resource has; of the first where it has none."""
    return next((url for url in urls if extensions(found, url)), urls[0]).rpartition("/")[2]


def _treated_by(resources: Resources) -> set[int]:
    """The `id()` of every resource that something treated is based on: it counts, though it was revoked afterwards."""
    treated = (one for one in resources.of_type("Procedure") if one.get("status") not in ("entered-in-error", "not-done"))
    return {id(resources.named(based)) for one in treated for based in dicts(one.get("basedOn"))}


def _began(resource: Document) -> str:
    period = resource.get("performedPeriod")
    start: Any = period.get("start") if isinstance(period, dict) else resource.get("performedDateTime")
    return local(start) or (f"{words(start)[:10]}T09:00:00" if len(words(start)) >= len("2026-01-01") else "")


def _apart(one: Document, other: Document) -> bool:
    try:
        return dt.datetime.fromisoformat(_began(other)) - dt.datetime.fromisoformat(_began(one)) > _APART
    except ValueError:
        return _began(one) != _began(other)


def has_radiotherapy(resources: Iterable[Document]) -> bool:
    """Whether any of these speaks of a plan, a phase, a course or a fraction of radiotherapy."""
    found = list(resources)
    return finest(found)[0] is not None or any(codes.FRACTION_CODE in codes_of(one.get("code")) for one in found)
