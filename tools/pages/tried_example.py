"""The end of a page about a format: the vendor file of its example coder, and what checking and running it prints."""

_TRIED = """\
```toml file=vendor.toml
[vendor]
name = "Example in {name}"
version = "0.1"

[adapter]
kind = "cli"
command = ["python3", "coder.py"]
mode = "stream"

{tables}
```

```console
$ rtconform vendor check vendor.toml
ok     published:scenario-1-hospital-facility: coded: 77402 (… ms)
       sent:
         {sent}
       came:
{came}
       read:
         coded
         S1: 77402 × 1
…
$ rtconform run vendor.toml --suite published --out runs/{folder}
…
conformant (exit code 0)
…
```
"""


def tried(name: str, tables: str, came: str, *, sent: str = '{"schema":"rtconform.case/1",…') -> str:
    """The blocks, which a test executes.

    `tables`: what the vendor file says of the format; `came`: the lines of an answer, `…` for more of them.
    """
    shown = "\n".join(line if line == "…" else f"         {line}" for line in came.splitlines())
    return _TRIED.format(name=name, tables=tables.strip(), sent=sent, came=shown, folder=name.lower())
