"""Tasks and boards as they were: what is asked, and how the answer differs from today's.

The app with the log registers what answers it.
"""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from core.api.past import Moment, Null, check_parameters
from core.api.viewsets import ServiceViewSet
from tasks.api.cards import BoardColumn, LabelledCard, LabelOnBoard, PersonOnBoard
from tasks.api.documents import TaskDocument

Reader = Callable[[ServiceViewSet, str, dict[str, Any]], Response]
"""Gets the view, the id in the path, and the query: `as_of`, of boards `limit` as well."""
Fields = dict[str, Any]

NOT_LOGGED = ("is_blocked", "updated_at", "version")
"""Keys of tasks that are always null in the past."""
NOT_SHOWN = ("comments", "attachments", "attachment_count", "mentions", "subtasks")
"""Embeds of today that answers about the past do not have."""

_readers: dict[str, Reader] = {}


class AsOf(serializers.Serializer[Any]):
    as_of = Moment(
        required=False,
        help_text=(
            "A moment that has passed, with its offset from UTC: the answer tells from the log how"
            " it was then, as far as today's rights show it. 404 `not_yet` before it existed,"
            " `was_deleted` while it was deleted; 400 `too_far_back` says as of when, `earliest`,"
            " the log can still be read."
        ),
    )


class PastTask(serializers.Serializer[Any]):
    """A task as it was. People have their names of today; nothing can be done with the past.

    `is_blocked`, `updated_at` and `version` are null: the log does not tell them.
    """

    def get_fields(self) -> Fields:
        fields = {
            name: field
            for name, field in TaskDocument().get_fields().items()
            if name not in NOT_SHOWN
        }
        fields["labels"].required = True
        return _unknown(fields, nullable=("description", "description_html", "comment_count"))


class PastCard(serializers.Serializer[Any]):
    """A task on a board of the past.

    `title` and `label_ids` are null if the task is deleted today, unless the reader may restore it.
    """

    def get_fields(self) -> Fields:
        return _unknown(LabelledCard().get_fields(), nullable=("title", "label_ids"))


class PastColumn(serializers.Serializer[Any]):
    """A column of the past; `version` is null."""

    def get_fields(self) -> Fields:
        more = {
            "count": serializers.IntegerField(),
            "is_over_limit": serializers.BooleanField(),
            "tasks": PastCard(many=True),
        }
        return _unknown(BoardColumn().get_fields(), nullable=()) | more


class PastBoard(serializers.Serializer[Any]):
    """The board as it was, with the people and labels that its cards name."""

    columns = PastColumn(many=True)
    people = PersonOnBoard(many=True)
    labels = LabelOnBoard(many=True)


def reads_past(name: str, read: Reader) -> None:
    """Register the function that answers about the past of a `task` or a `board`."""
    _readers[name] = read


def shown_as_of(name: str, view: ServiceViewSet, pk: str) -> Response:
    """The answer to `?as_of=`."""
    check_parameters(view.request)
    return _readers[name](view, pk, view.read_query())


def _unknown(fields: Fields, nullable: tuple[str, ...]) -> Fields:
    """The fields with those NOT_LOGGED always null, and those that may be."""
    for name in fields.keys() & {*nullable}:
        fields[name].allow_null = True
    return fields | {name: Null() for name in fields.keys() & {*NOT_LOGGED}}
