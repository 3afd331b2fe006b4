"""The manual page: every command is on it, and roff finds nothing wrong with it."""

import shutil
import subprocess
from pathlib import Path

import click
import pytest

from rtconform.cli.main import COMMANDS
from tests.helpers import TESTS
from tools.pages import man_page

PAGE = TESTS.parent / "docs" / "rtconform.1"


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_roff_warns_of_nothing() -> None:
    """With every warning on, and as text: no complaint, and each command has its section."""
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-P-cbou", str(PAGE)], capture_output=True, text=True, check=True)
    assert "" == done.stderr
    headings = {line.strip() for line in done.stdout.splitlines() if line.startswith("   rtconform ")}
    assert set(COMMANDS) == {heading.split()[1] for heading in headings}


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
def test_mandoc_warns_of_nothing() -> None:
    """The other formatter of manual pages, that of Alpine, macOS and the BSDs, accepts the page without a warning."""
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(PAGE)], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stdout)


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_what_looks_like_a_command_to_roff_is_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A help that begins with a dot, with a backslash and a sign beyond ASCII in it, is printed as it stands."""
    odd = click.Command("odd", help=".so /etc/passwd \\n(.x → end\n\n\b\n'tis\n  as-it-stands")
    monkeypatch.setattr(man_page, "cli", click.Group("rtconform", help="Odd. Things.", commands={"odd": odd}))
    page = tmp_path / "odd.1"
    page.write_text(man_page.man_page(), "ascii")
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-P-cbou", str(page)], capture_output=True, text=True, check=True)
    assert "" == done.stderr
    assert ".so /etc/passwd \\n(.x → end" in done.stdout
    assert "'tis" in done.stdout
    assert "  as-it-stands" in done.stdout
