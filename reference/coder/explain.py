"""Says in prose why a session was coded as it was: the reasons of a coding, one sentence each."""

from rtconform.reference.coder.facts import PhotonTechnique, SessionFacts
from rtconform.reference.codes import level

_TECHNIQUE: dict[PhotonTechnique | None, str] = {"2d": "2D", "3d": "3D", "imrt": "IMRT", None: "no photons"}
_MOTION = {
    "none": "no active motion management",
    "observed": "motion watched but the beam was not held by it",
    "active": "motion management controlled the beam",
}
_APPROVAL = {
    "none": "never approved by the physician",
    "early": "approval dated before the session began",
    "in_time": "approved before the next session",
    "late": "not approved before the next session",
}
_NUMBERS = ("no", "one", "two", "three", "four", "five")

DELIVERY_TOLD = frozenset(
    ("session", "beams", "plans", "total_skin", "electrons", "photons", "isocenters", "technique", "motion")
)
GUIDANCE_TOLD = frozenset(("session", "localizing", "monitored", "surface", "setup_images", "port_images", "mv_port", "approval"))
"""The facts that the reasons of a session tell, of its delivery and of its guidance."""


def count(number: int, noun: str) -> str:
    """`2, "isocenter"` as "two isocenters"."""
    word = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{word} {noun}" if number == 1 else f"{word} {noun}s"


def delivery_facts(s: SessionFacts) -> str:
    """What was delivered, as far as it decides the level: "one isocenter, 3D, no active motion management"."""
    if s.beams == 0:
        return "no beam delivered"
    if s.total_skin:
        return "total skin electrons"
    if s.electrons:
        return "photons and electrons" if s.photons else "electrons only"
    parts = [count(s.isocenters, "isocenter"), _TECHNIQUE[s.technique]]
    if s.isocenters == 1:
        parts.append(_MOTION[s.motion])
    if s.plans > 1:
        parts.insert(0, count(s.plans, "plan"))
    return ", ".join(parts)


def guidance_facts(s: SessionFacts) -> str:
    """What guidance there was and whether it was approved, as far as it decides: empty where there was none of any kind."""
    done = list(dict.fromkeys(f"{item.method} localized the target" for item in s.localizing))
    if s.monitored:
        done.append("motion was monitored during the beam")
    if s.surface and not s.localizing:
        done.append("surface guidance set the patient up")
    if s.setup_images and not s.localizing:
        done.append("imaging set the patient up")
    if not done and (s.port_images or s.mv_port):
        return "port images only"
    return f"{' and '.join(done)}, {_APPROVAL[s.approval]}" if done else ""


def delivery_reason(s: SessionFacts, code: str, rules: tuple[str, ...]) -> str:
    """Why the session got its delivery code."""
    return f"{s.session}: {delivery_facts(s)}: level {level(code)}, {code} ({', '.join(rules)})"


def guidance_reason(s: SessionFacts, *, billed: bool, rules: tuple[str, ...]) -> str:
    """Why the professional part of guidance is billed, or is not."""
    return f"{s.session}: {guidance_facts(s)}: {'77387-26' if billed else 'no 77387'} ({', '.join(rules)})"
