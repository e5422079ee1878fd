"""Attachments as shown."""

from typing import Any

from django.db.models import F
from rest_framework import serializers

from accounts.api.documents import Person
from attachments.models import Attachment, State
from attachments.rights import ATTACHMENT_ABILITIES
from attachments.storage.base import WRITE, FileLink
from attachments.storage.chosen import storage
from core.api.abilities import Abilities
from core.documents.columns import Column
from core.documents.fields import Count, Derived, Document
from core.documents.truncation import Limits, Many
from projects.api.abilities import in_project, project_standing
from tasks.api.documents import TaskDocument

NEWEST_EMBEDDED = 20
TEXT = {"type": "string"}
NAMED_VALUES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "value"],
        "properties": {"name": TEXT, "value": TEXT},
    },
}
TICKET = {
    "type": ["object", "null"],
    "description": "The request that stores an announced file, within five minutes: `headers` are "
    "sent with it; `fields` are those of a form, before the file, whose field is called `file`. "
    "Null if the file is stored already.",
    "required": ["method", "url", "headers", "fields"],
    "properties": {
        "method": {"type": "string", "enum": ["PUT", "POST"]},
        "url": TEXT,
        "headers": NAMED_VALUES,
        "fields": NAMED_VALUES,
    },
}


class AttachmentDocument(Document):
    """A file on a task; `content_type` is what its first bytes say, `claimed_type` is not checked.

    It is read by links that are good for five minutes.
    """

    id = serializers.UUIDField()
    task_id = serializers.UUIDField()
    comment_id = serializers.UUIDField(allow_null=True)
    file_name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    content_type = serializers.CharField()
    claimed_type = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    thumbnail_size = serializers.IntegerField(allow_null=True)
    uploaded_by = Person()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    abilities = Abilities(
        ATTACHMENT_ABILITIES,
        in_project("task__project__", own=("uploaded_by",)),
        project_standing,
    )

    class Meta:
        model = Attachment


def _facts(path: str) -> list[Column]:
    names = ("id", "state", "storage_key", "size", "claimed_type")
    return [F(f"{path}{name}") for name in names]


def _ticket(pk: str, state: str, key: str, size: int, kind: str) -> dict[str, Any] | None:
    if state != State.PENDING:
        return None
    return shown_ticket(FileLink(str(pk), key, "", kind, purpose=WRITE), size)


def shown_ticket(file: FileLink, size: int) -> dict[str, Any]:
    """The request that stores the file, as `TICKET` describes it."""
    ticket = storage().upload_ticket(file, size)
    return {
        "method": ticket.method,
        "url": ticket.url,
        "headers": _named(ticket.headers),
        "fields": _named(ticket.fields),
    }


def _named(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


class NewAttachmentDocument(AttachmentDocument):
    """As `Attachment`, with the request that stores the file if it is only announced."""

    upload = Derived(_ticket, _facts, TICKET)


class LinkDocument(serializers.Serializer[Any]):
    """An address at which the file can be read without signing in."""

    url = serializers.CharField()
    expires_at = serializers.DateTimeField()


TaskDocument.embed(
    "attachment_count",
    Count(lambda task: Attachment.objects.shown().filter(task=task), required=False),
    on_request=True,
)
TaskDocument.embed(
    "attachments",
    Many(
        AttachmentDocument,
        "task",
        Attachment.objects.shown,
        "-created_at",
        order="created_at",
        limits=Limits(most=NEWEST_EMBEDDED, item=1500, heaviest=6000),
    ),
    on_request=True,
)
