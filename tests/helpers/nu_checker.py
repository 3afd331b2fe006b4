"""The Nu HTML checker, the one of the W3C (npm's vnu-jar, with Java)."""

import json
import subprocess
from pathlib import Path

from tests.helpers.node_packages import package


def html_errors(*pages: Path) -> list[str]:
    """What the checker calls wrong: page, line and sentence."""
    jar = package("vnu-jar", "java") / "build" / "dist" / "vnu.jar"
    command = ["java", "-jar", str(jar), "--format", "json", "--exit-zero-always", "--stdout", *map(str, pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["messages"]
    return [f"{item.get('url')}:{item.get('lastLine')}: {item['message']}" for item in found if item["type"] != "info"]
