"""Where each field of a claim stands on the forms that carry it: loop and element of 837P and 837I, box of CMS-1500 and UB-04.

`docs/reference/claim-fields.md` is made from this table, and a test holds that every field of a claim is in it. "—": the form has
no such field; the note says who knows it then.
"""

from typing import NamedTuple

NOWHERE = "—"


class FormField(NamedTuple):
    """One field of a claim by its path, and where it stands."""

    path: str
    professional: str
    institutional: str
    cms_1500: str
    ub_04: str
    note: str = ""


# fmt: off
CLAIM_FIELDS = (
    FormField("id", "2300 CLM01", "2300 CLM01", "26", "3a"),
    FormField("kind", "ST03 (837P)", "ST03 (837I)", "the form itself", "the form itself"),
    FormField("patient.id", "2010BA NM109, or 2010CA", "2010BA NM109, or 2010CA", "1a", "60"),
    FormField("patient.birth_date", "2010BA DMG02, or 2010CA", "2010BA DMG02, or 2010CA", "3", "10"),
    FormField("patient.sex", "2010BA DMG03, or 2010CA", "2010BA DMG03, or 2010CA", "3", "11",
              "the forms know female, male and unknown"),
    FormField("payer", "2010BB NM103", "2010BB NM103", "11c, and the carrier block", "50",
              "our word for it chooses the payer profile"),
    FormField("place_of_service", "2300 CLM05-1; of a line 2400 SV105", NOWHERE, "24B", NOWHERE),
    FormField("type_of_bill", NOWHERE, "2300 CLM05-1 and CLM05-3", NOWHERE, "4"),
    FormField("billing_provider", "2000A PRV03, 2010AA NM1", "2000A PRV03, 2010AA NM1", "33", "1",
              "the kind of provider, from its taxonomy code"),
    FormField("rendering_provider", "2310B PRV03, NM1; of a line 2420A", "2310D; of a line 2420C", "24J", "78 and 79",
              "a physician or not, from the taxonomy code"),
    FormField("stay", "2300 DTP*435 and DTP*096 (admission, discharge)", "2300 CLM05-1, DTP*435", "18", "4, 12",
              "a stay under Part A of a nursing facility is in the payer's own records; place of service 31 says it too"),
    FormField("treatment", NOWHERE, NOWHERE, NOWHERE, NOWHERE,
              "the record, sent beside a claim: 2300 PWK names the attachment, and a 275 may carry it"),
    FormField("lines.number", "2400 LX01", "2400 LX01", "the row of 24", "the row of 42 to 47"),
    FormField("lines.code", "2400 SV101-2", "2400 SV202-2", "24D", "44"),
    FormField("lines.modifiers", "2400 SV101-3 to -6", "2400 SV202-3 to -6", "24D", "44"),
    FormField("lines.units", "2400 SV104", "2400 SV205", "24G", "46"),
    FormField("lines.date_of_service", "2400 DTP*472, D8 or the first day of RD8", "2400 DTP*472, D8 or the first day of RD8",
              "24A, from", "45"),
    FormField("lines.date_of_service_end", "2400 DTP*472, the last day of RD8", "2400 DTP*472, the last day of RD8", "24A, to",
              NOWHERE, "an outpatient hospital's lines have one date each"),
    FormField("lines.diagnoses", "2400 SV107 points into 2300 HI", "2300 HI, of the whole claim", "24E points into 21",
              "67, of the whole claim"),
    FormField("lines.session", NOWHERE, NOWHERE, NOWHERE, NOWHERE,
              "the record's name of the session: a claim without its record has none"),
    FormField("lines.revenue_code", NOWHERE, "2400 SV201", NOWHERE, "42"),
)
# fmt: on
