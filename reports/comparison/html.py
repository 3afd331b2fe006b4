"""A comparison of two runs as one self-contained HTML page, in the look and under the policy of a run's report."""

from rtconform.conformance.verdicts import FINDINGS
from rtconform.reports.comparison.compare import CHANGES, Change, Changed, Comparison
from rtconform.reports.comparison.text import TITLES, verdict_line
from rtconform.reports.page.page import asset, environment, policy

SHOWN = 1000
"""Cases shown of each change."""


def as_html(found: Comparison) -> str:
    """The comparison as an HTML document."""
    style = asset("report.css")
    sections: list[tuple[Change, list[Changed]]] = [
        (change, [case for case in found.changes if case.change == change][:SHOWN]) for change in TITLES
    ]
    return (
        environment()
        .get_template("compare.html.j2")
        .render(
            style=style,
            policy=policy(style),
            found=found,
            line=verdict_line(found),
            titles=TITLES,
            means=CHANGES,
            findings=FINDINGS,
            sections=[(change, cases) for change, cases in sections if cases],
        )
        + "\n"
    )
