"""Admin pages of reminders, notifications, and what people prefer; read only."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from core.admin.records import ReadOnly
from notifications.models import (
    InboxCounter,
    MailBatch,
    MailSchedule,
    MutedTask,
    Notification,
    Preference,
    Reminder,
    ReminderChoice,
)


@admin.register(Reminder)
class Reminders(ReadOnly):
    list_display = ("task", "recipient", "lead_time", "due", "fire_at", "state", "reason")
    list_filter = ("state", "lead_time", "fire_at")
    list_select_related = ("task", "recipient")
    search_fields = ("=task__id", "recipient__email")
    ordering = ("-fire_at",)


@admin.register(ReminderChoice)
class ReminderChoices(ReadOnly):
    """Lead times that people chose; they choose them themselves."""

    list_display = ("person", "workspace", "lead_times")
    list_select_related = ("person", "workspace")
    search_fields = ("person__email", "=workspace__id")
    ordering = ("-created_at",)


@admin.register(Notification)
class Notifications(ReadOnly):
    """What people were told; read only, because it follows from what happened."""

    list_display = ("kind", "recipient", "actor", "task", "in_inbox", "read_at", "created_at")
    list_filter = ("kind", "in_inbox", ("workspace", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("recipient", "actor", "task")
    search_fields = ("=task__id", "recipient__email", "=key")
    search_help_text = "The id of a task, an address, or a key"
    ordering = ("-created_at",)


@admin.register(MutedTask)
class MutedTasks(ReadOnly):
    list_display = ("person", "task", "created_at")
    list_filter = (("workspace", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("person", "task")
    search_fields = ("=task__id", "person__email")
    search_help_text = "The id of a task, or an address"
    ordering = ("-created_at",)


@admin.register(Preference)
class Preferences(ReadOnly):
    """What people chose to hear of; read only, because it is theirs to choose."""

    list_display = ("person", "kind", "workspace", "project", "in_inbox", "by_mail")
    list_filter = ("kind", "by_mail", ("workspace", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("person", "workspace", "project")
    search_fields = ("person__email",)
    search_help_text = "An address"
    ordering = ("-created_at",)


@admin.register(MailSchedule)
class MailSchedules(ReadOnly):
    list_display = ("person", "quiet_from", "quiet_until", "digest", "digest_at", "digest_weekday")
    list_filter = ("digest",)
    list_select_related = ("person",)
    search_fields = ("person__email",)
    search_help_text = "An address"
    ordering = ("person__email",)


@admin.register(MailBatch)
class MailBatches(ReadOnly):
    """The last mail to each person about each task."""

    list_display = ("person", "about_id", "delivery_id", "goes_at")
    list_select_related = ("person",)
    search_fields = ("=about_id", "=delivery_id", "person__email")
    search_help_text = "The id of a task, a workspace or a delivery, or an address"
    ordering = ("-goes_at",)


@admin.register(InboxCounter)
class InboxCounters(ReadOnly):
    """The last number of each inbox."""

    list_display = ("person_id", "last_seq")
    search_fields = ("=person_id",)
    ordering = ("person_id",)
