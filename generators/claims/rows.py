"""Right claims as data: which treatments they bill, and what is billed for a session of them.

A row narrows the space of treatments (dimension to values) so far that one delivery code is right, and names it. A
test compares it with the reference. `allows` names what payers have wrongly stopped in claims like this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rtconform.generators.suites.written.composition import WHOSE_CLAIM

Needs = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class RightRow:
    """One kind of treatment with its bill: the delivery code, and whether the physician's part of guidance was earned.

    `tags` say what faults can be put into its claims. `days`: how many days a line of it spans, with a session each; of more than
    one there are claims alone, not on a hospital's form, and no fault is put into them.
    """

    slug: str
    about: str
    needs: Needs
    delivery: str
    guidance: bool
    heading: str
    allows: str = ""
    tags: frozenset[str] = field(default=frozenset())
    days: int = 1

    @property
    def claims(self) -> tuple[str, ...]:
        """Whose claims there are of it: without guidance a professional claim would have no line."""
        kinds = {kind for _, kind in WHOSE_CLAIM.values()}
        kinds -= {"facility"} if self.days > 1 else set()
        kinds -= set() if self.guidance else {"professional"}
        return tuple(name for name, (_, kind) in WHOSE_CLAIM.items() if kind in kinds)


TWO_IN_ONE_SITE = "77412 for two isocenters in one anatomical site"
BREATH_HOLD = "77412 for monitored breath hold"
JOINTS = "77412 for several joints in a session"
BESIDE = "77387-26 beside a delivery code"
IN_HOSPITAL = "77387-26 with place of service 19, 21, 22 or 31"
TWO_SESSIONS = "two sessions on a date"
ELECTRON_FIELDS = "77402 for several electron fields"
SERIES = "a line of several days with a unit for each"

MUST_ALLOW = (TWO_IN_ONE_SITE, BREATH_HOLD, JOINTS, BESIDE, IN_HOSPITAL, TWO_SESSIONS, ELECTRON_FIELDS, SERIES)
"""What payers have wrongly stopped, each."""


def _needs(**dimensions: str) -> Needs:
    return {name: tuple(values.split()) for name, values in dimensions.items()}


_STILL = _needs(motion="none", monitor="none", control="off")
_ONE = _needs(sessions="1")
_GUIDED = _needs(
    guidance="cbct stereoscopic_xray orthogonal_kv cbct+orthogonal_kv",
    purpose="target_localization",
    timing="pre_treatment",
    approval="in_time",
)
_UNGUIDED = _needs(guidance="none", purpose="none", timing="none", approval="none")
_HELD = _needs(control="held")
_PHOTONS = "3d_crt field_in_field imrt_static vmat"


def _row(
    slug: str,
    about: str,
    needs: Needs,
    bill: str,
    heading: str,
    *,
    allows: str = "",
    tags: str = "",
    sessions: str = "1",
    days: int = 1,
) -> RightRow:
    delivery, _, guidance = bill.partition(" + ")
    whole = {**(_GUIDED if guidance else _UNGUIDED), **_needs(sessions=sessions), **needs}
    return RightRow(slug, about, whole, delivery, bool(guidance), heading, allows, frozenset(tags.split()), days)


# fmt: off
RIGHT_ROWS = (
    _row("imrt-one-isocenter", "intensity modulated at one isocenter, localized",
         {**_needs(technique="imrt_static vmat helical_imrt", arrangement="one"), **_STILL},
         "77407 + 77387-26", "Scenarios 2 to 4", tags="fields still localized"),
    _row("conformal-one-isocenter", "conformal fields at one isocenter, localized",
         {**_needs(technique="3d_crt field_in_field", arrangement="one"), **_STILL},
         "77407 + 77387-26", "Level 2", tags="fields still localized"),
    _row("conformal-unguided", "conformal fields at one isocenter, no guidance",
         {**_needs(technique="3d_crt field_in_field", arrangement="one"), **_STILL},
         "77407", "Level 2", tags="fields"),
    _row("contiguous", "a contiguous area at one isocenter, in several plans",
         {**_needs(technique="vmat 3d_crt imrt_static", arrangement="contiguous"), **_STILL},
         "77407 + 77387-26", "Scenario 3", tags="contiguous still localized"),
    _row("planned-isocenters", "two isocenters planned, one of them treated",
         {**_needs(technique="vmat 3d_crt", arrangement="alternating_days planned_not_delivered"), **_STILL},
         "77407 + 77387-26", "Isocenter", tags="planned still localized"),
    _row("surface-set-up", "set up by surface cameras, localized by images",
         {**_needs(technique=_PHOTONS, arrangement="one", guidance="cbct+surface stereoscopic_xray+surface", purpose="both"),
          **_STILL},
         "77407 + 77387-26", "Surface Guidance", tags="surface"),
    _row("passive-motion", "motion met by margins or compression alone",
         {**_needs(technique=_PHOTONS, arrangement="one", motion="passive_compression free_breathing_itv", control="off")},
         "77407 + 77387-26", "Active Motion Management", tags="passive"),
    _row("simple-fields", "simple fields on bony landmarks",
         {**_needs(technique="2d", arrangement="one"), **_STILL},
         "77402", "Level 1", tags="2d"),
    _row("electrons", "one electron field",
         {**_needs(technique="electron", arrangement="one"), **_STILL},
         "77402", "Level 1", tags="electrons"),
    _row("electron-fields", "electron fields at several sites in a session",
         {**_needs(technique="electron", arrangement="separate_sites_2 separate_sites_3"), **_STILL},
         "77402", "Level 1", allows=ELECTRON_FIELDS, tags="electrons several"),
    _row("two-isocenters-one-site", "one plan that shifts to a further isocenter",
         {**_needs(technique="3d_crt vmat imrt_static", arrangement="planned_shift_2"), **_STILL},
         "77412 + 77387-26", "Isocenter; Level 3", allows=TWO_IN_ONE_SITE, tags="isocenters still localized"),
    _row("three-isocenters-one-site", "one plan that shifts twice",
         {**_needs(technique="3d_crt vmat", arrangement="planned_shift_3"), **_STILL},
         "77412 + 77387-26", "Isocenter; Level 3", allows=TWO_IN_ONE_SITE, tags="isocenters still localized"),
    _row("separate-sites", "several sites with an isocenter each",
         {**_needs(technique="3d_crt vmat", arrangement="separate_sites_2 separate_sites_3 separate_sites_4"), **_STILL},
         "77412 + 77387-26", "Level 3", tags="isocenters still localized"),
    _row("breath-hold", "breath hold monitored during the beam, which it holds",
         {**_needs(technique=_PHOTONS, arrangement="one", motion="breath_hold"), **_HELD},
         "77412 + 77387-26", "Active Motion Management; Level 3", allows=BREATH_HOLD, tags="active"),
    _row("gating", "beam gated by what is monitored",
         {**_needs(technique=_PHOTONS, arrangement="one", motion="gating tracking"), **_HELD},
         "77412 + 77387-26", "Active Motion Management; Level 3", tags="active"),
    _row("several-joints", "benign disease of several joints, simple fields",
         {**_needs(technique="2d", arrangement="separate_sites_2 separate_sites_3", intent="benign"), **_STILL},
         "77412", "Scenario 5", allows=JOINTS, tags="isocenters"),
    _row("mixed-beams", "photons and electrons in a session",
         {**_needs(technique="mixed_photon_electron_plan mixed_photon_electron_plans", arrangement="one contiguous"), **_STILL},
         "77412 + 77387-26", "Level 3", tags="mixed still localized"),
    _row("total-skin", "total skin electrons",
         {**_needs(technique="total_skin_electron", arrangement="one"), **_STILL},
         "77412", "Level 3", tags="mixed"),
    _row("two-sessions", "two sessions on a day, each localized",
         {**_needs(technique="3d_crt vmat imrt_static", arrangement="one"), **_STILL},
         "77407 + 77387-26", "Surface Guidance", allows=TWO_SESSIONS, sessions="2"),
    _row("two-sessions-isocenters", "two sessions on a day, each at two isocenters",
         {**_needs(technique="3d_crt vmat", arrangement="planned_shift_2 separate_sites_2"), **_STILL},
         "77412 + 77387-26", "Surface Guidance; Level 3", allows=TWO_SESSIONS, sessions="2"),
    _row("two-sessions-unguided", "two sessions on a day of simple or conformal fields",
         {**_needs(technique="3d_crt field_in_field", arrangement="one"), **_STILL},
         "77407", "Surface Guidance", allows=TWO_SESSIONS, sessions="2"),
    _row("series", "a session a day for five days, billed on one line",
         {**_needs(technique="3d_crt vmat imrt_static", arrangement="one"), **_STILL},
         "77407 + 77387-26", "Level 2", allows=SERIES, days=5),
)
# fmt: on

ROWS = {row.slug: row for row in RIGHT_ROWS}
"""Every row by its slug, the simplest first."""
