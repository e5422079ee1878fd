"""What is kept about a person's mail and reminders."""

from rest_framework import serializers

from accounts.services.personal_data import contribute
from core.documents.fields import Document
from core.documents.truncation import LongText
from notifications.models import Reminder, ReminderState
from outbox.models import Delivery, State


class OwnDelivery(Document):
    """A mail that was, or is to be, sent to the person."""

    kind = serializers.CharField()
    channel = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    address = serializers.CharField()
    subject = serializers.CharField()
    text = LongText()
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
