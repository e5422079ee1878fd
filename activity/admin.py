"""Admin pages of the activity log; read only."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.models import User
from activity.models import Event, EventCounter, TextChange
from activity.services.names import Asker, names_in
from activity.services.telling import sentence_of
from core.admin.records import ReadOnly
from identity.models import PersonalToken
from workspaces.models import Workspace


class ToldTogether:
    """Looks up the names in the events of a page together."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        pages: Any = super()
        pages.get_results(request)
        self.result_list = list(self.result_list)
        _tell(self.result_list)


def _tell(events: list[Any]) -> None:
    """Set the sentence of each event, as staff may read it."""
    names = names_in(events, Asker())
    for event in events:
        event.sentence = sentence_of(event, names)


@admin.register(Event)
class Events(ReadOnly):
    """Events have ids only; the names shown are the present ones."""

    list_display = (
        "created_at",
        "workspace",
        "seq",
        "sentence",
        "actor",
        "credential",
        "entity",
        "action",
        "what_changed",
    )
    list_filter = ("entity", "action", "via", "origin", ("created_at", RangeDateFilter))
    list_filter_submit = True
    search_fields = (
        *("=entity_id", "=task_id", "=project_id", "=workspace_id"),
        *("=actor_id", "=token_id", "=request_id"),
    )
    search_help_text = "The id of a row, task, project, workspace, person, token or request"
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    fields = (
        "created_at",
        ("workspace", "workspace_id"),
        "seq",
        ("actor", "actor_id"),
        ("credential", "token_id", "reason"),
        "sentence",
        ("entity", "entity_id"),
        "action",
        "project_id",
        "task_id",
        "changes",
        "texts",
        "past_values",
        "committed_at",
        "origin",
        "request_id",
    )
    readonly_fields = ("sentence", "texts")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        pages = super().get_changelist(request, **kwargs)
        return type("EventPages", (ToldTogether, pages), {})

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        event = super().get_object(*args, **kwargs)
        _tell([event] if event else [])
        return event

    @admin.display(description="What happened")
    def sentence(self, event: Any) -> Any:
        return event.sentence

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
