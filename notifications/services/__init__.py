"""Enqueueing mails about assignments, and planning reminders of due dates."""

from notifications.services.assignments import enqueue_assignment_mails, enqueue_handover_mail
from notifications.services.missed_reminders import (
    plan_missed_reminders,
    plan_missed_reminders_of,
)
from notifications.services.reminders import (
    plan_reminders,
    plan_reminders_after_handover,
    plan_reminders_of,
    plan_reminders_of_all,
    queue_due_reminders,
)

__all__ = [
    "enqueue_assignment_mails",
    "enqueue_handover_mail",
    "plan_missed_reminders",
    "plan_missed_reminders_of",
    "plan_reminders",
    "plan_reminders_after_handover",
    "plan_reminders_of",
    "plan_reminders_of_all",
    "queue_due_reminders",
]
