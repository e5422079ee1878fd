"""The activity log: one row per event, numbered without gaps in each workspace."""

from typing import ClassVar

import pgtrigger
from django.db import models

from core.models import Row, never_truncated


class EventCounter(models.Model):
    """The last event number of a workspace; locked only while a transaction commits."""

    kept_by_triggers = True

    workspace_id = models.UUIDField(primary_key=True)
    last_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.workspace_id}: {self.last_seq}"


class Event(Row):
    """An event that happened. Ids are no foreign keys, so that events outlive the rows they name.

    `seq` is set by a deferred trigger just before the commit, so that reading "all after n"
    never misses an event that commits late. Events about a person have neither workspace nor
    `seq`. `changes` is `{field: {"old": …, "new": …}}`.
    """

    append_only = True

    workspace_id = models.UUIDField(null=True)
    seq = models.BigIntegerField(null=True, editable=False)
    actor_id = models.UUIDField(null=True)
    via = models.CharField(max_length=16)
    """The kind of the actor's `Credential`; `system` without a person."""
    token_id = models.UUIDField(null=True)
    """The personal token that was used."""
    reason = models.CharField(max_length=100, blank=True)
    """Why the system acted."""
    entity = models.CharField(max_length=20)
    entity_id = models.UUIDField()
    action = models.CharField(max_length=40)
    changes = models.JSONField(default=dict)
    version = models.PositiveIntegerField(null=True)
    """The version of the row since the changes, where it has versions."""
    request_id = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace_id", "seq"], name="event_number_once_per_workspace"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["entity", "entity_id", "created_at"], name="events_of_an_entity"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="log_is_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="log_is_not_rewritten",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__seq__isnull=False),
            ),
            never_truncated("log_is_not_truncated", "the log is append-only"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.action}"


class TextChange(Row):
    """How a long text changed in an event; kept apart, so that it can be erased and events not.

    `edits` are those of `activity.services.differences`, null once erased: when the event's
    actor or the author of the text is deleted, or the text is purged.
    """

    append_only = True
    erasable = ("edits",)

    event = models.ForeignKey(
        Event, models.PROTECT, related_name="text_changes", db_constraint=False
    )
    workspace_id = models.UUIDField()
    field = models.CharField(max_length=40)
    edits = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "field"], name="text_change_once_per_event"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="text_changes_are_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="text_changes_are_only_erased",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__edits__isnull=False)
                | pgtrigger.Q(old__edits__isnull=True),
            ),
            never_truncated("text_changes_are_not_truncated", "text changes are only erased"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.field}"
