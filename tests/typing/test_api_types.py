"""The public API: its names, and that a type checker in strict mode knows each of them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import rtconform
from tests.helpers import PATIENCE_S, ROOT

NAMES = """
RULE_SET Adjudication Answer Case Claim Coder Coding Disposition DocumentError Event Fault GivenAnswer Item Json Judgement Manifest RecordsChanged Result
RtconformError Run Suite SuiteFileError Summary UserError Vendor VendorUnreachable Verdict __version__ code edit judge parametrize run
strategies suite suites vendor
""".split()
ALIASES = ("Coder", "GivenAnswer", "Json", "Verdict")


def _mypy(*files: Path) -> str:
    """What mypy says in strict mode; the checkout's own settings and cache, so that the package is not checked from nothing."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", ROOT / "pyproject.toml", *files]
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_names_are_these() -> None:
    """What is exported changes only on purpose, each name is there, and nothing else is found."""
    assert NAMES == rtconform.__all__
    assert set(NAMES) <= set(dir(rtconform))
    for name in NAMES:
        assert getattr(rtconform, name) is not None
    with pytest.raises(AttributeError, match="module 'rtconform' has no attribute 'codes'"):
        getattr(rtconform, "codes")  # noqa: B009 - looking it up is the test


def test_importing_it_is_cheap() -> None:
    """`import rtconform` brings none of the layers' modules; what is exported is imported when it is used."""
    text = "import sys, rtconform; print(sorted(m for m in sys.modules if m.startswith(('rtconform.', 'pytest', 'msgspec', 'aiohttp'))))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    assert "['rtconform._version', 'rtconform.reference']" == done.stdout.strip()


def test_a_users_file_is_checked_and_each_name_has_a_type(tmp_path: Path) -> None:
    """mypy --strict passes over a file that uses all of the API, and reveals no name to be `Any` or `object`."""
    lines = ["import rtconform", "from rtconform import strategies", "def values("]
    lines += [f"    v_{name}: rtconform.{name}," for name in ALIASES]
    lines += [") -> None:", *(f"    reveal_type(v_{name})" for name in ALIASES)]
    lines += [f"reveal_type(rtconform.{name})" for name in NAMES if name not in ALIASES]
    lines += [f"reveal_type(strategies.{name})" for name in rtconform.strategies.__all__]
    revealing = tmp_path / "revealing.py"
    revealing.write_text("\n".join(lines) + "\n", encoding="utf-8")

    said = _mypy(ROOT / "tests" / "typing" / "api_example.py", revealing)

    revealed = re.findall(r'revealing\.py:\d+: note: Revealed type is "(.*)"', said)
    assert len(NAMES) + len(rtconform.strategies.__all__) == len(revealed), said
    # an exception takes what Python's own take
    revealed = [text.replace("def (*args: object)", "def ()") for text in revealed]
    unknown = [text for text in revealed if re.search(r"\b(Any|object|builtins\.object)\b", text)]
    assert [] == unknown
