"""Who is told what: assignments at once, due dates in time."""

from notifications.services.assignments import tell_assignee, tell_heir
from notifications.services.reminders import (
    plan_inherited_reminders,
    plan_reminders,
    plan_reminders_of,
    queue_due_reminders,
)

__all__ = [
    "plan_inherited_reminders",
    "plan_reminders",
    "plan_reminders_of",
    "queue_due_reminders",
    "tell_assignee",
    "tell_heir",
]
