"""Boards as Trello exports them as JSON.

https://developer.atlassian.com/cloud/trello/guides/rest-api/object-definitions/
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import IO, Any

from imports.sources import values
from imports.sources.checks import SHOWN, check
from imports.sources.columns import Clock, clock_of
from imports.sources.json_files import dict_of, items, list_of, text_of
from imports.sources.records import CommentRecord, FileRefused, Flaw, LinkRecord, TaskRecord

READ = {"id", "name", "desc", "idList", "idMembers", "labels", "idLabels", "due", "start"} | {
    *("dueComplete", "closed", "attachments", "checklists", "idChecklists")
}
"""What is imported of a card."""
MOST_KEYS = 200
KEY_LENGTH = 24
MOST_PARTS = 300_000
"""Comments and entries of checklists of a board, which are in memory at the same time."""


class TrelloSource:
    """Options: `time_zone`, on whose clocks cards are due (`Source`).

    A card that is archived, or in an archived list, is complete, as is one whose due date is
    checked off. Checklists become lists of tasks in the description.
    """

    def __init__(self, file: IO[bytes], options: Mapping[str, Any]) -> None:
        self.file = file
        self.clock = clock_of(options)
        self.board = _Board(file)
        self.columns: Sequence[str] = list(self.board.keys)
        self.unknown: Sequence[str] = [key for key in self.board.keys if key not in READ]
        self.mapping: Mapping[str, str] = {}
        self.total: int | None = self.board.cards

    def rows(self) -> Iterator[tuple[int, TaskRecord]]:
        cards = (item for key, item in items(self.file) if key == "cards")
        for number, card in enumerate(cards, 1):
            if isinstance(card, dict):
                yield number, check(_Card(card, self.board, self.clock).record)
            else:
                yield number, TaskRecord(flaws=[Flaw("", "This is no card.")])


class _Board:
    """What cards refer to: found in a first pass, because it may stand behind them."""

    def __init__(self, file: IO[bytes]) -> None:
        self.cards = 0
        self.parts = 0
        self.keys: dict[str, None] = {}
        self.lists: dict[str, tuple[str, bool]] = {}
        self.labels: dict[str, str] = {}
        self.members: dict[str, str] = {}
        self.checklists: defaultdict[str, list[str]] = defaultdict(list)
        self.comments: defaultdict[str, list[CommentRecord]] = defaultdict(list)
        self.creators: dict[str, str] = {}
        known = {
            "cards": self.add_card,
            "lists": self.add_list,
            "labels": self.add_label,
            "members": self.add_member,
            "checklists": self.add_checklist,
            "actions": self.add_action,
        }
        found = set()
        for key, item in items(file):
            found.add(key)
            if key in known and isinstance(item, dict):
                known[key](item)
        if not {"lists", "id"} <= found and "cards" not in found:
            raise FileRefused("This is no board of Trello: it has no lists and no cards.")

    def add_card(self, card: dict[str, Any]) -> None:
        self.cards += 1
        if len(self.keys) < MOST_KEYS:
            self.keys |= dict.fromkeys(text_of(key)[:SHOWN] for key in islice(card, MOST_KEYS))

    def add_list(self, row: dict[str, Any]) -> None:
        self.lists[text_of(row.get("id"))] = text_of(row.get("name")), row.get("closed") is True

    def add_label(self, label: dict[str, Any]) -> None:
        self.labels[text_of(label.get("id"))] = _label(label)

    def add_member(self, member: dict[str, Any]) -> None:
        self.members[text_of(member.get("id"))] = _name(member)

    def add_checklist(self, checklist: dict[str, Any]) -> None:
        card = text_of(checklist.get("idCard"))
        self.checklists[card] += self.counted(_checklist(checklist))

    def add_action(self, action: dict[str, Any]) -> None:
        data, kind = dict_of(action.get("data")), action.get("type")
        card = text_of(dict_of(data.get("card")).get("id")) or text_of(data.get("idCard"))
        author = _name(dict_of(action.get("memberCreator")))
        if kind == "commentCard" and card:
            made = values.moment_in_utc(text_of(action.get("date")))
            comment = CommentRecord(
                author=author, content=text_of(data.get("text")), created_at=made
            )
            self.comments[card] += self.counted([comment])
        elif kind == "createCard" and card:
            self.creators[card] = author

    def counted(self, parts: list[Any]) -> list[Any]:
        self.parts += len(parts)
        if self.parts > MOST_PARTS:
            raise FileRefused(f"The board has more than {MOST_PARTS:,} comments and entries.")
        return parts


class _Card:
    """One card read as a record."""

    def __init__(self, card: dict[str, Any], board: _Board, clock: Clock) -> None:
        self.card = card
        self.board = board
        self.clock = clock
        key = text_of(card.get("id"))
        column, is_archived = board.lists.get(text_of(card.get("idList")), ("", False))
        comments = board.comments.get(key, [])
        self.record = TaskRecord(
            external_id=key,
            title=text_of(card.get("name")),
            description=self.description(key),
            status=column,
            is_complete=is_archived or card.get("closed") is True or bool(card.get("dueComplete")),
            assignee=self.assignee(),
            reporter=board.creators.get(key, ""),
            labels=self.labels(),
            comments=comments[::-1],  # the newest stands first in the file
            links=[
                LinkRecord(name=text_of(a.get("name")) or "link", url=text_of(a.get("url")))
                for a in map(dict_of, list_of(card.get("attachments")))
            ],
            created_at=_made_at(key),
        )
        self.add_dates()

    def description(self, key: str) -> str:
        own = [
            line
            for checklist in map(dict_of, list_of(self.card.get("checklists")))
            for line in _checklist(checklist)
        ]
        lines = self.board.checklists.get(key) or own
        text = text_of(self.card.get("desc"))
        return "\n".join([text, *lines]).strip() if lines else text

    def assignee(self) -> str:
        """The first of the members."""
        keys = map(text_of, list_of(self.card.get("idMembers")))
        return next((self.board.members[key] for key in keys if key in self.board.members), "")

    def labels(self) -> list[str]:
        if embedded := [_label(dict_of(label)) for label in list_of(self.card.get("labels"))]:
            return embedded
        keys = map(text_of, list_of(self.card.get("idLabels")))
        return [self.board.labels[key] for key in keys if key in self.board.labels]

    def add_dates(self) -> None:
        record, zone = self.record, self.clock.zone
        for name in ("start", "due"):
            if not (text := text_of(self.card.get(name))):
                continue
            try:
                day, at = values.moment(text).local(zone)
            except ValueError as problem:
                record.flaws.append(Flaw(f"{name}_date", str(problem), text[:SHOWN]))
                continue
            if name == "start":
                record.start_date = day
            else:
                record.due_date, record.due_time = day, at


def _name(member: dict[str, Any]) -> str:
    keys = ("email", "fullName", "username")
    return next(filter(None, (text_of(member.get(key)) for key in keys)), "")


def _label(label: dict[str, Any]) -> str:
    return text_of(label.get("name")) or text_of(label.get("color"))


def _checklist(checklist: dict[str, Any]) -> list[str]:
    """Its lines in Markdown."""
    lines = ["", f"### {' '.join(text_of(checklist.get('name')).split())}", ""]
    for item in map(dict_of, list_of(checklist.get("checkItems"))):
        mark = "x" if item.get("state") == "complete" else " "
        lines.append(f"- [{mark}] {' '.join(text_of(item.get('name')).split())}")
    return lines


def _made_at(key: str) -> datetime | None:
    """The moment that an id of Trello begins with, in seconds since 1970."""
    try:
        return datetime.fromtimestamp(int(key[:8], 16), UTC) if len(key) == KEY_LENGTH else None
    except ValueError:
        return None
