"""Tables of the app: the inbox, what people want to hear of and when, and reminders."""

from notifications.models.inbox import InboxCounter, MutedTask, Notification, NotificationKind
from notifications.models.preferences import Digest, MailBatch, MailSchedule, Preference
from notifications.models.reminders import (
    DEFAULT_LEAD_TIMES,
    LeadTime,
    Reminder,
    ReminderChoice,
    ReminderState,
)

__all__ = [
    "DEFAULT_LEAD_TIMES",
    "Digest",
    "InboxCounter",
    "LeadTime",
    "MailBatch",
    "MailSchedule",
    "MutedTask",
    "Notification",
    "NotificationKind",
    "Preference",
    "Reminder",
    "ReminderChoice",
    "ReminderState",
]
