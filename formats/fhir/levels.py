"""On which level a resource speaks of a treatment: plan, phase or course, as planned, prescribed or treated."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.bundles import Document, codes_of, identifiers, words

_GONE = ("entered-in-error", "revoked", "not-done")
PHASE_CODE = "1222565005"


@dataclass(frozen=True)
class Level:
    """What a resource is. `words`: what it is called in a report; `treated`: it says what was delivered."""

    words: str
    kind: str
    profile: str
    code: str
    prescribed: bool = False
    treated: bool = False


LEVELS = (
    Level("treatment plan", "ServiceRequest", "radiotherapy-treatment-plan", codes.PLAN_CODE),
    Level("plan prescription", "ServiceRequest", "radiotherapy-plan-prescription", codes.PLAN_CODE, prescribed=True),
    Level("planned phase", "ServiceRequest", "radiotherapy-planned-phase", PHASE_CODE),
    Level("phase prescription", "ServiceRequest", "radiotherapy-phase-prescription", PHASE_CODE, prescribed=True),
    Level("treated plan", "Procedure", "radiotherapy-treated-plan", codes.PLAN_CODE, treated=True),
    Level("treated phase", "Procedure", "radiotherapy-treated-phase", PHASE_CODE, treated=True),
    Level("course summary", "Procedure", "radiotherapy-course-summary", codes.COURSE_CODE, treated=True),
    Level("planned course", "ServiceRequest", "radiotherapy-planned-course", codes.COURSE_CODE),
    Level("course prescription", "ServiceRequest", "radiotherapy-course-prescription", codes.COURSE_CODE, prescribed=True),
)
"""From the finest on: what is planned is taken from the first of which there is anything."""


def level_of(resource: Document) -> Level | None:
    """The level that a resource speaks on, by its profile, else by its code and intent; None for any other resource."""
    meta = resource.get("meta")
    named = meta.get("profile") if isinstance(meta, dict) else None
    profiles = [words(one).split("|")[0].rpartition("/")[2] for one in named] if isinstance(named, list) else []
    kind, said = resource.get("resourceType"), codes_of(resource.get("code"))
    of_kind = [one for one in LEVELS if one.kind == kind]
    by_profile = (one for one in of_kind if any(profile.partition("-")[2] == one.profile for profile in profiles))
    prescribed = resource.get("intent") in ("original-order", "order", "proposal")
    by_code = (one for one in of_kind if one.code in said and (one.kind != "ServiceRequest" or one.prescribed == prescribed))
    return next(by_profile, next(by_code, None))


def finest(
    resources: Iterable[Document], *, treated: bool | None = None, kept: Container[int] = ()
) -> tuple[Level | None, list[Document]]:
    """The resources of the finest level of which there are any; of a resource in several versions the newest.

    `treated`: only levels that say, or don't say, what was delivered. `kept`: the `id()` of those that count although they were
    revoked, because something was treated by them.
    """
    found: dict[Level, dict[str, Document]] = {}
    for one in resources:
        level = level_of(one)
        if level is None or treated not in (None, level.treated):
            continue
        if one.get("status") in _GONE and not (one.get("status") == "revoked" and id(one) in kept):
            continue
        name = " ".join(sorted(identifiers(one))) or f"id {one.get('id')}"
        same = found.setdefault(level, {}).get(name)
        if same is None or _updated(same) <= _updated(one):
            found[level][name] = one
    level = next((one for one in LEVELS if one in found), None)
    return level, list(found[level].values()) if level else []


def _updated(resource: Document) -> str:
    meta = resource.get("meta")
    return words(meta.get("lastUpdated")) if isinstance(meta, dict) else ""
