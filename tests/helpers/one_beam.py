"""The smallest treatment whose record can be doubted: what a test of one fact begins with."""

import datetime as dt
from typing import Any

from rtconform.reference.documents import treatment as t

DAY = dt.date(2026, 3, 9)
HELD = t.Motion("gating", "optical_surface", during_beam=True, beam_hold=True)


def case(day: dt.date = DAY, beam: str = "P1B1", motion: t.Motion = HELD, **planning: Any) -> t.Case:
    """A 3D treatment of one photon beam and one session, with motion management that held the beam."""
    started = dt.datetime.combine(day, dt.time(9, 10))
    return t.Case(
        "test:1",
        t.Patient("SYN-1", dt.date(1953, 4, 2), "male"),
        t.Billing(day, "hospital_outpatient", "facility"),
        (t.Isocenter("ISO1", (0.0, 0.0, 0.0)),),
        (t.Plan("P1", "3d_crt", (t.Beam("P1B1", "photon", "ISO1"),), planning=t.Planning(**planning)),),
        (t.Session("S1", started, beams_delivered=(beam,), motion=motion), t.Session("S2", started + dt.timedelta(hours=6))),
    )
