"""Bundles as a certifier issues them, and how their checks stand: what the tests of certificates share."""

import datetime as dt
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rtconform.conformance.certificates.bundle import Bundle, read_bundle
from rtconform.conformance.certificates.checks import Trust
from rtconform.conformance.certificates.envelope import PublicKey, SigningKey, read_signing_key
from rtconform.jobs.verify import verify
from tests.helpers import PATIENCE_S, VENDORS

_STATE = tempfile.mkdtemp(prefix="rtconform-tests-state-")
"""Where commands of tests note the seeds that are spent: not in the account of who runs them."""

NOW = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


def rtconform(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command, as a user gives it."""
    command = [sys.executable, "-m", "rtconform", *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "XDG_STATE_HOME": _STATE, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def new_key(path: Path) -> SigningKey:
    """A new key, its private half at `path`, its public half beside."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(pem)
    path.chmod(0o600)
    key = read_signing_key(pem, str(path))
    path.with_suffix(".pub").write_text(key.public.pem)
    return key


@dataclass(frozen=True)
class Issued:
    """What came of certifying: the command, the folder that it ran in, the bundle there."""

    folder: Path
    done: subprocess.CompletedProcess[str]
    key: SigningKey
    commitment: str

    @property
    def bundle(self) -> Bundle:
        return read_bundle((self.folder / "b.zip").read_bytes(), "b.zip")


def issue(folder: Path, vendor: str, name: str) -> Issued:
    """The certifier's side, whole: commit, certify."""
    key = new_key(folder / "key.pem")
    commitment = rtconform("seed", "commit", "--vendor", name, cwd=folder).stdout.strip()
    done = rtconform(
        "certify",
        VENDORS / vendor / "vendor.toml",
        *("--readable", VENDORS / "correct"),  # the faulty ones are made of it
        *("--key", "key.pem", "--seed-file", "seed.json", "--commitment", commitment, "--out", "b.zip"),
        cwd=folder,
    )
    return Issued(folder, done, key, commitment)


IN_PART = """
[vendor]
name = "In Part"
version = "1"
[vendor.supports]
claims = ["facility", "professional"]
settings = ["hospital_outpatient"]
[adapter]
kind = "cli"
command = ["python3", "coder.py"]
"""


def issue_in_part(folder: Path) -> Issued:
    """A correct coder that declares half of the claims unsupported, certified with a key on a known seed."""
    key = new_key(folder / "key.pem")
    for name in ("coder.py", "reading.py"):
        (folder / name).write_bytes((VENDORS / "correct" / name).read_bytes())
    (folder / "vendor.toml").write_text(IN_PART)
    done = rtconform("certify", "vendor.toml", "--key", "key.pem", "--seed", "7", "--out", "b.zip", cwd=folder)
    return Issued(folder, done, key, "")


def standings(bundle: Bundle, key: PublicKey | None = None, commitment: str | None = None) -> dict[str, str]:
    """How each check stands."""
    return {check.name: check.standing for check in verify(bundle, Trust(key, commitment, NOW))}


def failing(bundle: Bundle, key: PublicKey | None = None, commitment: str | None = None) -> dict[str, str]:
    """The checks that did not hold, with what they say."""
    return {check.name: check.detail for check in verify(bundle, Trust(key, commitment, NOW)) if check.standing == "failed"}
