"""The editor's vocabulary: why a line is stopped, as categories.

A category is the payer's name for a coding rule that a claim breaks: it says which rules, with which claim adjustment
reason codes (CARC; their dates: `reason_codes.toml`), and whether bundling the line is as right as denying it.
`docs/reference/editor-rules.md` is made from it.
"""

from dataclasses import dataclass

from rtconform.reference.documents.adjudication import Category
from rtconform.reference.documents.claim import DispositionWord


@dataclass(frozen=True)
class CategoryRow:
    """One category: `says` in a sentence, the CARCs that fit it (the usual one first), the rules behind it.

    `packaging`: the line's payment is inside another's, so that to bundle it is as right as to deny it. `needs_record`: only
    documentation shows it. `disposition` is the usual one.
    """

    says: str
    carcs: tuple[str, ...]
    rules: tuple[str, ...]
    packaging: bool = False
    needs_record: bool = False
    disposition: DispositionWord = "deny"


CATEGORIES: dict[Category, CategoryRow] = {
    "code_deleted": CategoryRow("The code had been deleted by the date of service.", ("181",), ("SCOPE-DELETED",)),
    "code_not_yet_in_effect": CategoryRow(
        "The code was not yet in effect on the date of service.", ("181",), ("SCOPE-DATE", "SCOPE-TECHNIQUE")
    ),
    "packaged_service": CategoryRow(
        "Technical guidance or port images billed apart from the delivery code that contains them.",
        ("97",),
        ("IGRT-TECH", "PORT"),
        packaging=True,
        disposition="bundle",
    ),
    "delivery_repeated": CategoryRow(
        "More than one delivery code for one session: for a second isocenter, site, plan or beam.",
        ("236", "97", "18", "151"),
        ("ONCE",),
        packaging=True,
    ),
    "units_exceed_sessions": CategoryRow(
        "More units of delivery than there were sessions.", ("151", "222", "97"), ("ONCE", "SESSIONS"), packaging=True
    ),
    "guidance_repeated": CategoryRow(
        "The professional part of guidance more than once for one session.",
        ("18", "97", "151", "222"),
        ("IGRT-ONCE",),
        packaging=True,
    ),
    "component_modifier": CategoryRow(
        "Modifier 26 or TC on a code that has no such part.", ("4",), ("NO-SPLIT", "PORT", "IGRT-TECH")
    ),
    "required_modifier": CategoryRow(
        "Guidance without modifier 26 where only its professional part can be paid.", ("4",), ("IGRT-PROF", "IGRT-GLOBAL")
    ),
    "repeat_modifier": CategoryRow(
        "A second session without the modifier, or in another form, than this payer asks for.", ("4", "18"), ("SESSIONS",)
    ),
    "delivery_on_professional_claim": CategoryRow(
        "A delivery code on a professional claim from a hospital: the hospital's own claim carries it.",
        ("5",),
        ("CLAIM-PROFESSIONAL", "NO-SPLIT"),
    ),
    "guidance_on_facility_claim": CategoryRow(
        "The professional part of guidance on a hospital's facility claim.", ("5", "4", "97"), ("CLAIM-FACILITY",)
    ),
    "place_of_service": CategoryRow(
        "A place of service, or a form, where this treatment is not given or not so billed.", ("5", "16"), ("CLAIM-PROFESSIONAL",)
    ),
    "type_of_bill": CategoryRow(
        "A type of bill other than a hospital outpatient claim, or none.", ("5", "16"), ("CLAIM-FACILITY",)
    ),
    "revenue_code": CategoryRow(
        "A revenue code that is not radiation therapy, or none, on a hospital's line.", ("16", "5"), ("CLAIM-FACILITY",)
    ),
    "facility_stay": CategoryRow(
        "Delivery by a freestanding centre during an inpatient stay, or one in a skilled nursing facility under Part A.",
        ("190", "97", "5"),
        ("STAY-INPATIENT", "STAY-SNF"),
        packaging=True,
    ),
    "professional_part_date": CategoryRow(
        "The professional part dated on the day of reading, where the payer asks for the day of the session.",
        ("16", "4"),
        ("READING-DATE",),
        needs_record=True,
    ),
    "level_not_authorised": CategoryRow(
        "A delivery level that the payer did not authorise.", ("197", "16"), ("LEVEL-AUTHORISED",)
    ),
    "national_ptp": CategoryRow(
        "Column 2 of a pair of the national coding edits, with column 1 on the same day.",
        ("236", "97"),
        ("NCCI-PTP",),
        packaging=True,
    ),
    "national_mue": CategoryRow("More units than the national table of unlikely units takes.", ("151", "222"), ("NCCI-MUE",)),
    "level_not_supported": CategoryRow(
        "The record supports another delivery level, higher or lower.", ("150",), ("ONCE",), needs_record=True
    ),
    "outside_this_family": CategoryRow(
        "The record shows a treatment that is billed with codes outside this family.",
        ("150", "16"),
        ("SCOPE-TECHNIQUE",),
        needs_record=True,
    ),
    "guidance_not_performed": CategoryRow(
        "The record shows no guidance that localized the target and no monitoring during the beam.",
        ("150", "16"),
        ("IGRT-PURPOSE", "PORT", "IGRT-METHODS"),
        needs_record=True,
    ),
    "guidance_not_approved": CategoryRow(
        "The record shows guidance that the physician did not approve in time.",
        ("16", "150"),
        ("IGRT-REVIEW",),
        needs_record=True,
    ),
    "session_not_delivered": CategoryRow(
        "The record shows no beam delivered in the session billed, or no such session.",
        ("150", "16"),
        ("SCOPE-BEAM",),
        needs_record=True,
    ),
    "record_unclear": CategoryRow(
        "The record contradicts itself, is incomplete or uses unknown terms: a person has to read it.",
        ("16", "150"),
        ("DOC-CONFLICT", "DOC-UNKNOWN", "DOC-PARTIAL", "DOC-AMM"),
        needs_record=True,
        disposition="review",
    ),
}
"""Every category, in the order in which a claim is looked at."""
