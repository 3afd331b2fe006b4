"""Which of X12's values stand for our terms: payers, providers, forms and the reason codes of a remittance."""

from rtconform.reference.documents.claim import BillingProvider, ClaimForm, RenderingProvider

GUIDES: dict[ClaimForm, str] = {"professional": "005010X222A1", "institutional": "005010X223A2"}
"""The implementation guide of each form."""

FACILITY_QUALIFIER: dict[ClaimForm, str] = {"professional": "B", "institutional": "A"}
"""CLM05-2: whether CLM05-1 is a place of service or a type of bill."""

TAXONOMIES: dict[BillingProvider, str] = {
    "hospital": "282N00000X",
    "freestanding_center": "261QX0203X",
    "physician_group": "2085R0001X",
}
"""Provider taxonomy of the billing provider (loop 2000A, PRV03)."""

RENDERING: dict[RenderingProvider, str] = {"physician": "2085R0001X", "nonphysician": "363LA2200X"}
"""Provider taxonomy of the provider who renders or attends the service."""

NONPHYSICIAN = ("363", "364", "367", "163", "247")
"""How the taxonomies of rendering providers that are not physicians begin."""

FILING: dict[str, str] = {
    "medicare": "MB",
    "medicaid": "MC",
    "commercial": "CI",
    "medicare_advantage": "16",
    "unitedhealthcare": "CI",
}
"""SBR09, the claim filing indicator of each payer; any other payer files as CI."""

INPATIENT_FILING = {"MB": "MA"}
"""Medicare's indicator on an institutional claim."""

NOT_A_DENIAL = frozenset({"1", "2", "3", "45", "253"})
"""CARCs that lower a payment without denying the service: the patient's share, the fee schedule, sequestration."""

BUNDLES = frozenset({"97", "59", "231", "234", "236", "B15"})
"""CARCs that say that a service's payment is inside another's."""

PENDING = frozenset({"133"})
"""CARCs that hold a service for a person."""

SERVICE_QUALIFIERS = ("HC", "HP")
"""SV101-1, SVC01-1: the procedure is a CPT or HCPCS code."""
