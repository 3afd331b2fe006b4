"""What a certifying run covered: the settings, claims, techniques, payers and days of the questions that were asked."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rtconform.conformance.certificates.regeneration import Asked
from rtconform.conformance.certificates.statement import Coverage
from rtconform.conformance.records import Result
from rtconform.conformance.role import Facets
from rtconform.conformance.roles import role_asked


def coverage(results: Iterable[Result], asked: Mapping[str, Asked]) -> Coverage:
    """What these results cover; `asked` holds their cases or claims."""
    reasons = Counter[str]()
    facets: list[Facets] = []
    for result in results:
        if result.verdict == "not_applicable":
            reasons[result.explanation] += 1
        else:
            item = asked[result.id].item
            facets.append(role_asked(item).facets(item.question))
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


def _sorted(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({term for term in terms if term}))
