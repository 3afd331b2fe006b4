"""The documentation as a site (`make site`): pages made ready for the builder, then built, with every link checked.

The pages are written for the repository, and are executed from there. On the site README.md is the front page, a block of code
keeps its language and the name of its file, and what is no page of the site is named and not linked.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from rtconform.reports.explorer.page import as_html as explorer

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
READY = ROOT / "build" / "site-pages"
SITE = ROOT / "build" / "site"
FRONT = "index.md"

_FENCE = re.compile(r"^(?P<fence>```+)(?P<language>\w+)(?P<rest>[^\n`]*)$", re.MULTILINE)
_SHIM = re.compile(r'<script src="https://[^"]*iframe-worker/shim"[^>]*>')
"""What the browser would fetch so that the search works in pages opened from a folder: `docs/assets/worker.js` replaces it."""

_FILE = re.compile(r"\bfile=(\S+)")
_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")


def main() -> int:
    """Build the site; exit code 1 where the builder found something wrong, a link that leads nowhere for instance."""
    make_ready(READY)
    shutil.rmtree(SITE, ignore_errors=True)
    builder = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(ROOT / "mkdocs.yml")]
    done = subprocess.run(builder, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        return 1
    for page in SITE.rglob("*.html"):
        page.write_text(_SHIM.sub(_own_shim(page), page.read_text("utf-8")), "utf-8")
    print(SITE / "index.html")
    return 0


def _own_shim(page: Path) -> str:
    return f'<script src="{"../" * (len(page.relative_to(SITE).parts) - 1)}assets/worker.js">'


def make_ready(folder: Path) -> None:
    """All pages, as the builder wants them, in `folder`, which is emptied before."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, folder, ignore=shutil.ignore_patterns("*.lock", "__pycache__"))
    for page in DOCS.rglob("*.md"):
        if page != DOCS / "README.md":
            (folder / page.relative_to(DOCS)).write_text(page_of_site(page), "utf-8")
    (folder / "README.md").unlink()
    titles = {page.name: page.read_text("utf-8").splitlines()[0].lstrip("# ") for page in sorted(DOCS.glob("decisions/*.md"))}
    decisions = [f"- [{title}]({name})" for name, title in titles.items()]
    (folder / "decisions" / FRONT).write_text("\n".join(["# Decisions", "", *decisions, ""]), "utf-8")
    (folder / FRONT).write_text(page_of_site(ROOT / "README.md"), "utf-8")
    (folder / "explore.html").write_text(explorer(), "utf-8")


def page_of_site(source: Path) -> str:
    """The text of a page, with blocks and links as the site has them."""
    text = _FENCE.sub(_block, source.read_text("utf-8"))
    return _LINK.sub(lambda link: _link(link, source), text)


def _block(fence: re.Match[str]) -> str:
    title = _FILE.search(fence["rest"])
    return f"{fence['fence']}{fence['language']}" + (f' title="{title[1]}"' if title else "")


def _link(link: re.Match[str], source: Path) -> str:
    if "://" in link["target"]:
        return link[0]
    found = (source.parent / link["target"]).resolve()
    if found in (ROOT / "README.md", DOCS / "README.md"):
        page = FRONT
    elif found.is_relative_to(DOCS) and found.is_file():
        page = found.relative_to(DOCS).as_posix()
    else:
        name = found.relative_to(ROOT).as_posix()
        return link["text"] if link["text"].strip("`") == name else f"{link['text']} (`{name}`)"
    up = 0 if source.parent == ROOT else len(source.parent.relative_to(DOCS).parts)
    return f"{link['image']}[{link['text']}]({'../' * up}{page}{link['anchor'] or ''})"


if __name__ == "__main__":
    sys.exit(main())
