"""Admin pages of the activity log; read only."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.models import User
from activity.models import Event, EventCounter, TextChange
from core.admin.records import ReadOnly
from identity.models import PersonalToken
from workspaces.models import Workspace


@admin.register(Event)
class Events(ReadOnly):
    """Events have ids only; the names shown are the present ones."""

    list_display = (
        "created_at",
        "workspace",
        "seq",
        "actor",
        "credential",
        "entity",
        "action",
        "what_changed",
    )
    list_filter = ("entity", "action", "via", ("created_at", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("=entity_id", "=workspace_id", "=actor_id", "=token_id", "=request_id")
    search_help_text = "The id of a row, workspace, person, token or request"
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    fields = (
        "created_at",
        ("workspace", "workspace_id"),
        "seq",
        ("actor", "actor_id"),
        ("credential", "token_id", "reason"),
        ("entity", "entity_id"),
        "action",
        "changes",
        "texts",
        "request_id",
    )
    readonly_fields = ("texts",)

    def get_queryset(self, request: HttpRequest) -> Any:
        people = User.objects.filter(pk=OuterRef("actor_id"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                actor_email=people.values("email"),
                token_name=PersonalToken.objects.filter(pk=OuterRef("token_id")).values("name"),
                workspace_name=_names(Workspace.objects.all()),
            )
        )

    @admin.display(description="Actor", empty_value="system")
    def actor(self, event: Any) -> Any:
        return event.actor_email

    @admin.display(description="By way of")
    def credential(self, event: Any) -> str:
        """The kind of credential, with the name of a personal token or the system's reason."""
        return ": ".join(filter(None, (event.via, event.token_name or event.reason)))

    @admin.display(description="Workspace")
    def workspace(self, event: Any) -> Any:
        return event.workspace_name

    @admin.display(description="Long texts", empty_value="-")
    def texts(self, event: Event) -> str:
        return "\n".join(map(_as_text, event.text_changes.order_by("field")))

    @admin.display(description="Changed")
    def what_changed(self, event: Event) -> str:
        return ", ".join(event.changes)


@admin.register(TextChange)
class TextChanges(ReadOnly):
    """Changes of long texts; erased for people who were deleted."""

    list_display = ("created_at", "field", "event_id", "is_erased")
    search_fields = ("=event__entity_id", "=event__actor_id")
    search_help_text = "The id of a row or person"
    ordering = ("-created_at",)
    fields = ("created_at", "event_id", "workspace_id", "field", "text")
    readonly_fields = ("text",)

    @admin.display(boolean=True)
    def is_erased(self, change: TextChange) -> bool:
        return change.edits is None

    @admin.display(description="Change")
    def text(self, change: TextChange) -> str:
        return _as_text(change)


@admin.register(EventCounter)
class EventCounters(ReadOnly):
    list_display = ("workspace_id", "workspace", "last_seq")
    search_fields = ("=workspace_id",)
    ordering = ("workspace_id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        names = _names(Workspace.objects.all())
        return super().get_queryset(request).annotate(workspace_name=names)

    @admin.display(description="Workspace")
    def workspace(self, counter: Any) -> Any:
        return counter.workspace_name


def _as_text(change: TextChange) -> str:
    """The edits as text, each with its position, the old and the new part."""
    if change.edits is None:
        return f"{change.field}: erased"
    edits = (f"at {place}: “{before}” → “{after}”" for place, before, after in change.edits)
    return "\n".join([f"{change.field}:", *edits])


def _names(workspaces: QuerySet[Workspace]) -> Any:
    return workspaces.filter(pk=OuterRef("workspace_id")).values("name")
