"""What can be wrong with a document: the flaws of suite `invalid`, as data.

Each flaw is put into a sound case in which there is something to bill. Every flaw is in a field that a coder has to read, or is
impossible: a coder that reads only its own fields meets it too. Ids stay sound, so that an answer can name
its case, except where the whole document can't be read.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
Path = tuple[str | int, ...]

_BEAM: Path = ("plans", 0, "beams", 0)
_SESSION: Path = ("sessions", 0)
_PLANNING: Path = ("plans", 0, "planning")
_GUIDANCE: Path = (*_SESSION, "guidance", 0)
_GUIDED: Mapping[str, str] = {"guidance": "cbct"}
_WATCHED: Mapping[str, str] = {"motion": "gating"}
_HUGE = 100_000


@dataclass(frozen=True)
class Flaw:
    """One flaw: `values` are written where their paths lead, what `missing` leads to is removed; `needs` is what a case must have
    for it; `spoil` then changes the bytes.
    """

    slug: str
    title: str
    values: Mapping[Path, object] = field(default_factory=dict)
    missing: tuple[Path, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    spoil: Callable[[bytes], bytes] | None = None


def _wrong_type(path: Path, value: object, title: str, needs: Mapping[str, str] | None = None) -> Flaw:
    return Flaw(f"type-{_slug(path)}", title, {path: value}, needs=needs or {})


def _missing(path: Path, title: str, needs: Mapping[str, str] | None = None) -> Flaw:
    return Flaw(f"missing-{_slug(path)}", title, missing=(path,), needs=needs or {})


def _unknown(path: Path, value: str, title: str, needs: Mapping[str, str] | None = None) -> Flaw:
    return Flaw(f"unknown-{_slug(path)}", title, {path: value}, needs=needs or {})


def _slug(path: Path) -> str:
    return "-".join(step for step in path if isinstance(step, str)).replace("_", "-")


def _nested(depth: int) -> object:
    value: object = "PTV_5000"
    for _ in range(depth):
        value = [value]
    return value


WRONG_TYPE = (
    _wrong_type(("billing",), "freestanding global", "billing is a string"),
    _wrong_type(("billing", "date_of_service"), 20260309, "the date of service is a number"),
    _wrong_type(("billing", "setting"), None, "the setting is null"),
    _wrong_type(("isocenters",), {"ISO1": [0, 0, 0]}, "isocenters are an object instead of a list"),
    _wrong_type(("isocenters", 0, "position_mm"), ["0", "0", "0"], "an isocenter's coordinates are strings"),
    Flaw("type-two-coordinates", "an isocenter has two coordinates", {("isocenters", 0, "position_mm"): [0.0, 10.0]}),
    _wrong_type(("plans",), "one plan", "plans are a string"),
    _wrong_type(("plans", 0, "technique"), 3, "the technique is a number"),
    _wrong_type(("plans", 0, "beams"), None, "a plan's beams are null"),
    _wrong_type((*_BEAM, "radiation"), ["photon"], "a beam's radiation is a list"),
    _wrong_type((*_BEAM, "isocenter"), {"id": "ISO1"}, "a beam's isocenter is an object instead of an id"),
    _wrong_type(("sessions",), 2, "sessions are a number"),
    _wrong_type((*_SESSION, "started_at"), 540, "the beginning of a session is a number"),
    _wrong_type((*_SESSION, "beams_delivered"), "P1B1", "the delivered beams are a string instead of a list"),
    _wrong_type((*_SESSION, "motion"), "none", "motion management is a string"),
    _wrong_type((*_SESSION, "motion", "during_beam"), "no", "whether motion was monitored during the beam is a word", _WATCHED),
    _wrong_type((*_SESSION, "guidance"), {"method": "cbct"}, "guidance is an object instead of a list"),
    _wrong_type((*_SESSION, "port_images"), "two", "the number of port images is a word"),
    _wrong_type((*_SESSION, "physician_review"), [], "the physician's review is a list"),
    _wrong_type(("isocenters", 0, "id"), 1, "an isocenter's id is a number"),
    _wrong_type((*_BEAM, "id"), 1, "a beam's id is a number"),
    _wrong_type((*_BEAM, "modulation"), 1, "a beam's modulation is a number"),
    _wrong_type(("plans", 0, "planning"), "complete", "planning evidence is a string"),
    _wrong_type((*_PLANNING, "volumetric_imaging"), 1, "volumetric imaging is a number"),
    _wrong_type((*_PLANNING, "targets"), "PTV", "the targets are a string"),
    _wrong_type((*_PLANNING, "organs_at_risk"), 2, "the organs at risk are a number"),
    _wrong_type((*_PLANNING, "dvh_evaluated"), "yes", "whether a DVH was evaluated is a word"),
    _wrong_type((*_PLANNING, "inverse_optimized"), 1, "whether a plan was inverse optimised is a number"),
    _wrong_type((*_GUIDANCE, "method"), 2, "the method of guidance is a number", _GUIDED),
    _wrong_type((*_SESSION, "motion", "method"), 4, "the method of motion management is a number", _WATCHED),
    _wrong_type((*_SESSION, "motion", "beam_hold"), "yes", "whether the beam was held is a word", _WATCHED),
    _wrong_type((*_SESSION, "motion", "documentation"), "complete", "the documentation of motion is a string", _WATCHED),
    *(
        Flaw(
            f"type-documentation-{element.replace('_', '-')}",
            f"documentation of motion says its {element.replace('_', ' ')} by a list",
            {(*_SESSION, "motion", "documentation"): {element: ["yes"]}},
            needs=_WATCHED,
        )
        for element in ("medical_necessity", "system", "thresholds", "monitoring", "beam_rule")
    ),
    Flaw("type-approved-at", "an approval at a number", {(*_SESSION, "physician_review"): {"approved_at": 1740}}),
    _wrong_type((*_SESSION, "next_session_at"), 20260310, "the next session is at a number"),
)

MISSING = (
    _missing(("billing",), "no billing"),
    _missing(("billing", "date_of_service"), "no date of service"),
    _missing(("billing", "setting"), "no setting"),
    _missing(("billing", "claim"), "nobody's claim"),
    _missing(("isocenters",), "no isocenters"),
    _missing(("isocenters", 0, "id"), "an isocenter without an id"),
    _missing(("isocenters", 0, "position_mm"), "an isocenter without a position"),
    _missing(("plans",), "no plans"),
    _missing(("plans", 0, "technique"), "a plan without a technique"),
    _missing(("plans", 0, "beams"), "a plan without beams"),
    _missing((*_BEAM, "id"), "a beam without an id"),
    _missing((*_BEAM, "radiation"), "a beam of no radiation"),
    _missing((*_BEAM, "isocenter"), "a beam at no isocenter"),
    _missing(("sessions",), "no sessions"),
    _missing((*_SESSION, "started_at"), "a session without a beginning"),
    _missing((*_SESSION, "motion", "method"), "motion management by no method", _WATCHED),
    _missing((*_GUIDANCE, "method"), "guidance by no method", _GUIDED),
    _missing((*_GUIDANCE, "purpose"), "guidance for no purpose", _GUIDED),
)

UNKNOWN = (
    _unknown(("schema",), "rtconform.case/99", "a version of the format that does not exist"),
    _unknown(("billing", "setting"), "veterinary_clinic", "an unknown setting"),
    _unknown(("billing", "claim"), "patient", "an unknown kind of claim"),
    _unknown(("plans", 0, "technique"), "phase_conjugate", "an unknown technique"),
    _unknown((*_BEAM, "radiation"), "muon", "an unknown radiation"),
    _unknown((*_SESSION, "motion", "method"), "hypnosis", "an unknown method of motion management", _WATCHED),
    _unknown((*_SESSION, "motion", "monitor"), "stethoscope", "an unknown monitor", _WATCHED),
    _unknown((*_GUIDANCE, "method"), "thermography", "an unknown method of guidance", _GUIDED),
    _unknown((*_GUIDANCE, "purpose"), "training", "an unknown purpose of guidance", _GUIDED),
    _unknown((*_GUIDANCE, "timing"), "afterwards", "an unknown time of guidance", _GUIDED),
)

DANGLING = (
    Flaw("dangling-isocenter", "a beam at an isocenter that the case lacks", {(*_BEAM, "isocenter"): "ISO-NOWHERE"}),
    Flaw("dangling-no-isocenter-at-all", "beams at isocenters of which the case has none", {("isocenters",): []}),
    Flaw("dangling-delivered-beam", "a beam delivered that no plan has", {(*_SESSION, "beams_delivered"): ["P9B9"]}),
    Flaw("dangling-no-beams", "beams delivered of a plan without beams", {("plans",): []}),
    Flaw("dangling-many", "fifty thousand beams delivered that no plan has",
         {(*_SESSION, "beams_delivered"): [f"X{number}" for number in range(50_000)]}),
)  # fmt: skip

IMPOSSIBLE = (
    Flaw("impossible-negative-dose", "a negative dose", {("plans", 0, "dose_gy"): -2.0}),
    Flaw("impossible-no-fractions", "a plan of no fractions", {("plans", 0, "fractions"): 0}),
    Flaw("impossible-half-fraction", "a session of half a fraction", {(*_SESSION, "fraction"): 2.5}),
    Flaw("impossible-fraction-zero", "fraction number 0", {(*_SESSION, "fraction"): 0}),
    Flaw("impossible-port-images", "less than no port images", {(*_SESSION, "port_images"): -3}),
    Flaw("impossible-angle", "a gantry beyond a full turn", {(*_BEAM, "gantry_start_deg"): 725.0}),
    Flaw("impossible-date", "a date of service that does not exist", {("billing", "date_of_service"): "2026-02-30"}),
    Flaw("impossible-month", "a date of service in a thirteenth month", {("billing", "date_of_service"): "2026-13-09"}),
    Flaw("impossible-date-form", "a date of service as Americans write it", {("billing", "date_of_service"): "03/09/2026"}),
    Flaw("impossible-hour", "a session at half past 25", {(*_SESSION, "started_at"): "2026-03-09T25:30:00"}),
    Flaw("impossible-day", "a session on a day that does not exist", {(*_SESSION, "started_at"): "2026-04-31T09:10:00"}),
    Flaw("impossible-review", "a review at a time that does not exist",
         {(*_SESSION, "physician_review"): {"approved_at": "2026-11-31T10:00:00"}}),
    Flaw("impossible-next-session", "a next session at a time that does not exist",
         {(*_SESSION, "next_session_at"): "2026-04-31T09:10:00"}),
    Flaw("impossible-other-day", "a session on another day than the date of service",
         {(*_SESSION, "started_at"): "2026-12-25T09:10:00"}),
)  # fmt: skip

OVERSIZE = (
    Flaw("oversize-technique", "a technique of a hundred thousand letters", {("plans", 0, "technique"): "vmat" * (_HUGE // 4)}),
    Flaw("oversize-label", "a label of a million characters", {("plans", 0, "label"): "x" * (10 * _HUGE)}),
    Flaw("oversize-payer", "a payer of a hundred thousand characters", {("billing", "payer"): "medicare " * (_HUGE // 9)}),
    Flaw("oversize-nesting", "targets nested five hundred deep", {("plans", 0, "planning"): {"targets": _nested(500)}}),
)

UNREADABLE = (
    Flaw("unreadable-nan", "a position that is not a number", {("isocenters", 0, "position_mm"): [float("nan"), 0.0, 0.0]}),
    Flaw("unreadable-infinity", "an infinite dose", {("plans", 0, "dose_gy"): float("inf")}),
    Flaw("unreadable-truncated", "a document cut in the middle", spoil=lambda document: document[: len(document) // 2]),
    Flaw("unreadable-bytes", "bytes that are not UTF-8", spoil=lambda document: document.replace(b'"photon"', b'"ph\xffton"')),
    Flaw("unreadable-list", "a list instead of an object", spoil=lambda document: b"[" + document + b"]"),
    Flaw("unreadable-text", "no JSON at all", spoil=lambda _: b"ISA*00*          *00*"),
)

FLAWS = (*WRONG_TYPE, *MISSING, *UNKNOWN, *DANGLING, *IMPOSSIBLE, *OVERSIZE, *UNREADABLE)
"""Every flaw."""


def spoilt(document: Document, flaw: Flaw) -> bytes:
    """The document with the flaw, as JSON on one line; `document` is used up."""
    for path, value in flaw.values.items():
        _holder(document, path)[path[-1]] = value
    for path in flaw.missing:
        del _holder(document, path)[path[-1]]
    written = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return flaw.spoil(written) if flaw.spoil else written


def _holder(document: Document, path: Path) -> Any:  # noqa: ANN401 - a part of a document is anything that JSON can be
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    return place
