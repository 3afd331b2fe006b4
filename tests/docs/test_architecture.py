"""The map of the code is true: what it names is there, what is there it names, and no folder is too wide to look through."""

import re
import subprocess
from collections import Counter
from pathlib import PurePosixPath

import pytest
from markdown_it import MarkdownIt

from tests.helpers import ROOT

MAP = ROOT / "docs" / "architecture.md"
MOST_MODULES = 20
LAYERS = ("reference", "generators", "formats", "conformance", "reports", "rtconform", "tools")
NAMED = re.compile(r"`((?:reference|generators|formats|conformance|reports|rtconform|tools|tests|docs)/[\w./-]*)`")


def tracked() -> list[PurePosixPath]:
    """Every file of the project."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [PurePosixPath(line) for line in listed.splitlines()]


def folders_of_code() -> list[str]:
    """Every folder of the layers that holds Python modules, with a slash at its end."""
    found = {path.parent for path in tracked() if path.suffix == ".py" and path.parts[0] in LAYERS}
    return sorted(f"{folder}/" for folder in found)


@pytest.mark.parametrize("path", sorted(set(NAMED.findall(MAP.read_text("utf-8")))))
def test_what_the_map_names_exists(path: str) -> None:
    """Each file and folder that the page names is where the page says."""
    found = ROOT / path
    assert found.is_dir() if path.endswith("/") else found.is_file()


@pytest.mark.parametrize("folder", folders_of_code())
def test_each_folder_is_on_the_map(folder: str) -> None:
    """Each folder of code has its line in the tree, or its name in the line of the folder that it is in."""
    text = MAP.read_text("utf-8")
    path = PurePosixPath(folder)
    parent = next((line for line in text.splitlines() if line.startswith(f"| `{path.parent}/`")), "")
    assert f"| `{folder}`" in text or f"`{path.name}/`" in parent


def test_no_folder_is_too_wide() -> None:
    """No folder of the package holds more than 20 modules."""
    modules = Counter(
        str(path.parent) for path in tracked() if path.suffix == ".py" and path.name != "__init__.py" and path.parts[0] in LAYERS
    )
    assert {} == {folder: count for folder, count in modules.items() if count > MOST_MODULES}


@pytest.mark.parametrize("page", [str(path) for path in tracked() if path.suffix == ".md"])
def test_links_between_pages_lead_somewhere(page: str) -> None:
    """Each link from one page to a file of the project finds it."""
    tokens = MarkdownIt().parse((ROOT / page).read_text("utf-8"))
    inner = [child for token in tokens for child in token.children or []]
    links = [str(child.attrs.get("href") or child.attrs.get("src")) for child in inner if child.type in ("link_open", "image")]
    files = [link.partition("#")[0] for link in links if not re.match(r"[a-z]+:|#", link)]
    assert [] == [link for link in files if not ((ROOT / page).parent / link).exists()]
