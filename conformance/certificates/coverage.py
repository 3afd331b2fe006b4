"""What a certifying run covered: what was asked and what was not, by suite and by rule, and what the questions were about."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from rtconform.conformance.certificates.regeneration import Asked
from rtconform.conformance.certificates.statement import AskedRecord, Coverage, NotSupported, ProfileStated, SuiteAsked
from rtconform.conformance.protocol import Supports
from rtconform.conformance.records import Manifest, Result, VendorRecord
from rtconform.conformance.role import Facets
from rtconform.conformance.roles import ROLES, role_asked
from rtconform.generators.suites.registry import SUITES, any_suite
from rtconform.generators.suites.suite import SuiteClaim, SuiteItem
from rtconform.reference.coder.rules import RULES, Refinement
from rtconform.reference.editor.payers import PayerProfile, digest_of, profile_of


def was_asked(result: Result) -> bool:
    """Whether the vendor was asked this."""
    return result.verdict not in ("not_applicable", "unanswered")


def coverage(results: Iterable[Result], asked: Mapping[str, Asked]) -> Coverage:
    """What these results cover; `asked` holds their cases or claims."""
    reasons = Counter[str]()
    facets: list[Facets] = []
    right: list[Facets] = []
    for result in results:
        if result.verdict == "not_applicable":
            reasons[result.explanation] += 1
        else:
            item = asked[result.id].item
            facets.append(role_asked(item).facets(item.question))
            if result.verdict == "pass" and item.sound:
                right.append(facets[-1])
    days = sorted({day for facet in facets for day in facet.days})
    return Coverage(
        settings=_sorted(facet.setting for facet in facets),
        claims=_sorted(facet.claim for facet in facets),
        techniques_coded=_sorted(technique for facet in right for technique in facet.coded),
        techniques_outside=_sorted(technique for facet in right for technique in facet.outside),
        payers=_sorted(facet.payer for facet in facets),
        first_date_of_service=days[0] if days else None,
        last_date_of_service=days[-1] if days else None,
        not_applicable=dict(sorted(reasons.items())),
    )


def what_was_asked(manifest: Manifest, results: Sequence[Result], asked: Mapping[str, Asked]) -> AskedRecord:
    """What was asked and what was not, by suite and by rule."""
    role = ROLES[manifest.vendor.role]
    put = [result for result in results if was_asked(result)]
    suites = tuple(_suite(record.name, record.cases, put, asked) for record in manifest.suites)
    touched = {suite.name for suite in suites} | {name for suite in suites for name in suite.drawn_from}
    others = (name for name in SUITES if name not in touched and any_suite(name).asks == role.asks)
    rules = Counter(rule for result in put for rule in rules_behind(result, asked[result.id].item))
    rules.update(_refined({result.id for result in put}))
    return AskedRecord(
        suites=suites,
        suites_not_asked=tuple(others),
        rules={rule: rules[rule] for rule in role.rules if rules[rule]},
        rules_not_asked=tuple(rule for rule in role.rules if not rules[rule]),
    )


def rules_behind(result: Result, item: SuiteItem) -> frozenset[str]:
    """The rules that the right answer to a case or claim rests on."""
    if not item.sound:
        return frozenset({getattr(item, "rule", "")} - {""})
    return frozenset({*result.expected.rules, *(rule for line in result.expected.lines for rule in line.rules)})


def not_supported(vendor: VendorRecord) -> NotSupported:
    """What the vendor declared that it does not support, in the words of its role."""
    supports = msgspec.convert(vendor.supports, Supports)
    vocabulary = ROLES[vendor.role].wire.supports

    def lacking(key: str) -> tuple[str, ...]:
        declared: tuple[str, ...] | None = getattr(supports, key)
        return () if declared is None else tuple(term for term in vocabulary.get(key, ()) if term not in declared)

    return NotSupported(
        lacking("settings"), lacking("claims"), lacking("techniques"), lacking("payers"), documentation=not supports.documentation
    )


def profiles_stated(
    results: Iterable[Result], asked: Mapping[str, Asked], own: Sequence[PayerProfile]
) -> tuple[ProfileStated, ...]:
    """The payer profiles by which the claims that were asked were judged, of `own` and of those shipped; of cases: none."""
    claims = (asked[result.id].item for result in results if was_asked(result))
    payers = dict.fromkeys(item.claim.payer for item in claims if isinstance(item, SuiteClaim))
    used = {digest_of(profile): profile for profile in (profile_of(payer, own) for payer in payers)}
    ours = {digest_of(profile) for profile in own}
    stated = (ProfileStated(profile.name, profile.payers, digest, own=digest in ours) for digest, profile in used.items())
    return tuple(sorted(stated, key=lambda profile: (profile.name, profile.digest)))


def _suite(name: str, cases: int, put: Sequence[Result], asked: Mapping[str, Asked]) -> SuiteAsked:
    items = [asked[result.id].item for result in put if result.suite == name]
    drawn = Counter(item.drawn_from for item in items if item.drawn_from)
    return SuiteAsked(name, cases, len(items), dict(sorted(drawn.items())))


def _refined(put: set[str]) -> Iterator[str]:
    """How a record is read decides nothing by itself: it is asked where both of the cases were that it tells apart."""
    for rule in RULES.values():
        if isinstance(rule, Refinement):
            shown = [f"boundaries:{slug}" for slug in rule.shown_by]
            if set(shown) <= put:
                yield from (rule.id for _ in shown)


def _sorted(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({term for term in terms if term}))
