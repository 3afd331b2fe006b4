"""Holds constraints.txt against the advisories that pip-audit knows. Run by `make audit`.

A package with a known vulnerability ends it with 1. Where the advisory service can't be reached, or knows nothing of a package, that
is said loudly and is no failure: an audit that could not be made is none, and CI must not hang on somebody else's service.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOUD = "!" * 100


def audited() -> list[dict[str, object]] | None:
    """What pip-audit says of each package; None where it could say nothing."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "-r",
        str(ROOT / "constraints.txt"),
        "--no-deps",
        "--disable-pip",
        "--timeout=15",
    ]
    try:
        done = subprocess.run(
            [*command, "--format=json", "--progress-spinner=off"], check=False, capture_output=True, text=True, timeout=300
        )
        packages: list[dict[str, object]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    return packages


def main() -> None:
    """Print the audit; 1 where a package is vulnerable."""
    packages = audited()
    if packages is None:
        print(f"{LOUD}\nNOT AUDITED: the advisory service could not be reached\n{LOUD}", file=sys.stderr)
        return
    unknown = [str(package["name"]) for package in packages if "skip_reason" in package]
    vulnerable = [package for package in packages if package.get("vulns")]
    for package in vulnerable:
        print(f"VULNERABLE: {package['name']} {package['version']}: {json.dumps(package['vulns'])[:2000]}", file=sys.stderr)
    if unknown:
        print(
            f"{LOUD}\nNOT AUDITED: {len(unknown)} of {len(packages)} packages, which the advisory service does not know here: "
            f"{', '.join(unknown)}\n{LOUD}",
            file=sys.stderr,
        )
    print(f"audit: {len(packages) - len(unknown)} of {len(packages)} packages looked up, {len(vulnerable)} vulnerable")
    sys.exit(1 if vulnerable else 0)


if __name__ == "__main__":
    main()
