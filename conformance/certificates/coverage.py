"""What a certifying run covered: the settings, claims, techniques, payers and days of the questions that were asked."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rtconform.conformance.certificates.regeneration import Asked
from rtconform.conformance.certificates.statement import Coverage
from rtconform.conformance.protocol import Question
from rtconform.conformance.records import Result
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Plan


@dataclass(frozen=True)
class _Facets:
    setting: str
    claim: str
    payer: str
    techniques: frozenset[str]
    days: frozenset[dt.date]


def coverage(results: Iterable[Result], asked: Mapping[str, Asked]) -> Coverage:
    """What these results cover; `asked` holds their cases or claims."""
    reasons = Counter[str]()
    facets: list[_Facets] = []
    for result in results:
        if result.verdict == "not_applicable":
            reasons[result.explanation] += 1
        else:
            facets.append(_facets(asked[result.id].item.question))
    days = sorted({day for facet in facets for day in facet.days})
    return Coverage(
        settings=_sorted(facet.setting for facet in facets),
        claims=_sorted(facet.claim for facet in facets),
        techniques=_sorted(technique for facet in facets for technique in facet.techniques),
        payers=_sorted(facet.payer for facet in facets),
        first_date_of_service=days[0] if days else None,
        last_date_of_service=days[-1] if days else None,
        not_applicable=dict(sorted(reasons.items())),
    )


def _facets(question: Question) -> _Facets:
    if isinstance(question, Claim):
        plans = question.treatment.plans if question.treatment else ()
        days = frozenset(line.date_of_service for line in question.lines)
        return _Facets(question.billing_provider or "", question.kind, question.payer, _techniques(plans), days)
    billing = question.billing
    days = frozenset({billing.date_of_service})
    return _Facets(billing.setting, billing.claim, billing.payer, _techniques(question.plans), days)


def _techniques(plans: Iterable[Plan]) -> frozenset[str]:
    return frozenset(plan.technique for plan in plans)


def _sorted(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({term for term in terms if term}))
