"""Reading the vendor file: every table, field and expression is checked, and all faults are reported with their lines.

`scaffold` writes the file to begin with, in which every field is explained.
"""

import hashlib
import os
import re
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import jmespath
import msgspec
from jmespath.exceptions import JMESPathError, LexerError, ParseError
from msgspec.structs import fields

from rtconform.conformance.coder.role import CODER
from rtconform.conformance.protocol import RoleName, Supports
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.adapter_table import ADVICE, check_settings
from rtconform.conformance.vendors.answers import read_answers
from rtconform.conformance.vendors.formats import read_format, with_media_type
from rtconform.conformance.vendors.scaffold import scaffold
from rtconform.conformance.vendors.secrets import SIGNING_KEY, malformed_references, references
from rtconform.conformance.vendors.settings import (
    KINDS,
    CliSettings,
    HttpSettings,
    Name,
    Response,
    Settings,
    Template,
    Vendor,
    matched_by_id,
)
from rtconform.reference.regular_file import read_regular
from rtconform.reference.toml_tables import TomlFile

__all__ = ["Vendor", "load_vendor", "scaffold"]

LONGEST_TEMPLATE = 256 * 1024
"""Longest request template, in bytes."""


class _VendorTable(msgspec.Struct, frozen=True):
    name: Name
    version: Name
    role: RoleName = "coder"
    build_digest: Annotated[str, msgspec.Meta(pattern=r"^sha256:[0-9a-f]{64}$")] = ""
    supports: object = None


class _RequestTable(msgspec.Struct, frozen=True):
    template: Name


def load_vendor(path: Path) -> Vendor:
    """The vendor that the file describes. Raises UserError, or TomlError with all faults."""
    file = TomlFile(path)
    file.unknown_keys(file.root, ["vendor", "adapter", "request", "response", "format", "answers"])
    about = file.table(_VendorTable, file.root.get("vendor"), "vendor", advice=ADVICE)
    role = about.role if about else "coder"
    supports = _supports(file, role)
    settings = _settings(file)
    template = _template(file, path)
    response = _response(file, settings, role)
    formats = read_format(file, role)
    answers = read_answers(file, role, formats, settings) if formats else None
    variables = _variables(file, settings)
    check_settings(file, settings, variables)
    file.check()
    assert about is not None  # noqa: S101 - check() raises where a table has faults
    assert supports is not None  # noqa: S101 - the same
    assert settings is not None  # noqa: S101 - the same
    assert response is not None  # noqa: S101 - the same
    assert formats is not None  # noqa: S101 - the same
    assert answers is not None  # noqa: S101 - the same
    digest = hashlib.sha256(file.content + (template.text.encode() if template else b"")).hexdigest()
    return Vendor(
        name=about.name,
        version=about.version,
        role=role,
        supports=supports,
        settings=with_media_type(settings, file, role, formats),
        template=template,
        response=response,
        file=path,
        file_digest=digest,
        variables=variables,
        build_digest=about.build_digest,
        format=formats,
        answers=answers,
    )


def _supports(file: TomlFile, role: RoleName) -> Supports | None:
    vendor = file.root.get("vendor")
    raw = vendor.get("supports", {}) if isinstance(vendor, dict) else {}
    if not isinstance(raw, dict):
        file.fault("must be a table [vendor.supports]", "vendor", "supports")
        return None
    vocabulary = ROLES[role].wire.supports
    declarable = (*vocabulary, "documentation")
    for field in fields(Supports):
        if field.name in raw and field.name not in declarable:
            what = f"means nothing for a vendor whose role is {role}; it may declare {', '.join(declarable)}"
            file.fault(what, "vendor", "supports", field.name)
    for key, known in vocabulary.items():
        declared = raw.get(key)
        if declared == []:
            file.fault("an empty list supports nothing; leave the key out to support all", "vendor", "supports", key)
        for term in declared if isinstance(declared, list) else ():
            if isinstance(term, str) and known and term not in known:
                file.fault(f"unknown term {term!r}; use {', '.join(known)}", "vendor", "supports", key)
    sound = {key: value for key, value in raw.items() if not _has_unknown_terms(vocabulary.get(key, ()), value)}
    return file.table(Supports, sound, "vendor", "supports", advice={"documentation": "use true or false"})


def _has_unknown_terms(known: tuple[str, ...], value: object) -> bool:
    return bool(known) and isinstance(value, list) and any(isinstance(term, str) and term not in known for term in value)


def _settings(file: TomlFile) -> Settings | None:
    raw = file.root.get("adapter")
    *others, last = (f'"{kind}"' for kind in KINDS)
    kinds = f"kind = {', '.join(others)} or {last}"
    if not isinstance(raw, dict):
        what = "exactly one table [adapter] is allowed" if isinstance(raw, list) else "missing: add a table [adapter]"
        file.fault(f"{what} with {kinds}", "adapter")
        return None
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        file.fault(f"{'missing' if kind is None else f'unknown kind {kind!r}'}; write {kinds}", "adapter", "kind")
        return None
    return file.table(KINDS[kind], raw, "adapter", advice=ADVICE)


def _template(file: TomlFile, path: Path) -> Template | None:
    if "request" not in file.root:
        return None
    table = file.table(_RequestTable, file.root["request"], "request", advice=ADVICE)
    if table is None:
        return None
    if "\0" in table.template:
        file.fault("holds a NUL character", "request", "template")
        return None
    place = path.parent / table.template
    if not Path(os.path.realpath(place)).is_relative_to(path.parent.resolve()):
        file.fault(
            f"{table.template} lies outside this file's folder; templates stand beside the vendor file", "request", "template"
        )
        return None
    try:
        content = read_regular(place, LONGEST_TEMPLATE + 1)
        text = content.decode()
    except OSError as error:
        file.fault(f"can't read {table.template}: {error.strerror}", "request", "template")
        return None
    except UnicodeDecodeError as error:
        file.fault(f"{table.template} is not UTF-8 text (byte {error.start})", "request", "template")
        return None
    if len(content) > LONGEST_TEMPLATE:
        file.fault(f"{table.template} is longer than {LONGEST_TEMPLATE} bytes", "request", "template")
    elif fault := _syntax_fault(text):
        line, what = fault
        file.fault(f"{table.template}:{line}: {what}", "request", "template")
    return Template(table.template, text)


def _syntax_fault(template: str) -> tuple[int, str] | None:
    import jinja2.sandbox  # noqa: PLC0415 - 60 ms, needed only where there is a template

    try:
        jinja2.sandbox.ImmutableSandboxedEnvironment().parse(template)
    except jinja2.TemplateSyntaxError as error:
        return error.lineno, error.message or "syntax error"
    except RecursionError:
        return 1, "nested too deep"
    except (ValueError, OverflowError) as error:  # a number of thousands of digits
        return 1, f"can't be read: {str(error).partition(';')[0]}"
    return None


def _response(file: TomlFile, settings: Settings | None, role: RoleName) -> Response | None:
    if "response" not in file.root:
        return Response()
    response = file.table(Response, file.root["response"], "response", advice=ADVICE)
    if response is None:
        return None
    wire = ROLES[role].wire
    for key in CODER.wire.expressions:
        expression = getattr(response, key)
        if expression is not None and key not in wire.expressions:
            file.fault(f"an {wire.answer_name} has none: it holds {', '.join(wire.expressions)}", "response", key)
        elif expression is not None and (fault := _expression_fault(expression)):
            file.fault(fault, "response", key)
    if response.own_shape or response.format != "json":
        for key in wire.needed:
            if getattr(response, key) is None:
                advice = f"; {ADVICE[key]}" if key in ADVICE else ""
                file.fault(f"missing: an answer of the vendor's own shape needs it{advice}", "response", key)
        if response.id is None and (how := matched_by_id(settings)):
            file.fault(f"missing: with {how} answers are matched by the {wire.question}'s id", "response", "id")
    _check_pattern(file, response)
    return response


def _expression_fault(expression: str) -> str | None:
    try:
        jmespath.compile(expression)
    except LexerError as error:
        return f"no JMESPath, column {error.lexer_position + 1}: {error.message}"
    except ParseError as error:
        return f"no JMESPath, column {error.lex_position + 1}: {error.msg}"
    except JMESPathError as error:
        return f"no JMESPath: {error}"
    except RecursionError:
        return "nested too deep for a JMESPath expression"
    return None


def _check_pattern(file: TomlFile, response: Response) -> None:
    if response.format != "text":
        if response.pattern is not None:
            file.fault('only answers with format = "text" are read by a pattern', "response", "pattern")
        return
    if response.pattern is None:
        file.fault('missing: format = "text" needs a regular expression with named groups', "response", "pattern")
        return
    try:
        with warnings.catch_warnings(action="ignore"):  # of what a later Python may read otherwise
            pattern = re.compile(response.pattern, re.MULTILINE)
    except (re.error, RecursionError, OverflowError) as error:
        file.fault(f"not a regular expression: {error}", "response", "pattern")
        return
    if not pattern.groupindex:
        file.fault("has no named group; name what it finds, for instance (?P<code>[0-9A-Z]{5})", "response", "pattern")


def _variables(file: TomlFile, settings: Settings | None) -> dict[str, str]:
    variables: dict[str, str] = {}
    for text, path in _interpolated(settings):
        for name in references(text):
            value = os.environ.get(name) if name != SIGNING_KEY else None
            if name == SIGNING_KEY:
                file.fault(f"{name} holds the certifier's private key, which no vendor gets; use a variable of your own", *path)
            elif value is None:
                file.fault(f"environment variable {name} is not set", *path)
            elif not _is_text(value):
                file.fault(f"environment variable {name} is not UTF-8 text; give it another value", *path)
                value = None
            variables[name] = value or ""
        for wrong in malformed_references(text):
            file.fault(f"{wrong!r} refers to no environment variable; write ${{NAME}}", *path)
    return variables


def _interpolated(settings: Settings | None) -> Iterable[tuple[str, tuple[str, ...]]]:
    if isinstance(settings, CliSettings):
        yield from ((value, ("adapter", "env", key)) for key, value in settings.env.items())
    elif isinstance(settings, HttpSettings):
        yield settings.url, ("adapter", "url")
        yield from ((value, ("adapter", "headers", key)) for key, value in settings.headers.items())


def _is_text(value: str) -> bool:
    """Whether a value of the environment is UTF-8: Python hands bytes that are not over as surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
