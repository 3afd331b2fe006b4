"""`rtconform demo`: a run to look at, without a vendor of one's own."""

import sys
from pathlib import Path

import click

from rtconform.cli.options import QUIET, pasted, quiet, say
from rtconform.cli.running.run import run_watched
from rtconform.conformance.verdicts import EXIT_CONFORMANT, EXIT_NOT_CONFORMANT
from rtconform.jobs.case_finder import case_finder
from rtconform.jobs.run import plan_run
from rtconform.jobs.samples import copy_sample
from rtconform.reports.writers.formats import render

_SUITES = {"coder": ("published", "boundaries"), "editor": ("edits-claim",), "editor over x12": ("edits-claim",)}
_ABOUT = {
    "coder": (
        "The sample vendor has three planted faults, so this demo should end with «not conformant». The report shows four:\n"
        "counting plans instead of isocenters codes too high where two plans share one, and too low where one plan has two."
    ),
    "editor": (
        "The sample editor has five planted faults, three of them false denials, so this demo should end with «not conformant»."
    ),
    "editor over x12": (
        "The sample editor reads 837 and answers 835; claims that an 837 can't express are not applicable. It has five planted\n"
        "faults, so this demo should end with «not conformant». names.csv beside the report lists the CLM01 of each claim."
    ),
}


@click.command()
@click.option("--editor", "role", flag_value="editor", default="coder", help="Run a claim editor instead of a coder.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "x12"]),
    default="json",
    show_default=True,
    help="The format of questions and answers; x12 runs the claim editor.",
)
@click.option("--certificate", is_flag=True, help="Certify a sample coder, with a key made for it, and verify the bundle.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("rtconform-demo"),
    show_default=True,
    help="A new folder for the vendor and the run.",
)
@QUIET
@click.pass_context
def demo(context: click.Context, role: str, form: str, out: Path, *, certificate: bool) -> None:
    """Run a sample vendor that has known faults, write its report, and say what to do next.

    \b
    rtconform demo
    rtconform demo --editor --out editor-demo
    rtconform demo --format x12 --out x12-demo
    rtconform demo --certificate --out certificate-demo

    Exit code 0: the planted faults were found, or the certificate was verified; 1: they were not.
    """
    if certificate:
        if role != "coder" or form != "json":
            raise click.UsageError("--certificate certifies the sample coder, asked in JSON: leave out --editor and --format")
        from rtconform.cli.running.demo_certificate import demo_certificate  # noqa: PLC0415 - certifying is not needed otherwise

        demo_certificate(context, out)
    asks = "editor" if form == "x12" else role
    role = "editor over x12" if form == "x12" else role
    vendor = copy_sample(role, out)
    run = out / "run"
    summary = run_watched(plan_run(vendor, _SUITES[role], seed=1), run, resume=False)
    (report,) = render(run, ["html"], finder=case_finder, summary=summary)
    if not quiet():
        render(run, ["table"], summary=summary)
    say(f"\n{_ABOUT[role]}\n\nreport: {report}\n\nNext:")
    for words, about in (
        (("rtconform", "replay", run, "--vendor", vendor, "--out", out / "again"), "ask again only what failed"),
        (("rtconform", "hunt", vendor, "--out", out / "faults.jsonl"), "find its faults, each with its smallest case"),
        (
            ("rtconform", "vendor", "init", "--kind", "cli", "--role", asks),
            "begin a vendor file for your own software",
        ),
    ):
        say(f"  {pasted(*words)}    # {about}")
    ran = summary.counts["fail"] and not (summary.counts["error"] or summary.counts["unanswered"])
    sys.exit(EXIT_CONFORMANT if ran and not summary.conformant else EXIT_NOT_CONFORMANT)
