"""How strong suites are (`rtconform.strength/1`, `rtconform.editor-strength/1`), as text for a terminal and as one HTML page."""

from tabulate import tabulate

from rtconform.conformance.strength.document import EditorStrength, Strength, SuiteStrength
from rtconform.reports.page.page import asset, environment, policy


def as_text(found: Strength) -> str:
    """Suites, then survivors, then the outcome."""
    head = ("suite", "version", "cases", "mutants", "faults", "conditions", "pairs", "triples")
    parts = [tabulate([_cells(suite, found) for suite in found.suites], headers=head, tablefmt="simple")]
    parts += [f"\nconditions of rules that decide in no case of {s.name}:\n  " + "\n  ".join(s.conditions_missed)
              for s in found.suites if s.conditions_missed]  # fmt: skip
    gaps = [survivor for survivor in found.survivors if not survivor.equivalent]
    parts += [f"\n{survivor.id}: {survivor.says}\n  {survivor.explanation}" for survivor in gaps]
    parts.append("\n" + outcome(found))
    return "\n".join(parts) + "\n"


def outcome(found: Strength) -> str:
    """All of it in a few sentences."""
    apart = found.mutants - found.mutants_equivalent
    gaps = sum(not survivor.equivalent for survivor in found.survivors)
    parts = [
        f"{found.mutants:,} mutants of one edit: {found.mutants_equivalent:,} proved equivalent, {apart:,} can be told apart",
        f"{found.faults:,} faults met in the field",
    ]
    if found.second_order:
        told = found.second_order - found.second_order_equivalent
        share = found.second_order_killed / told if told else 1
        parts.append(
            f"{found.second_order:,} mutants of two edits: {found.second_order_equivalent:,} proved equivalent, "
            f"{found.second_order_killed:,} of the {told:,} others stopped ({share:.2%})"
        )
    parts.append("every faulty coder that can be told apart is stopped" if not gaps else f"not stopped: {gaps:,}")
    return "; ".join(parts) + "."


def as_html(found: Strength) -> str:
    """The page."""
    return _page(
        found,
        noun="coder",
        outcome=outcome(found),
        heads=("Suite", "Version", "Cases", "Mutants", "Faults", "Conditions", "Pairs", "Triples"),
        caption="Faulty coders stopped; conditions of rules that decide each way (MC/DC); combinations of values of the space "
        "covered",
        suites=[_cells(suite, found) for suite in found.suites],
        conditions=[(suite.name, suite.conditions_missed) for suite in found.suites if suite.conditions_missed],
        survivors=found.survivors,
    )


def editors_as_text(found: EditorStrength) -> str:
    """Suites of claims, then the faulty editors that none of them stops, then the outcome."""
    parts = [tabulate(_editor_cells(found), headers=("suite", "version", "claims", "faults"), tablefmt="simple")]
    parts += [f"\n{row.id}: {row.says}\n  not stopped" for row in found.missed]
    parts.append("\n" + editors_outcome(found))
    return "\n".join(parts) + "\n"


def editors_outcome(found: EditorStrength) -> str:
    """All of it in a sentence."""
    judged = ", ".join(f"{profile.name} ({profile.digest[:16]})" for profile in found.payer_profiles)
    parts = [f"{found.faults:,} faulty editors"]
    parts += [f"judged by your payer profile{'s' if len(found.payer_profiles) > 1 else ''} {judged}"] if judged else []
    parts.append(f"not stopped: {len(found.missed):,}" if found.missed else "every one is stopped")
    return "; ".join(parts) + "."


def editors_as_html(found: EditorStrength) -> str:
    """The page of suites of claims."""
    return _page(
        found,
        noun="editor",
        outcome=editors_outcome(found),
        heads=("Suite", "Version", "Claims", "Faults"),
        caption="Faulty editors stopped",
        suites=_editor_cells(found),
        conditions=[],
        survivors=(),
    )


def _editor_cells(found: EditorStrength) -> list[tuple[str, ...]]:
    return [(s.name, s.version, f"{s.claims:,}", f"{s.faults_killed:,} of {found.faults:,}") for s in found.suites]


def _page(found: Strength | EditorStrength, **parts: object) -> str:
    style = asset("report.css")
    return environment().get_template("strength.html.j2").render(style=style, policy=policy(style), found=found, **parts) + "\n"


def suite_cells(suite: SuiteStrength, *, apart: int, faults: int) -> tuple[str, ...]:
    """A suite's row: `apart` mutants of one edit can be told from the reference, `faults` are met in the field."""
    return (
        suite.name,
        suite.version,
        f"{suite.cases:,}",
        f"{suite.mutants_killed:,} of {apart:,}",
        f"{suite.faults_killed:,} of {faults:,}",
        f"{suite.conditions:,} of {suite.conditions_possible:,}",
        "" if suite.pairs is None else f"{suite.pairs:.1%}",
        "" if suite.triples is None else f"{suite.triples:.1%}",
    )


def _cells(suite: SuiteStrength, found: Strength) -> tuple[str, ...]:
    return suite_cells(suite, apart=found.mutants - found.mutants_equivalent, faults=found.faults)
