"""The explorer as one HTML page: the rules as data, a small evaluator, nothing fetched."""

import json
from typing import Any

from markupsafe import Markup

from rtconform.reference import RULE_SET
from rtconform.reference.coder.rules import PUBLICATION
from rtconform.reports.explorer.model import model
from rtconform.reports.page.page import asset, environment, policy


def as_html() -> str:
    """The page."""
    told = model()
    style, script = asset("report.css") + asset("explorer.css"), asset("explorer.js")
    data = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return (
        environment()
        .get_template("explorer.html.j2")
        .render(
            style=style,
            script=script,
            policy=policy(style, script),
            model=Markup(data),  # noqa: S704 - our own data, and nothing in it can end the block
            dials=told["dials"],
            first={dial["name"]: _first(dial) for dial in told["dials"]},
            rule_set=RULE_SET,
            publication=PUBLICATION,
        )
        + "\n"
    )


def _first(dial: dict[str, Any]) -> str:
    """The choice that a dial begins with: the one that changes nothing in the base case."""
    return str(next(choice["name"] for choice in dial["choice"] if not choice["set"]))
