"""Builds the wheel from an exported tree, installs it in an empty environment and uses it there, away from the checkout."""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "tests" / "vendors" / "correct"


def run(*command: str | Path, cwd: Path) -> str:
    """The command's standard output; its failure is ours."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> None:
    """Build, install, run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "build", "--outdir", folder / "dist", ROOT, cwd=folder)
        (wheel,) = (folder / "dist").glob("*.whl")
        venv.create(folder / "empty", with_pip=True)
        python = folder / "empty" / "bin" / "python"
        run(
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-c",
            ROOT / "constraints.txt",
            wheel,
            cwd=folder,
        )
        rtconform = folder / "empty" / "bin" / "rtconform"
        where = run(python, "-c", "import rtconform.reports as r; print(r.__file__)", cwd=folder)
        if str(ROOT) in where:
            sys.exit(f"the wheel was not used: {where}")
        out = run(
            rtconform, "run", VENDOR / "vendor.toml", "--suite", "published,boundaries", "--out", folder / "run", cwd=folder
        )
        for command in (["rules"], ["suites"], ["schema", "case"], ["vendor", "init"], ["generate", "published"]):
            run(rtconform, *command, cwd=folder)
        if not (folder / "run" / "report.html").exists():
            sys.exit("no report.html")
        print(out)
        print(f"{wheel.name}: installed in an empty environment, ran two suites and wrote a report")


if __name__ == "__main__":
    main()
