"""The pytest plugin, in a pytest of its own with real vendors: cases are tests, and who does not ask pays nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import PATIENCE_S, VENDORS

FAULTY, CORRECT = (VENDORS / name / "vendor.toml" for name in ("three_faults", "correct"))
OWN_TEST = """
import pytest
from coder import answer

@pytest.mark.rtconform(suite="published")
def test_my_coder(rtconform_case):
    assert rtconform_case.check(answer(rtconform_case.data)) in ("pass", "accepted")
"""
OWN_CODER = """
def answer(case):
    lines = [{"session": session["id"], "code": "77407"} for session in case["sessions"]]
    return {"id": case["id"], "outcome": "coded", "lines": lines}
"""


def _pytest(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A pytest in an empty folder, warnings as errors."""
    command = [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *map(str, arguments)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("spread", [[], ["-n", "2"]])
def test_each_case_is_a_test(tmp_path: Path, spread: list[str]) -> None:
    """Passed, failed and counted as in a run, in one process or two; the failure has the judge's shape, the summary a line."""
    done = _pytest(tmp_path, "--rtconform-vendor", FAULTY, "--rtconform-suite", "published", "-q", *spread)
    assert 1 == done.returncode, done.stdout
    assert "16 failed, 55 passed" in done.stdout
    assert "Rule ISO-SHIFT" in done.stdout
    assert "rtconform generate --id published:isocenter-planned-shift" in done.stdout
    assert re.search(r"rtconform: Three Faults Coder .*, published, rule set 2026\.1: 16 fail, 55 pass", done.stdout)


@pytest.mark.slow
def test_a_correct_coder_passes_and_one_case_can_be_asked_for(tmp_path: Path) -> None:
    """-k chooses among the cases by their ids."""
    done = _pytest(tmp_path, "--rtconform-vendor", CORRECT, "--rtconform-suite", "published", "-k", "scenario-2-hospital", "-v")
    assert 0 == done.returncode, done.stdout
    assert "published:scenario-2-hospital-facility PASSED" in done.stdout
    assert "2 passed, 69 deselected" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rtconform-vendor", "x.toml"], "--rtconform-vendor needs --rtconform-suite"),
        (["--rtconform-vendor", "x.toml", "--rtconform-suite", "published"], "x.toml: No such file"),
        (["--rtconform-vendor", str(CORRECT), "--rtconform-suite", "publish"], "no suite 'publish'"),
    ],
)
def test_what_is_wrong_with_the_options_is_said(tmp_path: Path, arguments: list[str], said: str) -> None:
    """A usage error of pytest's, exit code 4, without a traceback."""
    done = _pytest(tmp_path, *arguments)
    assert (4, True, False) == (done.returncode, said in done.stderr, "Traceback" in done.stderr)


def test_a_vendors_own_test_gets_the_cases(tmp_path: Path) -> None:
    """`rtconform_case` runs a test once a case, and `check` fails it with the judge's explanation."""
    (tmp_path / "coder.py").write_text(OWN_CODER)
    (tmp_path / "test_own.py").write_text(OWN_TEST)
    done = _pytest(tmp_path, "-q", "-k", "definition-imrt-arcs or scenario-1-hospital-facility")
    assert "1 failed, 1 passed" in done.stdout
    assert "FAILED test_own.py::test_my_coder[published:scenario-1-hospital-facility]" in done.stdout
    assert "S1: expected 77402, answered 77407: another code" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("", "say which suite"),
        ('@pytest.mark.rtconform(suite="nothing")', "no suite 'nothing'"),
        ("@pytest.mark.rtconform(suit=1)", "unexpected keyword"),
    ],
)
def test_a_wrong_marker_is_said(tmp_path: Path, marker: str, said: str) -> None:
    """Named with the test that has it."""
    (tmp_path / "test_own.py").write_text(f"import pytest\n{marker}\ndef test_it(rtconform_case): ...\n")
    done = _pytest(tmp_path)
    assert (True, True) == (said in done.stdout + done.stderr, "test_own.py::test_it" in done.stdout + done.stderr)
    assert 0 != done.returncode


@pytest.mark.slow
def test_who_does_not_ask_pays_nothing(tmp_path: Path) -> None:
    """Beside the plugin's own file nothing of rtconform is imported by a pytest that was not asked for a case."""
    (tmp_path / "test_own.py").write_text(
        "import sys\ndef test_it(): print('LOADED', sorted(name for name in sys.modules if name.startswith('rtconform')))\n"
    )
    done = _pytest(tmp_path, "-s")
    loaded = "['rtconform', 'rtconform._version', 'rtconform.pytest', 'rtconform.pytest.plugin', 'rtconform.reference']"
    assert f"LOADED {loaded}" in done.stdout


@pytest.mark.slow
def test_a_decorated_test_runs_for_each_case(tmp_path: Path) -> None:
    """One test for each case, named by its id; a failure is told in the judge's words, without a line of ours."""
    (tmp_path / "coder.py").write_text(OWN_CODER, encoding="utf-8")
    (tmp_path / "test_own.py").write_text(
        "import rtconform\nfrom coder import answer\n\n"
        '@rtconform.parametrize("published,boundaries")\ndef test_my_coder(case):\n    case.check(answer(case.data))\n',
        encoding="utf-8",
    )
    done = _pytest(tmp_path, "-q")
    assert 1 == done.returncode
    assert re.search(r"\d+ failed, \d+ passed", done.stdout), done.stdout[-500:]
    assert "test_my_coder[published:isocenter-planned-shift]" in done.stdout
    assert "fail: " in done.stdout
    assert "Rule ISO-SHIFT" in done.stdout
    assert "Traceback" not in done.stdout
    assert "items.py" not in done.stdout


@pytest.mark.slow
def test_a_decorator_with_a_wrong_suite_ends_the_collection_in_words(tmp_path: Path) -> None:
    """The sentence, and no traceback of ours."""
    (tmp_path / "test_own.py").write_text(
        'import rtconform\n\n@rtconform.parametrize("publishd")\ndef test_it(case):\n    pass\n', encoding="utf-8"
    )
    done = _pytest(tmp_path, "-q")
    assert 2 == done.returncode
    assert "no suite 'publishd'" in done.stdout
    assert "registry.py" not in done.stdout


TWICE = """
import json, sys
for number, line in enumerate(sys.stdin):
    answer = json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review"})
    print(answer, *[answer] * (number % 10 == 3), sep="\\n", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("spread", [[], ["-n", "2"]])
def test_a_second_answer_is_noticed_where_it_came(tmp_path: Path, spread: list[str]) -> None:
    """Each case is asked once, the next one ahead of its test: the cases that were answered twice fail for that, no other does."""
    (tmp_path / "coder.py").write_text(TWICE)
    (tmp_path / "vendor.toml").write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "coder.py"]\n'
    )
    done = _pytest(tmp_path, "--rtconform-vendor", "vendor.toml", "--rtconform-suite", "published", "-q", *spread)
    told = len(re.findall("^invalid: answered twice", done.stdout, re.MULTILINE))
    assert len(spread) // 2 + 7 >= told >= 7 - len(spread) // 2, done.stdout  # each process counts its own cases
    assert "71 failed" in done.stdout
