"""A comparison of two runs as one self-contained HTML page, in the look and under the policy of a run's report."""

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rtconform.conformance.verdicts import FINDINGS
from rtconform.reports.compare import CHANGES, Change, Changed, Comparison
from rtconform.reports.compare_text import TITLES, verdict_line
from rtconform.reports.text import clip, one_line

SHOWN = 1000
"""Cases shown of each change."""


def as_html(found: Comparison) -> str:
    """The comparison as an HTML document."""
    environment = Environment(
        loader=PackageLoader("rtconform.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(clean=one_line, clip=clip)
    style = files("rtconform.reports").joinpath("templates", "report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sections: list[tuple[Change, list[Changed]]] = [
        (change, [case for case in found.changes if case.change == change][:SHOWN]) for change in TITLES
    ]
    return (
        environment.get_template("compare.html.j2").render(
            style=Markup(style),  # noqa: S704 - our own file
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            found=found,
            line=verdict_line(found),
            titles=TITLES,
            means=CHANGES,
            findings=FINDINGS,
            sections=[(change, cases) for change, cases in sections if cases],
        )
        + "\n"
    )
