"""The inbox of the person asking, and the tasks they muted."""

from dataclasses import asdict
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.permissions import Can, IsSignedIn
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.queries import compiled
from notifications.api.documents import InboxChanged, InboxState, Muting, NotificationDocument
from notifications.api.filters import NotificationFilters, Wanted
from notifications.api.inputs import Named, NamedOrAll, NotificationChanges
from notifications.models import Notification
from notifications.services.inbox import (
    has_muted,
    inbox_of,
    mute_task,
    number_now,
    read_all,
    set_read,
    snooze,
    unmute_task,
)
from projects.rights import READ_PROJECT
from tasks.models import Task


class Notifications(ServiceViewSet):
    """What the person asking is told, as far as they may read today what it is about."""

    has_dry_run = True
    document = NotificationDocument
    inputs: ClassVar = {"change": NotificationChanges, "read": NamedOrAll, "unread": Named}
    outputs: ClassVar = {"count": InboxState, "read": InboxChanged, "unread": InboxChanged}
    queries: ClassVar = {"list": Wanted}
    filters = NotificationFilters
    action_permissions: ClassVar = dict.fromkeys(
        ("list", "count", "change", "read", "unread"), IsSignedIn()
    )

    def list(self, request: Request) -> Response:
        """The notifications of the person asking, the newest first."""
        asked = self.read_query()
        rows = Selection(snoozed_of if asked["snoozed"] else awake_of, actor=self.actor)
        if "unread" in asked:
            rows = rows.filter((("read_at__isnull", asked["unread"]),))
        return self.show_list(rows)

    @extend_schema(responses={200: InboxState})
    def count(self, request: Request) -> Response:
        """How many notifications are unread, not counting those snoozed until later."""
        found = inbox_of(self.actor)
        return Response({"unread": found.unread, "seq": found.seq})

    def change(self, request: Request, pk: str) -> Response:
        """Mark a notification as read or unread, or snooze it."""
        notification, changes = self.find(Notification, pk), self.read_input()
        if "is_read" in changes:
            set_read(actor=self.actor, ids=[notification.pk], is_read=changes["is_read"])
        if "snoozed_until" in changes:
            until = changes["snoozed_until"]
            snooze(actor=self.actor, notification=notification, until=until)
        number_now()
        return self.show(notification)

    @extend_schema(responses={200: InboxChanged})
    def read(self, request: Request) -> Response:
        """Mark notifications as read: some, or all that are unread and not snoozed."""
        asked = self.read_input()
        if asked["all"]:
            changed = read_all(actor=self.actor, through=asked.get("through"))
        else:
            changed = set_read(actor=self.actor, ids=asked["ids"], is_read=True)
        return self._show_inbox(changed)

    @extend_schema(responses={200: InboxChanged})
    def unread(self, request: Request) -> Response:
        """Mark notifications as unread."""
        ids = self.read_input()["ids"]
        return self._show_inbox(set_read(actor=self.actor, ids=ids, is_read=False))

    def _show_inbox(self, changed: int) -> Response:
        number_now()
        return Response({**asdict(inbox_of(self.actor)), "changed": changed})


class TaskMuting(ServiceViewSet):
    """Whether the person asking hears of a task."""

    has_dry_run = True
    document = NotificationDocument
    outputs: ClassVar = dict.fromkeys(("is_muted", "mute", "unmute"), Muting)
    action_permissions: ClassVar = dict.fromkeys(("is_muted", "mute", "unmute"), Can(READ_PROJECT))

    @extend_schema(responses={200: Muting})
    def is_muted(self, request: Request, pk: str) -> Response:
        """Whether the person asking has muted the task."""
        task = self.find(Task, pk)
        return Response({"is_muted": has_muted(self.actor, task)})

    @extend_schema(responses={200: Muting})
    def mute(self, request: Request, pk: str) -> Response:
        """Hear of the task only assignments and mentions."""
        mute_task(actor=self.actor, task=self.find(Task, pk))
        return Response({"is_muted": True})

    @extend_schema(responses={200: Muting})
    def unmute(self, request: Request, pk: str) -> Response:
        """Hear of the task again."""
        unmute_task(actor=self.actor, task=self.find(Task, pk))
        return Response({"is_muted": False})


@compiled
def awake_of(actor: Any) -> QuerySet[Notification]:
    return Notification.objects.visible_to(actor).awake()


@compiled
def snoozed_of(actor: Any) -> QuerySet[Notification]:
    return Notification.objects.visible_to(actor).snoozed()
