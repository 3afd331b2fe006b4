"""What no DICOM RT object has a place for, as JSON beside the objects; and objects and companion put together as a case.

The fields are always the same ones, whatever a case says, so that the companion tells nothing by what it lacks:

- `billing`: whose claim it is, where, and who pays.
- Of each plan, by its SOP Instance UID: the technique that is declared, the diagnosis, whether histograms were evaluated, and
  whether the plan was optimised inversely.
- Of each session, by its Treatment Session UID: what it is called, guidance, how motion was managed (but for the beam hold,
  which the record says), the physician's approval, and the next session.
- A session in which no beam was delivered has no record: it stands there whole.
"""

from typing import Any

import msgspec

from rtconform.formats.dicom.writing.objects import export_of
from rtconform.formats.dicom.writing.plans import plan_names
from rtconform.formats.dicom.writing.realism import PLAIN
from rtconform.formats.dicom.writing.records import session_uid
from rtconform.formats.treatments import Treatment, laid_over
from rtconform.reference.documents.treatment import Case, Plan, Session

SCHEMA = "rtconform.companion/1"
FILE = "companion.json"

PLAN_FIELDS = ("technique", "diagnosis")
PLANNING_FIELDS = ("dvh_evaluated", "inverse_optimized")
MOTION_FIELDS = ("method", "monitor", "during_beam", "documentation")
SESSION_FIELDS = ("id", "guidance", "motion", "physician_review", "next_session_at")
BILLING_FIELDS = ("date_of_service", "setting", "claim", "payer")

Document = dict[str, Any]


def companion_of(case: Case) -> Document:
    """The companion of a case's objects."""
    export = export_of(case, PLAIN)
    return {
        "schema": SCHEMA,
        "id": case.id,
        "billing": {name: _plain(getattr(case.billing, name)) for name in BILLING_FIELDS},
        "plans": [_plan(plan, export.uid(*plan_names(place))) for place, plan in enumerate(case.plans)],
        "sessions": [_session(one, session_uid(export, place)) for place, one in enumerate(case.sessions)],
    }


def put_together(treatment: Treatment, companion: Document, patient: Document) -> Case:
    """The case that objects and companion say together. Raises msgspec.ValidationError where they make none.

    Plans and sessions are matched by UID, and stand in the companion's order, as the isocenters do that they use. What the
    companion says counts; what it lacks, the objects say.
    """
    plans = {plan["uid"]: plan for plan in treatment.plans}
    sessions = {session["uid"]: session for session in treatment.sessions}
    named = [plan["uid"] for plan in companion["plans"]]
    used = [beam["isocenter"] for uid in named for beam in plans.get(uid, {}).get("beams", ())]
    document = {
        "schema": "rtconform.case/1",
        "id": companion["id"],
        "patient": patient,
        "billing": companion["billing"],
        "isocenters": sorted(treatment.isocenters, key=lambda one: used.index(one["id"]) if one["id"] in used else len(used)),
        "plans": [laid_over(plans.get(plan["uid"], {}), plan) for plan in companion["plans"]],
        "sessions": [laid_over(sessions.get(session["uid"], {}), session) for session in companion["sessions"]],
    }
    return msgspec.convert(document, Case)


def _plan(plan: Plan, uid: str) -> Document:
    return {
        "uid": uid,
        **{name: getattr(plan, name) for name in PLAN_FIELDS},
        "planning": {name: getattr(plan.planning, name) for name in PLANNING_FIELDS},
    }


def _session(session: Session, uid: str) -> Document:
    if not session.beams_delivered:
        return {"uid": None, **_plain(session)}
    document = {"uid": uid, **{name: _plain(getattr(session, name)) for name in SESSION_FIELDS}}
    if session.motion is not None:
        document["motion"] = {name: _plain(getattr(session.motion, name)) for name in MOTION_FIELDS}
    return document


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever a field holds, as JSON has it
    return msgspec.to_builtins(value)
