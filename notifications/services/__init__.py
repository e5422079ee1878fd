"""Enqueueing mails about assignments, and planning reminders of due dates."""

from notifications.services.assignments import enqueue_assignment_mails, enqueue_handover_mail
from notifications.services.due_reminders import queue_due_reminders
from notifications.services.missed_reminders import (
    plan_missed_reminders,
    plan_missed_reminders_of,
)
from notifications.services.reminder_choices import (
    choose_lead_times,
    lead_times_of,
)
from notifications.services.reminders import (
    plan_reminders,
    plan_reminders_after_handover,
    plan_reminders_of,
    plan_reminders_of_all,
)

__all__ = [
    "choose_lead_times",
    "enqueue_assignment_mails",
    "enqueue_handover_mail",
    "lead_times_of",
    "plan_missed_reminders",
    "plan_missed_reminders_of",
    "plan_reminders",
    "plan_reminders_after_handover",
    "plan_reminders_of",
    "plan_reminders_of_all",
    "queue_due_reminders",
]
