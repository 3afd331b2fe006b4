"""What is checked of a vendor file's table [adapter] beyond its types: programs, addresses, headers, files, folders."""

import re
from urllib.parse import urlsplit

from yarl import URL

from rtconform.conformance.vendors.secrets import interpolate, references
from rtconform.conformance.vendors.settings import (
    CliSettings,
    DicomSettings,
    FolderSettings,
    HttpSettings,
    MllpSettings,
    PythonSettings,
    Settings,
    TlsFiles,
    TlsSettings,
)
from rtconform.reference.toml_tables import TomlFile

_CALLABLE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = ("content-length", "transfer-encoding", "host", "connection", "content-type")
ADVICE = {
    "command": 'give a list of strings, for instance ["node", "coder.mjs"]: it is started as it is, never by a shell',
    "role": 'use "coder" (it is asked cases) or "editor" (it is asked claims)',
    "version": 'write it as a string, for instance "4.2"',
    "build_digest": 'write "sha256:" and 64 hexadecimal digits: what sha256sum prints for the file that you ship',
    "env": 'give a table of strings, for instance {LEVEL = "1", TOKEN = "${ACME_TOKEN}"}',
    "headers": 'give a table of strings, for instance {Authorization = "Bearer ${ACME_TOKEN}"}',
    "callable": 'give it as "package.module:function"',
    "url": 'give it as "https://host/path"',
    "timeout_s": "seconds, above 0 and at most 3600",
    "workers": "a whole number from 1 to 256",
    "allow_redirects_to": 'give a list of hosts, for instance ["coder.example", "eu.coder.example:8443"]',
    "method": 'use "POST" or "PUT"',
    "mode": 'use "stream" or "oneshot"',
    "host": 'give the name or address of the system that is asked, for instance "127.0.0.1"',
    "port": "a port from 1 to 65535, for instance 11112",
    "acknowledge": 'use "original" (AA, AE, AR) or "enhanced" (CA, CE, CR, and then AA, AE, AR)',
    "authority": "give the name of a PEM file beside this one",
    "certificate": "give the name of a PEM file beside this one",
    "key": "give the name of a PEM file beside this one",
    "called_ae": "an AE title has 1 to 16 printable characters and no backslash",
    "calling_ae": "an AE title has 1 to 16 printable characters and no backslash",
    "listen": 'give an address of this machine as "host:port", for instance "127.0.0.1:8104"',
    "format": 'use "json", "xml" or "text"',
    "outcome": "for instance \"status == 'OK' && 'coded' || 'needs_review'\"",
    "template": 'give the name of a file beside this one, for instance "acme.json.j2"',
}
"""What to write, by the field of a vendor file that is wrong."""


def check_settings(file: TomlFile, settings: Settings | None, variables: dict[str, str]) -> None:
    """Report every fault of the table. `variables`: the environment's values that it refers to."""
    match settings:
        case CliSettings():
            _check_cli(file, settings)
        case HttpSettings():
            _check_http(file, settings, variables)
            _check_return(file, settings)
            secure = _says_https(settings, variables)
            _check_tls_files(file, settings, "" if secure else "is for TLS; write https:// in url, or remove it")
        case PythonSettings() if not _CALLABLE.fullmatch(settings.function):
            file.fault(f"{settings.function!r} names no callable; {ADVICE['callable']}", "adapter", "callable")
        case MllpSettings():
            _check_tls(file, settings, settings.listen)
            _check_listen(file, settings.listen)
        case FolderSettings():
            _check_return(file, settings)
        case DicomSettings():
            _check_return(file, settings)
            _check_tls(file, settings, settings.listen)


def _check_cli(file: TomlFile, settings: CliSettings) -> None:
    if not settings.command[0].strip():
        file.fault(f"the program's name is empty; {ADVICE['command']}", "adapter", "command")
    if any("\0" in argument for argument in settings.command):
        file.fault("holds a NUL character", "adapter", "command")
    for name, value in settings.env.items():
        if not name or "=" in name or "\0" in name + value:
            file.fault("can't be an environment variable", "adapter", "env", name)


def _check_return(file: TomlFile, settings: FolderSettings | DicomSettings | HttpSettings) -> None:
    if "\0" in settings.folder:
        file.fault("holds a NUL character", "adapter", "folder")
    if isinstance(settings, FolderSettings):
        return
    if settings.folder and settings.listen:
        file.fault("answers come to a folder or to an address: remove one of folder and listen", "adapter", "listen")
    if isinstance(settings, DicomSettings) and not (settings.folder or settings.listen):
        what = 'missing: C-STORE holds no answer. Write folder = "exchange" (files in exchange/out) or listen = "127.0.0.1:8104"'
        file.fault(what, "adapter", "folder")
    _check_listen(file, settings.listen)


def _check_listen(file: TomlFile, address: str) -> None:
    if address and int(address.rpartition(":")[2]) not in range(1, 65536):
        file.fault("the port must be from 1 to 65535", "adapter", "listen")


def _check_tls(file: TomlFile, settings: TlsSettings, listen: str) -> None:
    _check_tls_files(file, settings, "" if settings.tls else "is for TLS; write tls = true, or remove it")
    if settings.tls and listen and not settings.certificate:
        file.fault("missing: with TLS our address (listen) needs a certificate and its key", "adapter", "certificate")


def _check_tls_files(file: TomlFile, settings: TlsFiles, without: str) -> None:
    """`without`: what to do about files of TLS where none is spoken; empty where it is."""
    files = {"authority": settings.authority, "certificate": settings.certificate, "key": settings.key}
    for name, value in files.items():
        if "\0" in value:
            file.fault("holds a NUL character", "adapter", name)
        elif value and without:
            file.fault(without, "adapter", name)
    if settings.key and not settings.certificate:
        file.fault("a key belongs to a certificate: name that too", "adapter", "key")


def _says_https(settings: HttpSettings, variables: dict[str, str]) -> bool:
    """Whether the address says that TLS is spoken; an address of which the environment lacks a part may say it."""
    known = all(variables[name] for name in references(settings.url))
    return not known or interpolate(settings.url, variables).lower().startswith("https://")


def _check_http(file: TomlFile, settings: HttpSettings, variables: dict[str, str]) -> None:
    if all(variables[name] for name in references(settings.url)):
        _check_url(file, interpolate(settings.url, variables))
    for name, value in settings.headers.items():
        if not _HEADER_NAME.fullmatch(name):
            file.fault(f"{name!r} can't be the name of a header", "adapter", "headers", name)
        elif name.lower() in _OURS:
            instead = "; use content_type" if name.lower() == "content-type" else ""
            file.fault(f"rtconform sets the header {name} itself{instead}", "adapter", "headers", name)
        elif not _one_line(interpolate(value, variables)):
            file.fault("the value holds a line break, which no header may", "adapter", "headers", name)
    for host in settings.allow_redirects_to:
        if not _sound_host(host):
            file.fault(f"{host!r} is not a host; {ADVICE['allow_redirects_to']}", "adapter", "allow_redirects_to")
    if not settings.content_type or not _one_line(settings.content_type):
        file.fault('must be one line, for instance "application/json"', "adapter", "content_type")


def _check_url(file: TomlFile, url: str) -> None:
    try:
        parts = urlsplit(url)
        sound = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and _one_line(url) and " " not in url
        ) and bool(URL(url).host)  # which reads internationalised names
    except ValueError:
        sound = False
    if not sound:
        file.fault(f"not the address of a web service; {ADVICE['url']}", "adapter", "url")
    elif parts.username is not None or parts.password is not None:
        file.fault("holds a user name; send it in headers, with its secret from the environment (${NAME})", "adapter", "url")


def _sound_host(host: str) -> bool:
    try:
        return _one_line(host) and urlsplit(f"//{host}").port != 0
    except ValueError:
        return False


def _one_line(text: str) -> bool:
    return not any(character in text for character in "\r\n\0")
