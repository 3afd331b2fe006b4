"""A certificate as plain text: `certificate.txt` in a bundle, and with fewer failing cases what a terminal shows."""

import datetime as dt
from collections.abc import Iterator

from rtconform.conformance.certificates.statement import LEVELS, TOO_LITTLE, Certificate, FaultRecord, NotSupported
from rtconform.reports.text import clip, one_line

NAMED = 20
"""How many failing cases a terminal shows: more would drive the faults behind them off the screen."""

LONGEST = 1000
_INDENT = 18
_RULES_A_LINE = 8


def in_words(certificate: Certificate, named: int | None = None) -> str:
    """The certificate, a fact a line; a vendor's text in it is cleaned and of bounded length.

    `named`: how many failing cases to name, None: all that the certificate names.
    """
    lines = (
        f"{head:<{_INDENT}}{clip(one_line(text), LONGEST)}".rstrip()
        for head, text in (*_said(certificate), *_against(certificate, named))
    )
    return "\n".join((*_head(certificate), "", *lines)) + "\n"


def rows(certificate: Certificate) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What the certificate states, without what stands against it: heads with their texts, for the page."""
    found: list[tuple[str, tuple[str, ...]]] = [("outcome", tuple(_head(certificate)))]
    for head, text in _said(certificate):
        told = clip(one_line(text), LONGEST)
        if head in ("", found[-1][0]):
            found[-1] = (found[-1][0], (*found[-1][1], told))
        else:
            found.append((head, (told,)))
    return tuple(found)


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


def _said(c: Certificate) -> Iterator[tuple[str, str]]:
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
    yield "signed by", c.signer.key_id if c.signer else "nobody"
    yield from _asked(c)
    yield from _coverage(c)
    yield "errata applied", ", ".join(c.errata) or "none"
    yield "cases", ", ".join(f"{number} {verdict}" for verdict, number in c.counts.items() if number) or "none"


def _against(c: Certificate, named: int | None) -> Iterator[tuple[str, str]]:
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


def _coverage(c: Certificate) -> Iterator[tuple[str, str]]:
    covered = c.covered
    yield "settings", ", ".join(covered.settings) or "none"
    yield "claims", ", ".join(covered.claims) or "none"
    yield "coded", f"techniques: {', '.join(covered.techniques_coded) or 'none'}"
    yield "outside", f"techniques recognised as outside: {', '.join(covered.techniques_outside) or 'none'}"
    yield "payers", ", ".join(covered.payers) or "none"
    yield "dates of service", f"{covered.first_date_of_service} to {covered.last_date_of_service}"
    for profile in c.payer_profiles:
        whose = "the certifier's own" if profile.own else "shipped"
        yield "payer profile", f"{profile.name} ({whose}), for {', '.join(profile.payers)}, sha256:{profile.digest}"


def _asked(c: Certificate) -> Iterator[tuple[str, str]]:
    """What was asked and what was not: suites, rules, and what the vendor declared."""
    for suite in c.asked.suites:
        drawn = ", ".join(f"{name} {number}" for name, number in suite.drawn_from.items())
        made_of = f" (made from cases of {drawn})" if drawn else ""
        how_many = f"all {suite.cases}" if suite.asked == suite.cases else f"{suite.asked} of {suite.cases}"
        yield "asked", f"suite {suite.name}: {how_many}{made_of}"
    whole = {suite.name for suite in c.asked.suites}
    in_part = sorted({name for suite in c.asked.suites for name in suite.drawn_from} - whole)
    yield "not asked", f"suites: {', '.join(c.asked.suites_not_asked) or 'none'}"
    if in_part:
        yield "not asked", f"the rest of suites {', '.join(in_part)}"
    rules = [f"{rule} {number}" for rule, number in c.asked.rules.items()]
    for start in range(0, len(rules) or 1, _RULES_A_LINE):
        yield "asked" if start == 0 else "", f"rules: {', '.join(rules[start : start + _RULES_A_LINE]) or 'none'}"
    yield "not asked", f"rules: {', '.join(c.asked.rules_not_asked) or 'none, every rule of the book was asked'}"
    for reason, number in c.covered.not_applicable.items():
        yield "not asked", f"{_cases(number)}: {reason}"
    if unanswered := c.counts.get("unanswered", 0):
        yield "not asked", f"{_cases(unanswered)}: not answered before the run ended"
    yield "not supported", _declared(c.not_supported)


def _declared(lacking: NotSupported) -> str:
    kinds = (
        ("settings", lacking.settings),
        ("claims", lacking.claims),
        ("techniques", lacking.techniques),
        ("payers", lacking.payers),
        ("documentation", ("none is read",) if lacking.documentation else ()),
    )
    return "; ".join(f"{kind}: {', '.join(terms)}" for kind, terms in kinds if terms) or "nothing was declared unsupported"


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
