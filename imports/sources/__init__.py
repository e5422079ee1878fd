"""The files of each source, read as records: no database, no settings."""

from collections.abc import Iterable
from itertools import islice
from typing import IO

from imports.sources.asana import AsanaSource
from imports.sources.csv_files import CsvSource
from imports.sources.github import GitHubSource
from imports.sources.jira import JiraSource
from imports.sources.json_files import items
from imports.sources.linear import LinearSource
from imports.sources.records import FileRefused, Format
from imports.sources.tables import Table
from imports.sources.trello import TrelloSource

CSV, JIRA, TRELLO, GITHUB, LINEAR, ASANA = "csv", "jira", "trello", "github", "linear", "asana"
FORMATS: dict[str, Format] = {
    CSV: CsvSource,
    JIRA: JiraSource,
    TRELLO: TrelloSource,
    GITHUB: GitHubSource,
    LINEAR: LinearSource,
    ASANA: AsanaSource,
}
"""By the name that `source` has in payloads."""
SIGNS = {
    JIRA: {"issue key", "summary", "issue id"},
    LINEAR: {"id", "title", "team", "cycle number"},
    ASANA: {"task id", "name", "section/column"},
}
"""The columns by which an export is known."""
MOST_COLUMNS = 2000
LOOKED_AT = 30
"""How many values of a JSON file tell what it is."""


def guessed_source(file: IO[bytes]) -> str:
    """The one of FORMATS that fits best: FileRefused for what is neither a table nor JSON."""
    file.seek(0)
    start = file.read(200).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start in (b"{", b"["):
        return _of_keys(key for key, _ in islice(items(file), LOOKED_AT))
    columns = {name.casefold() for name in Table(file, most_columns=MOST_COLUMNS).columns}
    return next((name for name, signs in SIGNS.items() if signs <= columns), CSV)


def _of_keys(keys: Iterable[str]) -> str:
    return GITHUB if {"", "issues"} & {*keys} else TRELLO


__all__ = ["FORMATS", "FileRefused", "guessed_source"]
