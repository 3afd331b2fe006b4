"""The code catalogue: which codes exist when, what they are for, how they are paid (data: `codes.toml`)."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

from rtconform.reference.documents.treatment import Setting

DELIVERY_CODES = ("77402", "77407", "77412")
"""The delivery codes of levels 1, 2 and 3."""

GUIDANCE_CODE = "77387"
PORT_IMAGE_CODE = "77417"
PROFESSIONAL = "26"
TECHNICAL = "TC"

PaymentStatus = Literal["separate", "packaged", "professional"]
Status = Literal["valid", "deleted", "not_yet", "unknown"]


class CatalogueCode(Struct, frozen=True):
    """One code of the catalogue. `effective_from` / `deleted_from` are dates of service; None: before / after all of ours."""

    code: str
    what: str
    kind: Literal["delivery", "guidance", "port_image", "outside", "deleted"]
    source: str
    effective_from: dt.date | None
    deleted_from: dt.date | None
    level: int | None
    payment: dict[Setting, PaymentStatus]
    successors: tuple[str, ...]

    def status(self, day: dt.date) -> Status:
        """Whether the code may be billed for a service on `day`."""
        if self.deleted_from is not None and day >= self.deleted_from:
            return "deleted"
        if self.effective_from is not None and day < self.effective_from:
            return "not_yet"
        return "valid"


class _Row(Struct, frozen=True, forbid_unknown_fields=True):
    code: str | tuple[str, ...]
    what: str
    kind: Literal["delivery", "guidance", "port_image", "outside", "deleted"]
    source: str
    from_: dt.date | None = msgspec.field(name="from", default=None)
    until: dt.date | None = None
    level: int | None = None
    payment: dict[Setting, PaymentStatus] = {}
    successors: tuple[str, ...] = ()


@cache
def catalogue() -> dict[str, CatalogueCode]:
    """Every code that we know, by its number."""
    text = files("rtconform.reference").joinpath("codes.toml").read_bytes()
    rows = msgspec.toml.decode(text, type=dict[str, tuple[_Row, ...]])["code"]
    return {
        code: CatalogueCode(
            code=code,
            what=row.what,
            kind=row.kind,
            source=row.source,
            effective_from=row.from_,
            deleted_from=row.until,
            level=row.level,
            payment=row.payment,
            successors=row.successors,
        )
        for row in rows
        for code in ((row.code,) if isinstance(row.code, str) else row.code)
    }


def notation(code: str, modifiers: Iterable[str]) -> str:
    """A code with its modifiers in a biller's notation: "77387-26"."""
    return "-".join((code, *modifiers))


def status(code: str, day: dt.date) -> Status:
    """Whether `code` may be billed for a service on `day`; "unknown": not in the catalogue."""
    known = catalogue().get(code)
    return known.status(day) if known else "unknown"


def level(code: str) -> int | None:
    """The level of a delivery code, None for any other code."""
    return DELIVERY_CODES.index(code) + 1 if code in DELIVERY_CODES else None
