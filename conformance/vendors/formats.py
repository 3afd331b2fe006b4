"""The table `[format]` of a vendor file: read, and held against what the vendor's role and adapter can take."""

import importlib.util
from collections.abc import Iterator
from typing import get_args

from msgspec.structs import replace

from rtconform.conformance.protocol import RoleName
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import HttpSettings, Settings
from rtconform.formats.dicom.stow import MULTIPART
from rtconform.formats.registry import ANSWERS, QUESTIONS, formats_for
from rtconform.formats.settings import Companion, FormatSettings
from rtconform.reference.toml_tables import TomlFile

_ADVICE = {"companion": f"use {' or '.join(repr(word) for word in get_args(Companion))}"}


def read_format(file: TomlFile, role: RoleName) -> FormatSettings | None:
    """The table; None where it has faults, which `file` then holds."""
    raw = file.root.get("format", {})
    sound = True
    for key, known in zip(("question", "answer"), formats_for(ROLES[role].asks), strict=True):
        value = raw.get(key) if isinstance(raw, dict) else None
        if isinstance(value, str) and value not in known:
            noun = ROLES[role].wire.question
            what = f"{value!r} is not a format for the {key} where a vendor is asked a {noun}; use {_or(known)}"
            file.fault(what, "format", key)
            sound = False
    formats = file.table(FormatSettings, raw, "format", advice=_ADVICE) if sound else None
    if formats is None:
        return None
    faults = list(_faults(file, formats, role))
    for what, *place in faults:
        file.fault(what, *place)
    return None if faults else formats


def _faults(file: TomlFile, formats: FormatSettings, role: RoleName) -> Iterator[tuple[str, ...]]:
    """What does not go together: a sentence, and the table and key that it is about."""
    question = QUESTIONS.get((formats.question, ROLES[role].asks))
    companions: tuple[Companion, ...] = question.companions if question else ("none",)
    if formats.companion not in companions:
        what = f"{formats.question} questions have no companion {formats.companion!r}; use {_or(companions)}"
        yield what, "format", "companion"
    yield from _folder_faults(file, formats, files=question is not None and question.files)
    most = question.most_in_batch if question else 1
    if formats.batch > most:
        yield f"{formats.question} questions go {most} at a time; remove it, or write a smaller number", "format", "batch"
    answer = ANSWERS.get((formats.answer, ROLES[role].asks))
    says = answer.sessions if answer else ("named",)
    if formats.sessions not in says:
        yield f"{formats.answer} answers don't say their sessions as {formats.sessions!r}; use {_or(says)}", "format", "sessions"
    if formats.question != "json" and "request" in file.root:
        yield f"[format] question = {formats.question!r} writes the request already; remove one of the two", "request"
    if formats.answer != "json" and "response" in file.root:
        yield f"[format] answer = {formats.answer!r} reads the answer already; remove one of the two", "response"


FOLDER = "{folder}"
"""What stands in a command for the folder of a question's files."""


def _folder_faults(file: TomlFile, formats: FormatSettings, *, files: bool) -> Iterator[tuple[str, ...]]:
    """Questions of files need a program that is started for each, and told where they are; others have no folder."""
    adapter = file.root.get("adapter")
    adapter = adapter if isinstance(adapter, dict) else {}
    command = adapter.get("command")
    told = isinstance(command, list) and any(isinstance(word, str) and FOLDER in word for word in command)
    kind = adapter.get("kind")
    if (files or kind == "dicom") and not all(map(importlib.util.find_spec, ("pydicom", "pynetdicom"))):
        what = "dicom questions need pydicom and pynetdicom, which are not installed: pip install 'rtconform[dicom]'"
        yield what, "format", "question"
    if files and kind not in ("http", "dicom") and not (told and kind == "cli" and adapter.get("mode") == "oneshot"):
        what = f'dicom questions are files: write kind = "cli", mode = "oneshot", and {FOLDER} in the command for their folder'
        yield f'{what}; or kind = "dicom" for C-STORE, or kind = "http" for STOW-RS', "adapter"
    if kind == "mllp" and (formats.question, formats.answer) != ("hl7v2", "hl7v2"):
        yield 'MLLP carries only HL7 v2: write [format] question = "hl7v2", answer = "hl7v2"', "adapter", "kind"
    if kind == "dicom" and not files:
        yield 'a Storage SCP takes DICOM objects: write [format] question = "dicom", companion = "json"', "adapter", "kind"
    if kind == "http" and not files and (adapter.get("folder") or adapter.get("listen")):
        yield "a web service answers in its response; only one that is asked in dicom may answer elsewhere", "adapter", "kind"
    if told and not files:
        yield f'{FOLDER} in the command needs a question of files: write [format] question = "dicom"', "adapter", "command"


def with_media_type(settings: Settings, file: TomlFile, role: RoleName, formats: FormatSettings) -> Settings:
    """The adapter's settings; where the file names no content type, a web service is sent the format's own."""
    question = QUESTIONS.get((formats.question, ROLES[role].asks))
    adapter = file.root.get("adapter")
    named = isinstance(adapter, dict) and "content_type" in adapter
    if question is None or not isinstance(settings, HttpSettings) or (named and not question.files):
        return settings
    if question.files:
        return replace(settings, content_type=MULTIPART)  # the boundary is ours
    return replace(settings, content_type=question.media_type)


def _or(words: tuple[str, ...]) -> str:
    return " or ".join(f'"{word}"' for word in words)
