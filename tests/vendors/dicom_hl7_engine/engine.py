"""A charge engine of a radiation oncology department: it takes DICOM RT objects with HL7 v2 messages by C-STORE, and bills by DFT.

    python engine.py PORT exchange                           correct; charges are files in exchange/out
    python engine.py PORT exchange --fault planned           counts isocenters that were planned and not delivered
    python engine.py PORT exchange --fault order             joins the plans of messages to RT Plans in the order in which these come

Made of pynetdicom, pydicom and hl7apy from what the documentation says, its rules (rules.py) included: it shares nothing with
rtconform and nothing with the other sample coders. Its reading of protons and brachytherapy came later, with our writer in view.
"""

import argparse
import socket
from pathlib import Path
from typing import Any

from hl7apy.core import Message
from pydicom import Dataset
from pynetdicom import AE, AllStoragePresentationContexts, evt
from reading import visit_in
from rules import Line, Visit, coded

GROUP, CREATOR, CONTENT = 0x3251, "RTCONFORM FILE", 0x02


def answered(objects: list[Dataset], faults: list[str]) -> tuple[str, bytes]:
    """The name of the visit that objects are about, and the messages that bill it."""
    raw = [one for one in objects if one.Modality == "OT"]
    beside = [one.private_block(GROUP, CREATOR)[CONTENT].value.decode().rstrip("\n") for one in raw]
    visit = visit_in([one for one in objects if one.Modality != "OT"], beside, faults)
    outcome, lines = coded(visit, planned="planned" in faults)
    if outcome == "coded" and lines:
        made = charges(visit, lines)
    else:
        made = message("ACK", "ACK")
        made.msa.msa_1 = {"coded": "AA", "needs_review": "AE", "out_of_scope": "AR"}[outcome]
        made.msa.msa_2 = visit.name
    return visit.name, made.to_mllp().encode()


def charges(visit: Visit, lines: list[Line]) -> Message:
    """The DFT of a visit."""
    made = message("DFT^P03^DFT_P03", "DFT_P03")
    made.evn.evn_1, made.evn.evn_2 = "P03", f"{visit.day:%Y%m%d}"
    made.pid.pid_3, made.pid.pid_5 = "1^^^CLINIC^MR", "DOE^JO"
    made.pv1.pv1_2, made.pv1.pv1_19 = "O", visit.name
    for number, line in enumerate(lines, 1):
        charge = made.add_group("DFT_P03_FINANCIAL").add_segment("FT1")
        charge.ft1_1, charge.ft1_4, charge.ft1_6 = str(number), f"{visit.day:%Y%m%d}", "CG"
        charge.ft1_7, charge.ft1_10 = line.code, "1"
        charge.ft1_23, charge.ft1_25 = f"{visit.name}.{line.session}", f"{line.code}^^CPT4"
        for modifier in line.modifiers:
            charge.add_field("ft1_26").value = f"{modifier}^^CPT4"
    return made


def message(kind: str, structure: str) -> Message:
    """A message with its header."""
    made = Message(structure, version="2.5.1")
    made.msh.msh_7, made.msh.msh_9, made.msh.msh_10 = "20260101", kind, "1"
    made.msh.msh_11, made.msh.msh_12 = "P", "2.5.1"
    return made


class Engine:
    """Takes objects by association, and bills when an association is released."""

    def __init__(self, out: Path, faults: list[str]) -> None:
        self.out, self.faults = out, faults
        self.stored: dict[object, list[Dataset]] = {}

    def opened(self, event: evt.Event) -> None:
        """An answer to a request must not wait for more to send."""
        connection: Any = event.assoc.dul.socket
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def store(self, event: evt.Event) -> int:
        """One object more."""
        self.stored.setdefault(event.assoc, []).append(event.dataset)
        return 0x0000

    def released(self, event: evt.Event) -> None:
        """The visit is complete."""
        objects = self.stored.pop(event.assoc, [])
        if objects:
            name, billed = answered(objects, self.faults)
            under_way = self.out / f"{name}.tmp"
            under_way.write_bytes(billed)
            under_way.rename(self.out / f"{name}.hl7")
            (self.out / f"{name}.hl7.done").touch()


def main() -> None:
    """Listen until somebody ends the program."""
    reader = argparse.ArgumentParser()
    reader.add_argument("port", type=int)
    reader.add_argument("exchange", type=Path)
    reader.add_argument("--fault", action="append", default=[])
    given = reader.parse_args()
    (given.exchange / "out").mkdir(parents=True, exist_ok=True)
    engine, entity = Engine(given.exchange / "out", given.fault), AE(ae_title="ENGINE")
    for context in AllStoragePresentationContexts:
        entity.add_supported_context(str(context.abstract_syntax))
    handlers: list[Any] = [
        (evt.EVT_CONN_OPEN, engine.opened),
        (evt.EVT_C_STORE, engine.store),
        (evt.EVT_RELEASED, engine.released),
    ]
    entity.start_server(("127.0.0.1", given.port), evt_handlers=handlers)


if __name__ == "__main__":
    main()
