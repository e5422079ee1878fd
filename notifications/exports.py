"""What a person's export holds of notifications, mails and reminders."""

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from rest_framework import serializers

from accounts.services.personal_data import contribute
from core.documents.columns import Columns, Part
from core.documents.fields import Computed, Document
from core.documents.truncation import LongText
from notifications.models import (
    Digest,
    LeadTime,
    MailSchedule,
    MutedTask,
    Notification,
    NotificationKind,
    Preference,
    Reminder,
    ReminderChoice,
    ReminderState,
)
from outbox.models import Delivery, State


def _of_mail(name: str) -> Computed:
    """A column of the recorded mail; "" before it is composed."""
    return Computed(lambda path: Coalesce(F(f"{path}mail__{name}"), Value("")))


class TextOfMail(LongText):
    def member(self, columns: Columns, path: str) -> Part:
        return Part((self.place(columns, path),), lambda texts: texts[0] or "")


class OwnDelivery(Document):
    """A mail sent, or to be sent, to the person."""

    kind = serializers.CharField()
    channel = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    address = _of_mail("address")
    subject = _of_mail("subject")
    text = TextOfMail(source="mail__text")
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Delivery


class OwnReminder(Document):
    task_id = serializers.UUIDField()
    lead_time = serializers.ChoiceField(LeadTime.choices)
    due = serializers.CharField()
    fire_at = serializers.DateTimeField()
    state = serializers.ChoiceField(ReminderState.choices)
    reason = serializers.CharField()
    in_inbox = serializers.BooleanField()

    class Meta:
        model = Reminder


class OwnReminderChoice(Document):
    """When the person wants to be reminded of the tasks of a workspace."""

    workspace_id = serializers.UUIDField()
    lead_times = serializers.ListField(child=serializers.ChoiceField(LeadTime.choices))

    class Meta:
        model = ReminderChoice


class OwnNotification(Document):
    """What the person was told; `facts` has what else is known, such as the columns of a move."""

    kind = serializers.ChoiceField(NotificationKind.choices)
    workspace_id = serializers.UUIDField(allow_null=True)
    project_id = serializers.UUIDField(allow_null=True)
    task_id = serializers.UUIDField(allow_null=True)
    comment_id = serializers.UUIDField(allow_null=True)
    facts = serializers.DictField(child=serializers.JSONField())
    in_inbox = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    snoozed_until = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Notification


class OwnMutedTask(Document):
    task_id = serializers.UUIDField()
    created_at = serializers.DateTimeField()

    class Meta:
        model = MutedTask


class OwnPreference(Document):
    """What the person chose to hear of in a workspace, or in one project of it."""

    workspace_id = serializers.UUIDField()
    project_id = serializers.UUIDField(allow_null=True)
    kind = serializers.ChoiceField(NotificationKind.choices)
    in_inbox = serializers.BooleanField()
    by_mail = serializers.BooleanField()

    class Meta:
        model = Preference


class OwnMailSchedule(Document):
    """When mail may come to the person; `digest_weekday` is 0 on Monday."""

    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(allow_null=True)
    digest = serializers.ChoiceField(Digest.choices)
    digest_at = serializers.TimeField()
    digest_weekday = serializers.IntegerField()

    class Meta:
        model = MailSchedule


contribute(
    "deliveries", OwnDelivery, lambda person: Delivery.objects.filter(recipient_id=person.pk)
)
contribute("reminders", OwnReminder, lambda person: Reminder.objects.filter(recipient=person))
contribute(
    "reminder_choices",
    OwnReminderChoice,
    lambda person: ReminderChoice.objects.filter(person=person),
)
contribute(
    "notifications",
    OwnNotification,
    lambda person: Notification.objects.filter(recipient=person),
)
contribute("muted_tasks", OwnMutedTask, lambda person: MutedTask.objects.filter(person=person))
contribute("preferences", OwnPreference, lambda person: Preference.objects.filter(person=person))
contribute(
    "mail_schedules", OwnMailSchedule, lambda person: MailSchedule.objects.filter(person=person)
)
