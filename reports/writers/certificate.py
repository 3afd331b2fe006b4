"""A certificate as plain text: `certificate.txt` in a bundle, and with fewer failing cases what a terminal shows."""

import datetime as dt
from collections.abc import Iterator

from rtconform.conformance.certificates.statement import LEVELS, TOO_LITTLE, Certificate, FaultRecord
from rtconform.reports.text import clip, one_line

NAMED = 20
"""How many failing cases a terminal shows: more would drive the faults behind them off the screen."""

LONGEST = 1000
_INDENT = 18


def in_words(certificate: Certificate, named: int | None = None) -> str:
    """The certificate, a fact a line; a vendor's text in it is cleaned and of bounded length.

    `named`: how many failing cases to name, None: all that the certificate names.
    """
    lines = (f"{head:<{_INDENT}}{clip(one_line(text), LONGEST)}".rstrip() for head, text in _lines(certificate, named))
    return "\n".join((*_head(certificate), "", *lines)) + "\n"


def _head(certificate: Certificate) -> Iterator[str]:
    if certificate.outcome == "certified":
        yield "CERTIFICATE OF CONFORMANCE"
    elif certificate.failed == 0 and any(reason.startswith(TOO_LITTLE) for reason in certificate.reasons):
        yield "REFUSAL: TOO LITTLE WAS ASKED"
    else:
        yield "REFUSAL: NOT CONFORMANT"
    if left_out := sum(certificate.covered.not_applicable.values()):
        cases, covered = sum(certificate.counts.values()), certificate.covered
        scope = f"{', '.join(covered.claims) or 'no'} claims; {', '.join(covered.settings) or 'no setting'}"
        yield f"FOR PART OF THE CASES: {cases - left_out} of {cases} ({scope})"
    if certificate.signer is None:
        yield "UNSIGNED: nobody vouches for this document."


def _lines(c: Certificate, named: int | None) -> Iterator[tuple[str, str]]:
    yield "vendor", f"{c.vendor.name}, version {c.vendor.version} ({c.vendor.kind}: {c.vendor.target})"
    yield "build", c.vendor.build_digest or "no digest given: the version is the vendor's word"
    yield "level", f"{c.level}: {LEVELS[c.level]}"
    yield "rule set", c.rule_set
    for suite in c.suites:
        yield "suite", f"{suite.name}, version {suite.version}, {suite.cases} cases, sha256:{suite.digest}"
    opened = f", commitment {c.seed.commitment}" if c.seed.commitment else ""
    yield "seed", f"{c.seed.seed}, {c.seed.origin}{opened}"
    yield "run", f"{_moment(c.started_at)}, rtconform {c.environment.rtconform}, {c.environment.platform}"
    yield "sandbox", c.environment.sandbox or "not said"
    yield "issued", _moment(c.issued_at)
    yield "valid until", _moment(c.valid_until)
    yield from _coverage(c)
    yield "errata applied", ", ".join(c.errata) or "none"
    yield "cases", ", ".join(f"{number} {verdict}" for verdict, number in c.counts.items() if number) or "none"
    for reason in c.reasons:
        yield "because", reason
    for finding in c.findings:
        yield "finding", f"{finding.kind}: {finding.detail}"
    for fault in c.faults:
        yield from _fault(fault)
    failures = c.failures[:named]
    for failure in failures:
        yield "failing", f"{failure.id}: {failure.verdict} ({', '.join(failure.rules)})"
    if c.failed > len(failures):
        yield "", f"and {c.failed - len(failures)} more, in results.jsonl"
    yield "signed by", c.signer.key_id if c.signer else "nobody"


def _coverage(c: Certificate) -> Iterator[tuple[str, str]]:
    covered = c.covered
    yield "settings", ", ".join(covered.settings) or "none"
    yield "claims", ", ".join(covered.claims) or "none"
    yield "techniques", ", ".join(covered.techniques) or "none"
    yield "payers", ", ".join(covered.payers) or "none"
    yield "dates of service", f"{covered.first_date_of_service} to {covered.last_date_of_service}"
    for reason, number in covered.not_applicable.items():
        yield "not applicable", f"{_cases(number)}: {reason}"
    if not covered.not_applicable:
        unanswered = c.counts.get("unanswered", 0)
        yield "not applicable", f"nothing; {_cases(unanswered)} not answered" if unanswered else "nothing: every case was asked"


def _fault(fault: FaultRecord) -> Iterator[tuple[str, str]]:
    yield (
        "fault",
        f"{fault.cause}: {fault.says} {_cases(fault.cases)}, the smallest {fault.smallest.id}: {fault.smallest.explanation}",
    )
    for command in fault.smallest.reproduce:
        yield "", command


def _moment(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname()}"


def _cases(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"
