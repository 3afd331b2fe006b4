"""What all our HTML pages share: templates that escape everything, and a policy that lets only the page's own blocks act."""

import base64
import datetime as dt
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rtconform.reports.page.matrices import in_words
from rtconform.reports.page.timing import duration
from rtconform.reports.text import clean, clip, one_line


@cache
def environment() -> Environment:
    """The templates, with the filters that they use: compiled once for all pages that a process writes."""
    made = Environment(
        loader=PackageLoader("rtconform.reports.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_fit,
    )
    made.filters.update(
        anchor=anchor, clean=one_line, clip=clip, count=_count, duration=duration, moment=_moment, number="{:,}".format,
        percent="{:.1%}".format, term=in_words, words=_words,
    )  # fmt: skip
    return made


def asset(name: str) -> Markup:
    """One of our own files, to stand in the page as it is."""
    text = files("rtconform.reports.page").joinpath("templates", name).read_text("utf-8")
    return Markup(text)  # noqa: S704 - our own file


def policy(style: str, script: str | None = None) -> str:
    """The Content-Security-Policy of a page with this style block and this script, each allowed by its hash and nothing else."""
    scripts = f"script-src '{_digest(script)}'; " if script is not None else ""
    return f"default-src 'none'; style-src '{_digest(style)}'; {scripts}base-uri 'none'; form-action 'none'"


def anchor(case_id: str) -> str:
    """The id attribute of a case: its own id, so that a link to it can be written by hand, without the blanks HTML forbids."""
    return "case-" + "_".join(case_id.split())


def _fit(value: object) -> object:
    """What a template prints: text without what HTML forbids, also where a template does not ask for it."""
    return clean(value) if type(value) is str else value


def _digest(block: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _moment(moment: dt.datetime) -> str:
    try:
        return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    except OverflowError:  # at either end of the calendar: there is no such moment in UTC
        return moment.isoformat(" ", "minutes")


def _words(term: str) -> str:
    return term.replace("_", " ")
