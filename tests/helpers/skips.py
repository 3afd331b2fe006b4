"""Skips under `.ci/run`: a test that is skipped there fails, unless its reason is one of these."""

ALLOWED = {
    "covertable needs most of a minute": "a comparison with another library, for a person who asks for it",
    "the pair needs minutes": "an engine certified over DICOM and HL7 v2, for a person who asks for it: make dicom-pair",
    "bubblewrap may make no namespaces": "a property of the machine's kernel, which CI can't change; without a sandbox its own tests say so",
    "there is no sandbox to try": "the same",
    "bubblewrap can't run here": "the same",
}
"""The beginning or a part of the reason, with why the test may be skipped. A program that is not installed is no reason: .ci/run
installs what tests use.
"""


def refused(reason: str) -> str:
    """What is wrong with a skip for this reason; empty: nothing."""
    if any(allowed in reason for allowed in ALLOWED):
        return ""
    return (
        f"skipped under .ci/run: {reason}\nHave .ci/run install what is missing, or give the reason in "
        "tests/helpers/skips.py, with why it is a good one."
    )
