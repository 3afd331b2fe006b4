"""The pytest plugin: `pytest --rtconform-vendor vendor.toml --rtconform-suite published`, and the fixture `rtconform_case`.

Every pytest of an environment with rtconform loads it. Until one of the two is used, nothing but this file is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rtconform.pytest.cases import Asker

_VERDICT = "rtconform_verdict"
_ASKER: pytest.StashKey[Asker] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("rtconform", "rtconform: conformance of radiation treatment coders")
    group.addoption("--rtconform-vendor", metavar="VENDOR.toml", help="Ask this vendor; each case is a test.")
    group.addoption("--rtconform-suite", metavar="NAME,…", help="The suites, comma-separated.")
    group.addoption("--rtconform-seed", type=int, default=1, metavar="N", help="Seed, for suites that use one (default: 1).")
    group.addoption("--rtconform-count", type=int, metavar="N", help="Number of cases, for suites of any length.")


def pytest_configure(config: pytest.Config) -> None:
    """Say at once what is wrong with what was given."""
    config.addinivalue_line("markers", "rtconform(suite, seed=1, count=None): the cases that fixture rtconform_case stands for")
    vendor, suite = config.getoption("rtconform_vendor"), config.getoption("rtconform_suite")
    if vendor is None:
        return
    if not suite:
        raise pytest.UsageError("--rtconform-vendor needs --rtconform-suite; `rtconform suites` lists the suites")
    from rtconform.pytest.cases import Asker  # noqa: PLC0415 - only where it is asked for
    from rtconform.reference.errors import RtconformError  # noqa: PLC0415 - the same

    given = Path(vendor)
    file = given if given.is_absolute() else config.invocation_params.dir / given
    try:
        config.stash[_ASKER] = Asker(file, suite, config.getoption("rtconform_seed"), config.getoption("rtconform_count"))
    except RtconformError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing of the vendor's running."""
    if asker := config.stash.get(_ASKER, None):
        asker.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The vendor file where pytest comes upon it, so that a test can be asked for by its id."""
    asker = parent.config.stash.get(_ASKER, None)
    if asker is None or file_path.resolve() != asker.file.resolve():
        return None
    collector: VendorFile = VendorFile.from_parent(parent, path=file_path)
    return collector


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """The vendor's cases, also where its file is outside what pytest looks through; before -k and -m choose."""
    asker = config.stash.get(_ASKER, None)
    if asker is not None and not any(isinstance(item, CaseItem) for item in items):
        items.extend(VendorFile.from_parent(session, path=asker.file).collect())


class VendorFile(pytest.File):
    """The vendor file as pytest shows it: the cases are its tests."""

    def collect(self) -> Iterator[CaseItem]:
        """A test a case, in the suites' order."""
        asker = self.config.stash[_ASKER]
        for suite, index, case_id in asker.cases():
            yield CaseItem.from_parent(self, name=case_id, place=(suite, index))


class CaseItem(pytest.Item):
    """A case put to the vendor."""

    def __init__(self, *, name: str, parent: VendorFile, place: tuple[int, int]) -> None:
        super().__init__(name, parent)
        self.place = place
        self.following: tuple[int, int] | None = None

    def runtest(self) -> None:
        """Ask and judge."""
        verdict, text = self.config.stash[_ASKER].ask(self.place, self.following)
        self.user_properties.append((_VERDICT, verdict))
        if verdict == "not_applicable":
            pytest.skip(text)
        if text:
            pytest.fail(text, pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it is."""
        return self.path, None, self.name


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """A case learns which one comes after it, in this process: it is asked ahead."""
    if isinstance(item, CaseItem) and isinstance(nextitem, CaseItem):
        item.following = nextitem.place


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `rtconform_case` runs once a case."""
    if "rtconform_case" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("rtconform")
    option = metafunc.config.getoption("rtconform_suite")
    if marker is None and option is None:
        raise pytest.UsageError(
            f'{metafunc.definition.nodeid}: say which suite: @pytest.mark.rtconform(suite="boundaries"), or --rtconform-suite'
        )
    from rtconform.pytest.cases import cases_of  # noqa: PLC0415 - only where it is asked for
    from rtconform.reference.errors import RtconformError  # noqa: PLC0415 - the same

    args, kwargs = (marker.args, marker.kwargs) if marker else ((option,), {})
    try:
        cases = cases_of(*args, **kwargs)
    except (RtconformError, TypeError) as error:
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: {error}") from None
    metafunc.parametrize("rtconform_case", cases, ids=[case.id for case in cases])


def pytest_report_header(config: pytest.Config) -> str | None:
    """Whom and what."""
    asker = config.stash.get(_ASKER, None)
    return None if asker is None else f"rtconform: {asker.about}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The verdicts, on a line."""
    asker = config.stash.get(_ASKER, None)
    if asker is None:
        return
    verdicts: dict[str, int] = {}
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        for name, value in getattr(report, "user_properties", ()) if getattr(report, "when", "") == "call" else ():
            if name == _VERDICT:
                verdicts[value] = verdicts.get(value, 0) + 1
    told = ", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items())) or "no case asked"
    terminalreporter.write_line(f"rtconform: {asker.about}: {told}; the canary and asking again are part of `rtconform run` only")
