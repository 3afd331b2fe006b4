"""The vendor file to begin with: every option with what it means, ready to run once the command or address is right."""

from rtconform.reference.errors import UserError

_HEAD = """\
# How rtconform reaches your coder. Paths are relative to this file.
# When you have edited it:  rtconform vendor check THIS_FILE

[vendor]
name = "My Coder"
version = "1.0"                     # whatever tells one build from another; shown in every report
# build_digest = "sha256:..."       # what sha256sum prints for the file that you ship; certificates name it

# What your coder supports. Leave a key out to declare that it supports all. Cases outside are counted as
# not_applicable: shown in the report, never a pass.
# [vendor.supports]
# settings = ["hospital_outpatient", "freestanding"]
# claims = ["facility", "technical", "global", "professional"]
# techniques = ["2d", "3d_crt", "field_in_field", "imrt_static", "vmat", "electron"]
# documentation = false             # false: the coder does not read planning and motion documentation
"""

_STREAM = """
[adapter]
kind = "cli"
mode = "stream"                     # one process for many cases: a case a line on its standard input,
                                    # an answer a line on its standard output, in any order, flushed after every line
command = ["python3", "coder.py"]   # program and arguments; started in this file's folder, never by a shell
timeout_s = 10                      # how long it may be silent while a case waits for its answer
workers = 2                         # how many processes
# env = { LICENSE = "${MY_LICENSE}" }  # added to its environment; ${NAME} comes from yours and is kept out of reports
"""

_ONESHOT = """
[adapter]
kind = "cli"
mode = "oneshot"                    # a process a case: the case on its standard input, one answer on its standard output
command = ["sh", "coder.sh"]        # program and arguments; started in this file's folder, never by a shell
timeout_s = 10                      # how long one case may take, start of the process included
workers = 2                         # how many processes at the same time
# env = { LICENSE = "${MY_LICENSE}" }  # added to its environment; ${NAME} comes from yours and is kept out of reports
"""

_HTTP = """
[adapter]
kind = "http"
url = "http://127.0.0.1:8080/code"  # one request a case; redirects are not followed, TLS certificates are checked
method = "POST"                     # or "PUT"
content_type = "application/json"
timeout_s = 10                      # how long one case may take
workers = 8                         # how many requests at the same time
# headers = { Authorization = "Bearer ${MY_TOKEN}" }  # ${NAME} comes from your environment and is kept out of reports
"""

_PYTHON = """
[adapter]
kind = "python"
callable = "my_coder:code"          # module:function, imported from this file's folder or as installed; it is called
                                    # with the case as a dict and returns the answer as a dict or as JSON text
timeout_s = 10                      # how long one case may take
workers = 1                         # how many threads call it at the same time
"""

_TAIL = """
# The rest is for a coder that speaks its own format; without it, cases go out as rtconform.case/1 and answers come back
# as rtconform.answer/1 (rtconform schema case, rtconform schema answer).

# [request]
# template = "request.json.j2"      # Jinja2; `case` is the case, its parts (patient, billing, plans, ...) have their own
                                    # names too. Write {{ value | tojson }} in JSON, {{ value | e }} in XML.

# [response]
# format = "json"                   # or "xml" (elements as keys, @attribute, #text; one element is an object, several
                                    # are a list: [Line][] reads both) or "text" (with a pattern)
# pattern = '^(?P<session>\\S+) (?P<code>\\w{5})'  # text: each match's named groups, as {text: ..., matches: [...]}
# The rest are JMESPath expressions over the answer (https://jmespath.org):
# id = "case_id"                    # the case's id; needed in mode "stream", else optional
# outcome = "status == 'OK' && 'coded' || 'needs_review'"  # coded | out_of_scope | needs_review
# lines = "charges[].{session: session, code: cpt, modifiers: mods, units: qty}"  # a list of objects; modifiers may be
                                    # a list or text ("26,59"), units default to 1, payment to "separate"
# notes = "messages"                # text or a list of texts, shown in the report
"""

_ADAPTERS = {("cli", "stream"): _STREAM, ("cli", "oneshot"): _ONESHOT, ("http", ""): _HTTP, ("python", ""): _PYTHON}


def scaffold(kind: str, mode: str = "stream") -> str:
    """The commented vendor file for an adapter of `kind`; `mode` (stream, oneshot) counts for cli only."""
    try:
        adapter = _ADAPTERS[kind, mode if kind == "cli" else ""]
    except KeyError:
        known = ", ".join(" ".join(filter(None, key)) for key in _ADAPTERS)
        raise UserError(f"no vendor file for {kind} {mode}; there is one for: {known}") from None
    return _HEAD + adapter + _TAIL
