"""The sample engine that is told of visits by MLLP, running."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rtconform.conformance.adapters.processes.subreaper import started
from tests.helpers import VENDORS

ENGINE = VENDORS / "mllp_engine"


@contextmanager
def engine(folder: Path, *options: str) -> Iterator[Path]:
    """The engine, running; its vendor file, in a folder that is made for it."""
    folder.mkdir(parents=True)
    command = [sys.executable, str(ENGINE / "engine.py"), "0", *options]
    # started as ours: a command that this process ran before may have it bury every child that is not
    with started(lambda: subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)) as running:
        try:
            assert running.stdout is not None
            port = running.stdout.readline().decode().strip()
            path = folder / "vendor.toml"
            path.write_text((ENGINE / "vendor.toml").read_text().replace("port = 6661", f"port = {port}"))
            yield path
        finally:
            running.kill()
