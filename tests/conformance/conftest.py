"""What the adapter tests share: a case, a vendor file made for the test, and a conversation with the program it names."""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from rtconform.conformance.adapters import Reply
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.records import Event
from rtconform.conformance.vendors.file import Vendor, load_vendor
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode
from tests.helpers import TESTS

PROGRAMS = TESTS / "conformance" / "programs"

DOCUMENT = b"""{"schema": "rtconform.case/1", "id": "made:1",
 "patient": {"id": "SYN-5f0c9a71e2", "family_name": "O'Neil", "given_name": "<b>Ann</b>", "birth_date": "1953-04-02", "sex": "female"},
 "billing": {"date_of_service": "2026-03-09", "setting": "hospital_outpatient", "claim": "facility", "payer": "medicare"},
 "isocenters": [{"id": "ISO1", "position_mm": [0.0, -12.5, 40.0]}],
 "plans": [{"id": "P1", "label": "VMAT", "site": "lung", "diagnosis": "C34.1", "intent": "curative", "technique": "vmat",
   "dose_gy": 60.0, "fractions": 20,
   "planning": {"volumetric_imaging": "ct", "targets": ["PTV"], "organs_at_risk": ["heart"], "dvh_evaluated": true,
                "inverse_optimized": true},
   "beams": [{"id": "P1B1", "radiation": "photon", "energy": "6X", "delivery": "arc", "modulation": "dynamic_mlc",
              "isocenter": "ISO1", "gantry_start_deg": 181.0, "gantry_stop_deg": 179.0}]}],
 "sessions": [{"id": "S1", "started_at": "2026-03-09T09:10:00", "fraction": 5, "beams_delivered": ["P1B1"],
   "guidance": [{"method": "cbct", "purpose": "target_localization", "timing": "pre_treatment"}],
   "motion": {"method": "breath_hold", "monitor": "optical_surface", "during_beam": true}, "couch_shift_mm": [1.2, -0.4, 2.0],
   "port_images": 0, "physician_review": {"approved_at": "2026-03-09T17:40:00"}, "next_session_at": "2026-03-10T09:10:00"}]}"""


@dataclass(frozen=True)
class Conversation:
    """The replies in the order of the cases, and the events in the order in which they came."""

    replies: list[Reply]
    events: list[Event]

    @property
    def statuses(self) -> list[str]:
        return [reply.status for reply in self.replies]

    @property
    def details(self) -> str:
        return "\n".join(reply.detail for reply in self.replies)

    def said(self, kind: str) -> str:
        return "\n".join(event.detail for event in self.events if event.kind == kind)


Write = Callable[..., Path]
Talk = Callable[..., Conversation]


@pytest.fixture
def case() -> Case:
    return decode(DOCUMENT, Case)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a vendor file: a [vendor] table, then `text`; further arguments are files beside it, `_` for the dot."""

    def write(text: str, vendor: str = 'name = "V"\nversion = "1"', **files: str) -> Path:
        for name, content in files.items():
            (tmp_path / name.replace("_", ".")).write_text(content, encoding="utf-8")
        path = tmp_path / "vendor.toml"
        path.write_text(f"[vendor]\n{vendor}\n{text}", encoding="utf-8")
        return path

    return write


@pytest.fixture
def talk(write: Write, case: Case) -> Talk:
    """Asks `count` cases (or `ids`) of the vendor that `text` describes, all at once or one after the other."""

    def talk(text: str, count: int = 3, *, ids: Sequence[str] = (), one_by_one: bool = False, **files: str) -> Conversation:
        cases = [replace(case, id=case_id) for case_id in ids or [f"made:{number}" for number in range(1, count + 1)]]
        return asyncio.run(_converse(load_vendor(write(text, **files)), cases, one_by_one=one_by_one))

    return talk


async def _converse(vendor: Vendor, cases: Sequence[Case], *, one_by_one: bool) -> Conversation:
    events: list[Event] = []
    adapter = open_adapter(vendor, events.append)
    try:
        await adapter.start()
        if one_by_one:
            replies = [await adapter.ask(case) for case in cases]
        else:
            places = asyncio.Semaphore(adapter.window)

            async def ask(case: Case) -> Reply:
                async with places:
                    return await adapter.ask(case)

            replies = list(await asyncio.gather(*(ask(case) for case in cases)))
    finally:
        await adapter.close()
    return Conversation(replies, events)


@pytest.fixture
def program() -> Callable[..., str]:
    """The [adapter] table for one of the test programs."""

    def program(name: str, *arguments: object, mode: str = "stream", timeout_s: float = 20, workers: int = 1) -> str:
        runner = ["sh"] if name.endswith(".sh") else [sys.executable, "-S"]
        command = [*runner, str(PROGRAMS / name), *(str(argument) for argument in arguments)]
        return (
            f'\n[adapter]\nkind = "cli"\nmode = "{mode}"\ntimeout_s = {timeout_s}\nworkers = {workers}\ncommand = {command!r}\n'
        )

    return program


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Whether a process is no more, or at most a zombie that nobody has buried; one that is being killed has a moment."""

    def gone(pid: int) -> bool:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if _state(pid) in ("", "Z", "X"):
                return True
            time.sleep(0.01)
        return False

    return gone


def _state(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[0]
