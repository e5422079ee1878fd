"""Notifications and the state of an inbox, as shown."""

from typing import Any

import orjson
from django.db.models import F, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from rest_framework import serializers

from accounts.api.documents import Person
from core.documents.columns import Column
from core.documents.fields import Computed, Derived, Document, PublicId
from notifications.models import Notification, NotificationKind
from notifications.sentences import About, sentence
from projects.models import Project
from tasks.api.documents import task_key
from tasks.models import Task
from workspaces.models import Workspace

SENTENCE = {"type": "string", "description": "What happened, in plain English: text, not HTML."}


class TaskOfNotification(Document):
    """The task as shown inside a notification."""

    id = serializers.UUIDField()
    key = Computed(task_key)
    title = serializers.CharField()

    class Meta:
        model = Task


class ProjectOfNotification(Document):
    """The project as shown inside a notification."""

    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()

    class Meta:
        model = Project


class WorkspaceOfNotification(Document):
    """The workspace as shown inside a notification."""

    id = PublicId()
    name = serializers.CharField()

    class Meta:
        model = Workspace


def _facts(path: str) -> list[Column]:
    """The columns that a sentence is made of."""
    names = ("kind", "actor__name", "project__name", "workspace__name", "comment_id", "task_id")
    facts = Cast(F(f"{path}facts"), TextField())
    return [facts, task_key(f"{path}task__"), *(F(f"{path}{name}") for name in names)]


def _sentence(facts: str, key: str, kind: str, *names: Any) -> str:
    actor, project, workspace, comment, task = names
    about = About(
        actor=actor or "",
        task=key if task else "",
        project=project or "",
        workspace=workspace or "",
        is_comment=comment is not None,
    )
    return sentence(kind, about, orjson.loads(facts))


class NotificationDocument(Document):
    """What the person asking is told; `actor` is null if nobody caused it, as for reminders.

    `seq` grows with every change in the inbox. Invitations, and what is said to somebody who was
    removed, belong to no workspace.
    """

    id = serializers.UUIDField()
    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(NotificationKind.choices)
    sentence = Derived(_sentence, _facts, SENTENCE)
    actor = Person(allow_null=True)
    workspace = WorkspaceOfNotification(allow_null=True)
    project = ProjectOfNotification(allow_null=True)
    task = TaskOfNotification(allow_null=True)
    comment_id = serializers.UUIDField(allow_null=True)
    job_id = Computed(lambda path: KeyTextTransform("job", F(f"{path}facts")), allow_null=True)
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    snoozed_until = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Notification


class InboxState(serializers.Serializer[Any]):
    """How many notifications are unread as of the number `seq`, the last one given."""

    unread = serializers.IntegerField()
    seq = serializers.IntegerField()


class InboxChanged(InboxState):
    """The same after a change of `changed` notifications."""

    changed = serializers.IntegerField()


class Muting(serializers.Serializer[Any]):
    """Whether the person asking hears of the task only what is meant for them."""

    is_muted = serializers.BooleanField()
