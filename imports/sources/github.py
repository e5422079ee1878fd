"""Issues as the REST API of GitHub lists them.

https://docs.github.com/en/rest/issues/issues: an array, an array of its pages, or an object with
`issues` and `comments`. Pull requests, which stand among them, are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import IO, Any

from imports.sources import values
from imports.sources.checks import SHOWN, check
from imports.sources.columns import clock_of
from imports.sources.json_files import dict_of, items, list_of, text_of
from imports.sources.records import CommentRecord, FileRefused, Flaw, TaskRecord

READ = {"number", "title", "body", "state", "labels", "assignee", "assignees", "user"} | {
    *("created_at", "closed_at", "type", "comments", "html_url", "url", "repository_url"),
    "parent_issue_url",
}
ISSUE = re.compile(r"([\w.-]{1,100}/[\w.-]{1,100})/issues/(\d{1,10})\Z", re.ASCII)
MOST_KEYS = 200
LONGEST_ADDRESS = 300
PARTS = ("issues", "comments")
NO_ISSUES = "This is no list of issues of GitHub."
MOST_COMMENTS = 300_000
"""Of all issues, if they stand beside them: they are in memory at the same time."""


class GitHubSource:
    """Issues with their states as columns, `open` and `closed` (`Source`)."""

    def __init__(self, file: IO[bytes], options: Mapping[str, Any]) -> None:
        clock_of(options)
        self.file = file
        self.total: int | None = 0
        self.mapping: Mapping[str, str] = {}
        self.comments: defaultdict[str, list[CommentRecord]] = defaultdict(list)
        keys: dict[str, None] = {}
        held = 0
        is_other = False
        for kind, item in _parts(file):
            if kind not in PARTS:
                is_other = True
            elif kind == "comments":
                held += 1
                self._keep(item, held)
            elif _is_issue(item):
                self.total += 1
                if len(keys) < MOST_KEYS:
                    keys |= dict.fromkeys(text_of(key)[:SHOWN] for key in islice(item, MOST_KEYS))
        if is_other and not self.total:
            raise FileRefused(NO_ISSUES)
        self.columns: Sequence[str] = list(keys)
        self.unknown: Sequence[str] = [key for key in keys if key not in READ]

    def rows(self) -> Iterator[tuple[int, TaskRecord]]:
        issues = (item for kind, item in _parts(self.file) if kind == "issues")
        for number, issue in enumerate(filter(_is_issue, issues), 1):
            yield number, check(self._record(issue))

    def _keep(self, comment: dict[str, Any], held: int) -> None:
        if held > MOST_COMMENTS:
            raise FileRefused(f"The file has more than {MOST_COMMENTS:,} comments.")
        self.comments[_key(text_of(comment.get("issue_url")))].append(_comment(comment))

    def _record(self, issue: dict[str, Any]) -> TaskRecord:
        addresses = (text_of(issue.get(name)) for name in ("url", "html_url"))
        key = next(filter(None, map(_key, addresses)), f"#{text_of(issue.get('number'))}")
        people = [issue.get("assignee"), *list_of(issue.get("assignees"))]
        embedded = [_comment(dict_of(comment)) for comment in list_of(issue.get("comments"))]
        record = TaskRecord(
            external_id=key,
            title=text_of(issue.get("title")),
            description=text_of(issue.get("body")),
            type=text_of(dict_of(issue.get("type")).get("name")),
            status=text_of(issue.get("state")).casefold(),
            assignee=next(filter(None, map(_person, people)), ""),
            reporter=_person(issue.get("user") or issue.get("author")),
            labels=[
                text_of(dict_of(label).get("name")) or text_of(label)
                for label in list_of(issue.get("labels"))
            ],
            parent=_key(text_of(issue.get("parent_issue_url"))),
            comments=embedded or self.comments.get(key, []),
        )
        record.is_complete = record.status == "closed" if record.status else None
        _read_times(record, issue)
        return record


def _parts(file: IO[bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Pairs of one of PARTS and an object, or of another key; FileRefused for other items."""
    for key, item in items(file):
        kind = key or "issues"
        if kind not in PARTS:
            yield kind, {}
            continue
        for each in item if isinstance(item, list) and not key else [item]:
            if not isinstance(each, dict) or (kind == "issues" and "title" not in each):
                raise FileRefused(NO_ISSUES)
            yield kind, each


def _is_issue(item: dict[str, Any]) -> bool:
    return not item.get("pull_request")


def _key(address: str) -> str:
    """`owner/repository#12`, or "" for another address."""
    found = ISSUE.search(address[-LONGEST_ADDRESS:])
    return f"{found[1]}#{found[2]}" if found else ""


def _person(value: Any) -> str:
    person = dict_of(value)
    return text_of(person.get("email")) or text_of(person.get("login"))


def _comment(comment: dict[str, Any]) -> CommentRecord:
    made = text_of(comment.get("created_at")) or text_of(comment.get("createdAt"))
    return CommentRecord(
        author=_person(comment.get("user") or comment.get("author")),
        content=text_of(comment.get("body")),
        created_at=values.moment_in_utc(made),
    )


def _read_times(record: TaskRecord, issue: dict[str, Any]) -> None:
    record.created_at = values.moment_in_utc(text_of(issue.get("created_at")))
    record.completed_at = values.moment_in_utc(text_of(issue.get("closed_at")))
    for name in ("created_at", "closed_at"):
        text = text_of(issue.get(name))
        if text and values.moment_in_utc(text) is None:
            record.flaws.append(Flaw(name, "This is no date.", text[:SHOWN]))
