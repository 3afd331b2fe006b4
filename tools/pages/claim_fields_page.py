"""Where each field of a claim stands on the forms: `docs/reference/claim-fields.md` is this, and a check holds it in step."""

from rtconform.reference.documents.claim_forms import CLAIM_FIELDS

_HEAD = """# The fields of a claim on the forms

Made from `reference/documents/claim_forms.py` by `make docs`; don't edit it by hand.

A claim (`rtconform schema claim`) says what a claim form says, and nothing else. This page names for each of its fields the loop
and the element of the electronic forms (837P, 837I) and the box of the paper ones (CMS-1500, UB-04).

| field | 837P | 837I | CMS-1500 | UB-04 | note |
|---|---|---|---|---|---|"""


def claim_fields_page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *("| `" + "` | ".join((row[0], " | ".join(row[1:]))) + " |" for row in CLAIM_FIELDS)]) + "\n"
