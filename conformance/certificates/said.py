"""What a certificate says of a run, statement by statement: a row for each, which verification makes again and compares.

A statement that is no row here is compared with all the rest under `conclusion`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from rtconform.conformance.certificates.statement import Certificate


@dataclass(frozen=True)
class Said:
    """A statement: the name of its check, what it states, and where in the certificate."""

    name: str
    states: str
    of: Callable[[Certificate], object]


SAID = (
    Said("asked", "what was asked and what was not, by suite and by rule", lambda c: c.asked),
    Said("declared", "what the vendor declared that it does not support", lambda c: c.not_supported),
    Said("left out", "the cases that were not asked because of that", lambda c: c.covered.not_applicable),
    Said(
        "coverage",
        "settings, claims, payers and days",
        lambda c: (
            c.covered.settings,
            c.covered.claims,
            c.covered.payers,
            c.covered.first_date_of_service,
            c.covered.last_date_of_service,
        ),
    ),
    Said(
        "techniques",
        "techniques coded, and techniques recognised as outside",
        lambda c: (c.covered.techniques_coded, c.covered.techniques_outside),
    ),
    Said("sandbox", "what is stated about the vendor's sandbox", lambda c: c.environment.sandbox),
    Said("profiles", "the payer profiles that claims were judged by", lambda c: c.payer_profiles),
)
"""Every statement that has a check of its own, in order."""


_OF_A_ROW = ("asked", "not_supported", "covered", "payer_profiles")
"""The fields of a certificate that the rows hold whole."""


def differing_rest(stated: Certificate, made: Certificate) -> tuple[str, ...]:
    """The fields in which two certificates differ beside the statements that have a check of their own."""
    one, other = (replace(c, environment=replace(c.environment, sandbox="")) for c in (stated, made))
    names = (name for name in Certificate.__struct_fields__ if name not in _OF_A_ROW)
    return tuple(name for name in names if getattr(one, name) != getattr(other, name))
