"""Which of X12's values stand for our terms: payers and forms (`formats.claims` has what other formats share)."""

from rtconform.reference.documents.claim import ClaimForm

GUIDES: dict[ClaimForm, str] = {"professional": "005010X222A1", "institutional": "005010X223A2"}
"""The implementation guide of each form."""

FACILITY_QUALIFIER: dict[ClaimForm, str] = {"professional": "B", "institutional": "A"}
"""CLM05-2: whether CLM05-1 is a place of service or a type of bill."""

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

SERVICE_QUALIFIERS = ("HC", "HP")
"""SV101-1, SVC01-1: the procedure is a CPT or HCPCS code."""
