"""Reminders over HTTP: those of a task, and when one wants to be reminded."""

from typing import Any, ClassVar

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.documents import Person
from core.api.fields import Choice, Input
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.columns import Column
from core.documents.fields import Computed, Derived, Document
from core.documents.selection import Selection
from core.queries import compiled
from notifications.models import DEFAULT_LEAD_TIMES, LeadTime, Reminder, ReminderState
from notifications.services.recheck import PROJECT_ARCHIVED
from notifications.services.reminder_channels import INBOX, MAIL, named, planned_channels
from notifications.services.reminder_choices import choose_lead_times, lead_times_of
from outbox.models import Delivery, State
from projects.rights import READ_PROJECT
from tasks.models import Task
from workspaces.models import Workspace
from workspaces.rights import READ_WORKSPACE

MOST = 100
"""How many reminders of a task are shown, the latest."""
CHANNELS = {
    "type": "array",
    "items": {"type": "string", "enum": [INBOX, MAIL]},
    "description": "How the person was told, or would be as things are now.",
}


def _of_mail(name: str, path: str, **where: Any) -> Column:
    """A column of the delivery, of those `where` says; null without one."""
    mails = Delivery.objects.filter(pk=OuterRef(f"{path}delivery_id"), **where)
    return Subquery(mails.values(name))


class StateOfMail(serializers.ChoiceField):
    def column(self, path: str) -> Column:
        return _of_mail("state", path)


class SentAt(serializers.DateTimeField):
    def column(self, path: str) -> Column:
        return _of_mail("sent_at", path)


def _reason(path: str) -> Column:
    is_stopped = Q(**{f"{path}state": ReminderState.PLANNED}) & ~Q(
        **{f"{path}task__project__archived_at": None}
    )
    skipped = _of_mail("reason", path, state=State.SKIPPED)
    own = Coalesce(skipped, F(f"{path}reason"), output_field=TextField())
    stopped = When(is_stopped, then=Value(PROJECT_ARCHIVED))
    return Case(stopped, default=own, output_field=TextField())


def _channels(in_inbox: Any, delivery: Any) -> list[str]:
    return named(inbox=in_inbox, mail=delivery is not None)


class ReminderDocument(Document):
    """A reminder of a task: who is told, and when, or what became of it.

    `due` is the due date it was planned for, with the due time if there was one. `mail` is the
    state of the mail; `reason` says why something was not sent.
    """

    id = serializers.UUIDField()
    task_id = serializers.UUIDField()
    recipient = Person()
    lead_time = serializers.ChoiceField(LeadTime.choices)
    due = serializers.CharField()
    fire_at = serializers.DateTimeField()
    state = serializers.ChoiceField(ReminderState.choices)
    reason = Computed(_reason)
    channels = Derived(_channels, lambda p: [F(f"{p}in_inbox"), F(f"{p}delivery_id")], CHANNELS)
    mail = StateOfMail(State.choices, allow_null=True)
    sent_at = SentAt(allow_null=True)

    class Meta:
        model = Reminder


class TaskReminders(ServiceViewSet):
    """Who is reminded of a task, and when."""

    document = ReminderDocument
    action_permissions: ClassVar = {"reminders": Can(READ_PROJECT)}
    orderings = ("fire_at",)

    @extend_schema(responses={200: ReminderDocument(many=True)})
    def reminders(self, request: Request, pk: str) -> Response:
        """What was sent and what will be, by its moment; at most the last 100."""
        task = self.find(Task, pk)
        reading = self._reading()
        rows = reading.rows(Selection(reminders_of, task=task.pk).bound(_latest))
        planned = {str(pk): channels for pk, channels in planned_channels(task).items()}
        shown = reading.objects(rows)
        return Response(
            [{**row, "channels": planned.get(row["id"], row["channels"])} for row in shown]
        )


class LeadTimes(serializers.Serializer[Any]):
    """When the person is reminded of tasks in the workspace; never, if the list is empty."""

    lead_times = serializers.ListField(child=serializers.ChoiceField(LeadTime.choices))
    default = serializers.ListField(child=serializers.ChoiceField(LeadTime.choices))


class ChosenLeadTimes(Input):
    lead_times = serializers.ListField(
        child=Choice(LeadTime),
        max_length=20,
        help_text="Before a day without a due time, HOUR reminds of nothing.",
    )


class OwnReminders(ServiceViewSet):
    """When one wants to be reminded of the tasks of a workspace."""

    has_dry_run = True
    inputs: ClassVar = {"choose": ChosenLeadTimes}
    outputs: ClassVar = {"retrieve": LeadTimes, "choose": LeadTimes}
    action_permissions: ClassVar = {
        "retrieve": Can(READ_WORKSPACE),
        "choose": Can(READ_WORKSPACE),
    }

    def retrieve(self, request: Request, pk: str) -> Response:
        """When I am reminded of the tasks of a workspace."""
        workspace = self.find(Workspace, pk)
        return _answer(lead_times_of(self.actor.person.pk, workspace))

    def choose(self, request: Request, pk: str) -> Response:
        """Choose when I am reminded of the tasks of a workspace; mine are planned anew."""
        workspace = self.find(Workspace, pk)
        chosen = choose_lead_times(actor=self.actor, workspace=workspace, **self.read_input())
        return _answer(chosen)


def _answer(lead_times: list[str]) -> Response:
    return Response({"lead_times": lead_times, "default": list(DEFAULT_LEAD_TIMES)})


@compiled
def reminders_of(task: Any) -> QuerySet[Reminder]:
    return Reminder.objects.filter(task=task).exclude(state=ReminderState.CANCELLED)


def _latest(rows: QuerySet[Reminder]) -> QuerySet[Reminder]:
    return rows.order_by("-fire_at", "-pk")[:MOST]
