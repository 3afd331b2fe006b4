"""The user's payer profiles by which a run's claims were judged, in words."""

from rtconform.conformance.records import Manifest
from rtconform.reports.text import clip, one_line

LONGEST = 300


def judged_by(manifest: Manifest) -> tuple[str, ...]:
    """Each profile on a line: its name, the payers that it is for, its digest. Cleaned and of bounded length."""
    return tuple(
        f"payer profile {clip(one_line(record.name), 100)} (for {clip(one_line(', '.join(record.payers)), LONGEST)}), "
        f"SHA-256 {clip(one_line(record.digest), 64)}"
        for record in manifest.payer_profiles
    )
