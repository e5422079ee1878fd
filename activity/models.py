"""The activity log: one row per event, numbered without gaps in each workspace."""

from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q, QuerySet

from activity.rights import ENDINGS, OF_PROJECTS, OF_SETTINGS, OF_WORKSPACES
from core.actor import Actor, Asking, person_in
from core.models import Record, Row, never_changed
from core.rights import Right, Standing
from projects.models import Project
from workspaces.models import Membership, Workspace
from workspaces.rights import READ_WORKSPACE, WorkspaceRole


class EventCounter(models.Model):
    """The last event number of a workspace; locked only while a transaction commits."""

    kept_by_triggers = True

    workspace_id = models.UUIDField(primary_key=True)
    last_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.workspace_id}: {self.last_seq}"


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, asking: Asking) -> Self:
        """The numbered events that the person may read today, whoever could when they happened.

        Those of a project that may be read, and a transfer out of one; of a deleted project or
        workspace only that it is gone. Those of the workspace as `OF_WORKSPACES` has it.
        """
        readable = Project.objects.reachable_by(asking).values("pk")
        ended = Q(entity="project", action__in=ENDINGS)
        ended &= Q(project_id__in=Project.objects.open_to(asking).values("pk"))
        allowed = Q(project_id__in=readable) | Q(former_project_id__in=readable) | ended
        allowed &= Q(entity__in=OF_PROJECTS)
        for right in set(OF_WORKSPACES.values()):
            entities = [name for name, needed in OF_WORKSPACES.items() if needed is right]
            places = _workspaces_with(right, asking)
            allowed |= Q(project_id=None, entity__in=entities, workspace_id__in=places)
        gone = _workspaces_with(READ_WORKSPACE, asking, deleted=True)
        ended = Q(entity="workspace", action__in=ENDINGS, workspace_id__in=gone)
        allowed |= Q(ended, project_id=None)
        mine = Q(private_to=None) | Q(private_to=person_in(asking))
        return self.filter(mine, allowed, seq__isnull=False)


def _workspaces_with(
    right: Right, asking: Asking, *, deleted: bool = False
) -> QuerySet[Membership, dict[str, object]]:
    """The workspaces in which the person has the right, either the deleted ones or the others."""
    places = Membership.objects.of(asking).filter(workspace__deleted_at__isnull=not deleted)
    return places.filter(role__in=right.roles(WorkspaceRole)).values("workspace_id")


def _numbered(name: str, *fields: str) -> models.Index:
    """An index of events by number; entered once, when the trigger sets the number."""
    known = {f"{field}__isnull": False for field in (fields[-1], "seq")}
    return models.Index(fields=[*fields, "seq"], name=name, condition=Q(**known))


class Event(Record):
    """An event that happened.

    `seq` is set by a deferred trigger just before the commit, so that reading "all after n"
    never misses an event that commits late. Events about a person have neither workspace nor
    `seq`. `changes` is `{field: {"old": …, "new": …}}`.
    """

    seq = models.BigIntegerField(null=True, editable=False)
    entity = models.CharField(max_length=20)
    entity_id = models.UUIDField()
    action = models.CharField(max_length=40)
    changes = models.JSONField(default=dict)
    version = models.PositiveIntegerField(null=True)
    """The version of the row since the changes, where it has versions."""
    project_id = models.UUIDField(null=True)
    """The project of the row when this happened."""
    task_id = models.UUIDField(null=True)
    """The task, or that of a comment or attachment."""
    former_project_id = models.UUIDField(null=True)
    """The project that a task was moved out of, whose readers are told as well."""
    person_id = models.UUIDField(null=True)
    """Whose membership the row is."""
    private_to = models.UUIDField(null=True)
    """The one person who may read of the row."""
    past_values = models.JSONField(null=True)
    """What else was different before (`core.events.Event.past_values`); null for most events."""
    origin = models.CharField(max_length=10, blank=True, default="")
    """IMPORT of `core.events` for what was imported, else ""."""
    committed_at = models.DateTimeField(null=True, editable=False)
    """When `seq` was given, just before the commit: the same for all events of a transaction."""

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace_id", "seq"], name="event_number_once_per_workspace"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["entity", "entity_id", "created_at"], name="events_of_an_entity"),
            _numbered("events_of_a_task", "task_id"),
            _numbered("events_of_a_project", "project_id"),
            _numbered("events_of_an_actor", "workspace_id", "actor_id"),
            _numbered("events_of_former_projects", "former_project_id"),
            models.Index(
                fields=["project_id", "seq"],
                name="events_of_project_settings",
                condition=Q(entity__in=OF_SETTINGS, seq__isnull=False),
            ),
        ]
        triggers = never_changed("log_is", pgtrigger.Q(old__seq__isnull=False))

    def __str__(self) -> str:
        return f"{self.entity} {self.action}"

    def standing_of(self, actor: Actor) -> Standing:
        """The standing in the project of the row, or else in the workspace."""
        if self.project_id:
            return Project.objects.get(pk=self.project_id).standing_of(actor)
        return Workspace(pk=self.workspace_id).standing_of(actor)


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
        triggers = never_changed(
            "text_changes_are",
            pgtrigger.Q(new__edits__isnull=False) | pgtrigger.Q(old__edits__isnull=True),
        )

    def __str__(self) -> str:
        return f"{self.event_id}: {self.field}"
