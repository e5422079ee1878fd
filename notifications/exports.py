"""What a person's export holds of mails and reminders."""

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from rest_framework import serializers

from accounts.services.personal_data import contribute
from core.documents.columns import Columns, Part
from core.documents.fields import Computed, Document
from core.documents.truncation import LongText
from notifications.models import Reminder, ReminderState
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
    due = serializers.CharField()
    fire_at = serializers.DateTimeField()
    state = serializers.ChoiceField(ReminderState.choices)

    class Meta:
        model = Reminder


contribute(
    "deliveries", OwnDelivery, lambda person: Delivery.objects.filter(recipient_id=person.pk)
)
contribute("reminders", OwnReminder, lambda person: Reminder.objects.filter(recipient=person))
