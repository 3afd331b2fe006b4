"""The vendor file to begin with: every option with what it means, ready to run once the command or address is right."""

import re

from rtconform.conformance.coder.role import CODER
from rtconform.conformance.protocol import RoleName
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.format_scaffold import format_tables, streamed
from rtconform.reference.errors import UserError

_HEAD = """\
# How rtconform reaches your <noun>. Paths are relative to this file.
# When you have edited it:  rtconform vendor check THIS_FILE

[vendor]
name = "My <Noun>"
version = "1.0"                     # whatever tells one build from another; shown in every report
role = "<noun>"                      # "coder": it gets treatments (cases) and answers with codes;
                                    # "editor": it gets claims and answers what to do with each line
# build_digest = "sha256:..."       # what sha256sum prints for the file that you ship; certificates name it

# What your <noun> supports. Leave a key out to declare that it supports all. <Questions> outside are counted as
# not_applicable: shown in the report, never a pass.
# [vendor.supports]
<supports>"""

_STREAM = """
[adapter]
kind = "cli"
mode = "stream"                     # one process for many <question>s: one <question> per line on its standard input,
                                    # one answer per line on its standard output, in any order, flushed after every line
command = ["python3", "<noun>.py"] # program and arguments; started in this file's folder, never by a shell
timeout_s = 10                      # how long it may be silent while a <question> waits for its answer
workers = 2                         # how many processes
# env = { LICENSE = "${MY_LICENSE}" }  # added to its environment; ${NAME} comes from yours and is kept out of reports
"""

_ONESHOT = """
[adapter]
kind = "cli"
mode = "oneshot"                    # a process for each <question>: the <question> on its standard input, one answer
                                    # on its standard output
command = ["sh", "<noun>.sh"]      # program and arguments; started in this file's folder, never by a shell
timeout_s = 10                      # how long one <question> may take, start of the process included
workers = 2                         # how many processes at the same time
# env = { LICENSE = "${MY_LICENSE}" }  # added to its environment; ${NAME} comes from yours and is kept out of reports
"""

_HTTP = """
[adapter]
kind = "http"
url = "http://127.0.0.1:8080/<verb>"  # one request per <question>; TLS certificates are checked
method = "POST"                     # or "PUT"
content_type = "application/json"
timeout_s = 10                      # how long one <question> may take
workers = 8                         # how many requests at the same time
# allow_redirects_to = ["a.example", "b.example:8443"]  # hosts to which a redirect (307 or 308) may take the <question> and
                                    # the headers; without it none is followed
# authority = "ca.pem"              # with https: the authority that signed your certificate, a PEM file beside this one;
                                    # without it, the authorities that this machine trusts count
# certificate = "ours.pem"          # ours, where you ask for one
# key = "ours.key"
# headers = { Authorization = "Bearer ${MY_TOKEN}" }  # ${NAME} comes from your environment and is kept out of reports
"""

_FOLDER = """
[adapter]
kind = "folder"
folder = "exchange"                 # beside this file, or an absolute path; holds in/ and out/. A <question> is a file that is
                                    # renamed into in/ when it is complete. Its answer is a file of any name in out/; it is read
                                    # when its size no longer changes, or at once if NAME.done is beside it, and then removed
timeout_s = 60                      # how long one <question> may take
workers = 16                        # how many files are in in/ at the same time
"""

_PYTHON = """
[adapter]
kind = "python"
callable = "my_<noun>:<verb>"        # module:function, imported from this file's folder or as installed; it is called
                                    # with the <question> as a dict and returns the answer as a dict or as JSON text
timeout_s = 10                      # how long one <question> may take
workers = 1                         # how many threads call it at the same time
"""

_MLLP = """
[adapter]
kind = "mllp"                       # a visit for each <question>: ADT, ORU, MDM and SIU messages, one by one
host = "127.0.0.1"
port = 6661
# listen = "127.0.0.1:6662"         # an address of ours, to which you send your charges on a connection of your own; without it
                                    # you send them on the connection of the visit
acknowledge = "original"            # your acknowledgments: AA, AE, AR; or "enhanced": CA, CE, CR first
# tls = true                        # TLS, with these PEM files beside this one:
# authority = "ca.pem"              # the authority that signed your certificate; without it, those that this machine trusts
                                    # count. With `listen` you must show a certificate of this authority there
# certificate = "ours.pem"          # ours, where you ask for one, and for the address `listen`
# key = "ours.key"
timeout_s = 30                      # how long one <question> may take
workers = 4                         # connections at the same time
"""

_MLLP_FORMAT = """
[format]
question = "hl7v2"
answer = "hl7v2"                    # DFT^P03 for charges; PV1-19 (or PID-18, or FT1-23) names the <question>
settle_s = 0.5                      # how long charges are waited for after the last message

[answers]
ends = "message"                    # "ack": the acknowledgment of the ADT^A03 ends the answer. You send all charges before it,
                                    # and rtconform waits for nothing after it
"""

_DICOM = """
[adapter]
kind = "dicom"                      # your system is a DICOM node: an association for each <question>, its objects by C-STORE
host = "127.0.0.1"
port = 11112
called_ae = "ENGINE"                # your AE title
calling_ae = "RTCONFORM"            # ours
folder = "exchange"                 # beside this file: you write each answer as a file of any name to exchange/out; or
# listen = "127.0.0.1:8104"         # you post it to this address of ours
# tls = true                        # TLS, with these PEM files beside this one:
# authority = "ca.pem"              # the authority that signed your certificate; without it, those that this machine trusts
                                    # count. With `listen` you must show a certificate of this authority there
# certificate = "ours.pem"          # ours, where you ask for one, and for the address `listen`, which is then https
# key = "ours.key"
timeout_s = 60                      # for one <question>: to send it, and to get its answer
workers = 4                         # associations at the same time
"""

_DICOM_FORMAT = """
[format]
question = "dicom"                  # RT Plan, RT Structure Set, RT Dose, images, RT Beams Treatment Record
companion = "json"                  # what no object has a place for: "json", or "hl7v2" messages; each as a Raw Data object
answer = "json"                     # rtconform.<answer>/1 with the id that the companion names; or "hl7v2", "csv", "x12"
"""

_REQUEST = """
# The rest is for <a noun> that speaks its own format; without it, <question>s go out as rtconform.<question>/1 and answers
# come back as rtconform.<answer>/1 (rtconform schema <question>, rtconform schema <answer>).

# [request]
# template = "request.json.j2"      # Jinja2; `<question>` is the <question>, its parts (<parts>, ...)
                                    # have their own names too. Write {{ value | tojson }} in JSON, {{ value | e }} in XML.

# [response]
# format = "json"                   # or "xml" (elements as keys, @attribute, #text; one element is an object, several
                                    # are a list: [Line][] reads both) or "text" (with a pattern)
# pattern = '^(?P<session>\\S+) (?P<code>\\w{5})'  # text: each match's named groups, as {text: ..., matches: [...]}
# The rest are JMESPath expressions over the answer (https://jmespath.org):
# id = "<question>_id"                # the <question>'s id; needed in mode "stream", else optional
<expressions>"""

_ADAPTERS = {
    ("cli", "stream"): _STREAM,
    ("cli", "oneshot"): _ONESHOT,
    ("http", ""): _HTTP,
    ("folder", ""): _FOLDER,
    ("python", ""): _PYTHON,
    ("mllp", ""): _MLLP,
    ("dicom", ""): _DICOM,
}

_OF_ITS_KIND = {
    "mllp": (_MLLP_FORMAT, "hl7v2", "MLLP carries only treatments in HL7 v2"),
    "dicom": (_DICOM_FORMAT, "dicom", "a DICOM node gets only treatments as DICOM RT objects"),
}
"""The adapters that carry one format of treatments: their tables of it, its name, and why there is no other."""

SCAFFOLDED = tuple(dict.fromkeys(kind for kind, _ in _ADAPTERS))
"""The kinds of adapters for which there is such a file."""

_WORD = re.compile(r"<({})>".format("|".join(CODER.wire.words)))
_COMMENTED = re.compile(r"^((?:# )?[a-z_]+ = [^#\n]{0,32}[^# \n]) +(# .*)$", re.MULTILINE)
_COMMENT_COLUMN = 36


def scaffold(kind: str, mode: str = "stream", role: RoleName = "coder", speaks: str = "json") -> str:
    """The commented vendor file for an adapter of `kind`, for a vendor in `role` that `speaks` a format.

    `mode` counts for cli only. Raises UserError where there is no such file.
    """
    try:
        adapter = _ADAPTERS[kind, mode if kind == "cli" else ""]
    except KeyError:
        known = ", ".join(" ".join(filter(None, key)) for key in _ADAPTERS)
        raise UserError(f"no vendor file for {kind} {mode}; there is one for: {known}") from None
    words = ROLES[role].wire.words
    if kind in _OF_ITS_KIND:
        rest, own, why = _OF_ITS_KIND[kind]
        if role != "coder" or speaks not in ("json", own):
            raise UserError(f"{why}: leave --role and --format out")
        text = _HEAD + adapter + rest
    elif speaks == "json":
        text = _HEAD + adapter + _REQUEST
    else:
        text = _HEAD + _with_streams(adapter, *streamed(speaks, role)) + format_tables(speaks, role)
    text = _WORD.sub(lambda found: words[found[1]], text)
    return _COMMENTED.sub(lambda found: f"{found[1]:{_COMMENT_COLUMN - 1}} {found[2]}", text)


def _with_streams(adapter: str, question: str, answer: str) -> str:
    """An adapter's table that says what stands on the streams of a program that speaks a format."""
    return (
        adapter.replace(": one <question> per line on its standard input,", f": {question} on its standard input,")
        .replace(
            "# one answer per line on its standard output, in any order, flushed after every line",
            f"# on its standard output {answer}; flush it",
        )
        .replace('content_type = "application/json"\n', "")
    )
