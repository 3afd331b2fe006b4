"""Which adapter a vendor file asks for."""

from rtconform.conformance.adapters import Adapter, BatchAdapter, Log
from rtconform.conformance.adapters.batches import Batches
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import (
    CliSettings,
    DicomSettings,
    FolderSettings,
    HttpSettings,
    MllpSettings,
    PythonSettings,
    Vendor,
)
from rtconform.formats.registry import QUESTIONS


def open_adapter(vendor: Vendor, log: Log, *, workers: int | None = None, brisk: bool = False) -> Adapter:
    """The vendor's adapter, not yet started. `workers` replaces the vendor file's number of processes, requests or threads.

    `brisk`: for one who asks one case after the other; no answer is held back to see whether a second one comes.

    `log` is called with what happens beside the cases. The adapter must be closed, started or not.
    """
    count = workers or vendor.settings.workers
    adapter = _plain(vendor, log, count, brisk=brisk)
    question = QUESTIONS.get((vendor.format.question, ROLES[vendor.role].asks))
    if vendor.format.batch == 1 or brisk or question is None or not isinstance(adapter, BatchAdapter):
        return adapter
    return Batches(adapter, vendor.format.batch, count, question.together)


def _plain(vendor: Vendor, log: Log, count: int, *, brisk: bool) -> Adapter:
    settings = vendor.settings
    # imported one by one: only a web service needs the HTTP client, which takes 200 ms to import
    match settings:
        case CliSettings(mode="stream"):
            from rtconform.conformance.adapters.program.stream import StreamAdapter  # noqa: PLC0415 - see above

            return StreamAdapter(vendor, settings, log, count, brisk=brisk)
        case CliSettings():
            from rtconform.conformance.adapters.program.oneshot import OneshotAdapter  # noqa: PLC0415 - see above

            return OneshotAdapter(vendor, settings, log, count)
        case HttpSettings() if vendor.format.question == "dicom":
            from rtconform.conformance.adapters.dicom.stow import StowAdapter  # noqa: PLC0415 - pydicom is an extra

            return StowAdapter(vendor, settings, log, count)
        case HttpSettings():
            from rtconform.conformance.adapters.http.service import HttpAdapter  # noqa: PLC0415 - see above

            return HttpAdapter(vendor, settings, log, count)
        case FolderSettings():
            from rtconform.conformance.adapters.folder.adapter import FolderAdapter  # noqa: PLC0415 - see above

            return FolderAdapter(vendor, settings, log, count)
        case DicomSettings():
            from rtconform.conformance.adapters.dicom.adapter import DicomAdapter  # noqa: PLC0415 - pynetdicom is an extra

            return DicomAdapter(vendor, settings, log, count)
        case MllpSettings():
            from rtconform.conformance.adapters.mllp.adapter import MllpAdapter  # noqa: PLC0415 - see above

            return MllpAdapter(vendor, settings, log, count)
        case PythonSettings():
            from rtconform.conformance.adapters.callable import PythonAdapter  # noqa: PLC0415 - see above

            return PythonAdapter(vendor, settings, log, count)
