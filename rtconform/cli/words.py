"""The words that the tab key completes where click can't know them: suites, rules, schemas, lists of them, and files beside."""

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Completes = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def completes(words: Iterable[str], *, listed: bool = False, or_file: bool = False) -> Completes:
    """One of the words; where `listed`, several with commas between; where `or_file`, a file where no word begins so."""

    def complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        before, comma, last = begun.rpartition(",") if listed else ("", "", begun)
        given = set(before.split(","))
        found = [CompletionItem(before + comma + word) for word in words if word.startswith(last) and word not in given]
        return found or ([CompletionItem(begun, type="file")] if or_file else [])

    return complete
