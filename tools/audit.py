"""Holds constraints.txt against known advisories: those of PyPI, and of OSV for what PyPI could not be asked. `make audit`.

    python tools/audit.py [OSV-URL]        OSV-URL: ask only there

Ends with 0: everything was looked up, nothing is vulnerable; 1: something is; 3: nothing known to be vulnerable, but not
everything, or nothing, could be looked up. CI lets 3 pass, since it must not depend on somebody else's service.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOUD = "!" * 100
AUDITED, VULNERABLE, NOT_AUDITED = 0, 1, 3

Package = dict[str, Any]


def packages_of(service: list[str]) -> list[Package]:
    """What pip-audit says of each package; nothing where the service could not be reached."""
    file = str(ROOT / "constraints.txt")
    command = [sys.executable, "-m", "pip_audit", "-r", file, "--no-deps", "--disable-pip", "--timeout=15", *service]
    try:
        done = subprocess.run(
            [*command, "--format=json", "--progress-spinner=off"], check=False, capture_output=True, text=True, timeout=300
        )
        packages: list[Package] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []
    return packages


def pinned() -> list[str]:
    """The names of all packages, as constraints.txt has them."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line.partition("==")[0].lower().replace("_", "-").replace(".", "-") for line in lines if "==" in line]


def main(osv_url: str) -> int:
    """Print the audit and return how it ended."""
    osv = ["--vulnerability-service=osv"]
    services = [[*osv, f"--osv-url={osv_url}"]] if osv_url else [["--vulnerability-service=pypi"], osv]
    names = pinned()
    missing, vulnerable = set(names), set[str]()
    for service in services:
        for package in packages_of(service) if missing else ():
            name = package["name"].lower().replace(".", "-")
            if "skip_reason" in package:
                continue
            missing.discard(name)
            if package["vulns"]:
                vulnerable.add(name)
                print(f"VULNERABLE: {name} {package['version']}: {json.dumps(package['vulns'])[:2000]}", file=sys.stderr)
    if missing:
        which = "" if len(missing) == len(names) else f": {', '.join(sorted(missing))}"
        said = f"{len(missing)} of {len(names)} packages: the advisory services can't be reached, or don't know them{which}"
        print(f"{LOUD}\nNOT AUDITED: {said}\n{LOUD}", file=sys.stderr)
    looked_up = f"{len(names) - len(missing)} of {len(names)} packages looked up, {len(vulnerable)} of these vulnerable"
    print(f"audit{': INCOMPLETE' if missing else ''}: {looked_up}")
    return VULNERABLE if vulnerable else NOT_AUDITED if missing else AUDITED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
