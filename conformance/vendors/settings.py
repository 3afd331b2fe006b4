"""What a vendor file says, as types: what the vendor is called, what it supports, and how it is reached.

What each field means stands in the file that `rtconform vendor init` writes (`scaffold.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec import field as wire_field

from rtconform.conformance.protocol import Coder, RoleName, Supports
from rtconform.conformance.records import VendorRecord
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.secrets import interpolate
from rtconform.formats.settings import AnswerSettings, FormatSettings
from rtconform.reference.regular_file import shown

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]
Workers = Annotated[int, Meta(ge=1, le=256)]
Host = Annotated[str, Meta(pattern=r"^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$", max_length=300)]
Title = Annotated[str, Meta(pattern=r"^(?! *$)[ -\[\]-~]{1,16}$")]
Address = Annotated[str, Meta(pattern=r"^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$", max_length=300)]
Expression = Annotated[str, Meta(min_length=1, max_length=2000)]


class TlsFiles(Struct, frozen=True, kw_only=True):
    """PEM files beside the vendor file, for TLS; empty: none.

    `authority`: who signed the vendor's certificate (empty: the system's authorities count). `certificate`, `key`: ours, shown
    where the vendor asks for them and on an address of ours. With an authority, who connects there must show a certificate of it.
    """

    authority: Annotated[str, Meta(max_length=1000)] = ""
    certificate: Annotated[str, Meta(max_length=1000)] = ""
    key: Annotated[str, Meta(max_length=1000)] = ""


class TlsSettings(TlsFiles, frozen=True, kw_only=True):
    """TLS of a vendor whose address does not say that it is spoken."""

    tls: bool = False


class CliSettings(Struct, frozen=True):
    """A program: `stream` is one process with JSON Lines both ways, `oneshot` a process a case. Started in the file's folder."""

    kind: Literal["cli"]
    command: Annotated[tuple[str, ...], Meta(min_length=1)]
    mode: Literal["stream", "oneshot"] = "stream"
    timeout_s: Seconds = 10.0
    workers: Workers = 2
    env: dict[str, str] = {}


class HttpSettings(TlsFiles, frozen=True):
    """A web service; `workers` is the number of requests at the same time. Redirects go to none but the hosts listed.

    `folder`, `listen`: where the response does not hold the answer, the folder to whose `out` it comes as a file, or the address
    of ours to which it is posted; with a certificate of ours, by https.
    """

    kind: Literal["http"]
    url: str
    method: Literal["POST", "PUT"] = "POST"
    headers: dict[str, str] = {}
    content_type: str = "application/json"
    timeout_s: Seconds = 10.0
    workers: Workers = 8
    allow_redirects_to: tuple[Host, ...] = ()
    folder: Annotated[str, Meta(max_length=1000)] = ""
    listen: Address | Literal[""] = ""


class PythonSettings(Struct, frozen=True):
    """A callable, `package.module:function`, called in threads of this process."""

    kind: Literal["python"]
    function: str = wire_field(name="callable")
    timeout_s: Seconds = 10.0
    workers: Workers = 1


class FolderSettings(Struct, frozen=True):
    """A product that takes files from `in` and writes its answers to `out`, both in `folder`, beside the vendor file or absolute.

    `workers` is the number of files before it at the same time.
    """

    kind: Literal["folder"]
    folder: Annotated[str, Meta(min_length=1, max_length=1000)] = "exchange"
    timeout_s: Seconds = 60.0
    workers: Workers = 16


class DicomSettings(TlsSettings, frozen=True):
    """A Storage SCP; `workers` is the number of associations at the same time.

    Answers come as files to `out` in `folder`, or are posted to the address `listen` of ours; with TLS, by https.
    """

    kind: Literal["dicom"]
    host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]+$", max_length=300)]
    port: Annotated[int, Meta(ge=1, le=65535)]
    called_ae: Title = "ENGINE"
    calling_ae: Title = "RTCONFORM"
    folder: Annotated[str, Meta(max_length=1000)] = ""
    listen: Address | Literal[""] = ""
    timeout_s: Seconds = 60.0
    workers: Workers = 4


class MllpSettings(TlsSettings, frozen=True):
    """A system that takes HL7 v2 messages by MLLP; `workers` is the number of connections, each with a visit at a time.

    Answers come on the same connection, or on one that the system opens to the address `listen` of ours. `acknowledge`: the mode
    that our messages ask for.
    """

    kind: Literal["mllp"]
    host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]+$", max_length=300)]
    port: Annotated[int, Meta(ge=1, le=65535)]
    listen: Address | Literal[""] = ""
    acknowledge: Literal["original", "enhanced"] = "original"
    timeout_s: Seconds = 30.0
    workers: Workers = 4


PLAIN = FormatSettings()
"""Our own JSON both ways."""

AS_THEY_COME = AnswerSettings()
"""Answers of a vendor whose file says nothing of them."""

Settings = CliSettings | HttpSettings | PythonSettings | FolderSettings | DicomSettings | MllpSettings

KINDS: dict[str, type[Settings]] = {
    "cli": CliSettings,
    "http": HttpSettings,
    "python": PythonSettings,
    "folder": FolderSettings,
    "dicom": DicomSettings,
    "mllp": MllpSettings,
}
"""The settings of each way to reach a vendor."""


def matched_by_id(settings: Settings | None) -> str:
    """What in a vendor file makes answers be matched by the ids that they carry; empty where a connection matches them."""
    match settings:
        case CliSettings(mode="stream"):
            return 'mode = "stream"'
        case FolderSettings() | DicomSettings():
            return f'kind = "{settings.kind}"'
        case HttpSettings() if settings.folder or settings.listen:
            return f"{'folder' if settings.folder else 'listen'} in [adapter]"
        case _:
            return ""


@dataclass(frozen=True)
class Template:
    """The request template: its name as the vendor file gives it, and its text."""

    name: str
    text: str


class Response(Struct, frozen=True):
    """How an answer of a vendor's own shape is read. Without expressions the answer is an `rtconform.answer/1`."""

    format: Literal["json", "xml", "text"] = "json"
    pattern: Expression | None = None
    id: Expression | None = None
    outcome: Expression | None = None
    lines: Expression | None = None
    notes: Expression | None = None

    @property
    def own_shape(self) -> bool:
        """Whether expressions are needed to find the answer."""
        return any(expression is not None for expression in (self.id, self.outcome, self.lines, self.notes))


@dataclass(frozen=True)
class Vendor:
    """A vendor file, checked. `role`: what it is asked.

    `settings` hold `${NAME}` as written; `variables` what the environment gave for each name. `sandbox` is put before the
    command. `format`: in which formats it is asked and answers; `answers`: how its answers in a format are read.
    `function`: the callable itself, of a vendor that a Python program made without a file (`function.py`); its `file`
    is then where the function stands.
    """

    name: str
    version: str
    role: RoleName
    supports: Supports
    settings: Settings
    template: Template | None
    response: Response
    file: Path
    file_digest: str
    variables: Mapping[str, str] = field(repr=False)
    build_digest: str = ""
    format: FormatSettings = PLAIN
    answers: AnswerSettings = AS_THEY_COME
    sandbox: tuple[str, ...] = ()
    function: Coder | None = field(default=None, repr=False)

    @property
    def folder(self) -> Path:
        """The vendor file's folder: programs start there, modules are imported from there."""
        return self.file.absolute().parent

    def filled(self, text: str) -> str:
        """`text` with the environment's values: never to be written down."""
        return interpolate(text, self.variables)

    def record(self) -> VendorRecord:
        """The vendor for the manifest, without secrets."""
        settings = self.settings
        match settings:
            case CliSettings():
                target = " ".join(settings.command)
            case HttpSettings():
                target = settings.url
            case FolderSettings():
                target = settings.folder
            case DicomSettings():
                target = f"{settings.called_ae}@{settings.host}:{settings.port}"
            case MllpSettings():
                target = f"{settings.host}:{settings.port}"
            case PythonSettings():
                target = settings.function
        declared = {key: value for key in ROLES[self.role].wire.supports if (value := getattr(self.supports, key)) is not None}
        if not self.supports.documentation:
            declared["documentation"] = False
        return VendorRecord(
            name=self.name,
            version=self.version,
            role=self.role,
            kind=settings.kind,
            target=target,
            file="" if self.function else shown(self.file),  # reports tell no one to run a file that is not a vendor file
            file_digest=self.file_digest,
            supports=declared,
            build_digest=self.build_digest,
            format=self.format,
        )
