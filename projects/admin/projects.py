"""Admin page of projects."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.widgets import UnfoldAdminSelectWidget

from core.actor import Actor
from core.admin.badges import badge
from core.admin.bases import ServiceAdmin
from core.admin.filters import Deletion
from core.admin.forms import EditForm
from projects.admin.boards import Columns
from projects.admin.colours import PRIORITY_COLOURS, PROJECT_COLOURS
from projects.admin.members import Members
from projects.models import Project
from projects.services.deletion import (
    archive_project,
    delete_project,
    restore_project,
    unarchive_project,
)
from projects.services.members import set_project_lead
from projects.services.projects import create_project, update_project
from projects.services.workflows import Workflow


class NewProjectForm(EditForm):
    workflow = forms.ChoiceField(
        choices=Workflow.choices, initial=Workflow.SIMPLE, widget=UnfoldAdminSelectWidget
    )


@admin.register(Project)
class Projects(ServiceAdmin):
    list_display = (
        "key",
        "name",
        "workspace",
        "shown_status",
        "shown_priority",
        "percent",
        "team_lead",
        "end_date",
    )
    list_display_links = ("key", "name")
    list_filter = (
        "status",
        "priority",
        "visibility",
        ("archived_at", admin.EmptyFieldListFilter),
        Deletion,
        ("workspace", AutocompleteSelectFilter),
        ("team_lead", AutocompleteSelectFilter),
        ("end_date", RangeDateFilter),
    )
    list_select_related = ("workspace", "team_lead")
    search_fields = ("name", "=key", "workspace__name")
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    autocomplete_fields = ("workspace", "team_lead")
    add_form = NewProjectForm
    inlines = (Members, Columns)
    actions = ("archive", "take_up_again", "bring_back")
    add_fieldsets = (
        (None, {"fields": ("workspace", "name", "description", "team_lead", "workflow")}),
        (
            "Plan",
            {
                "fields": (
                    ("status", "priority"),
                    ("visibility", "completion_requires_unblocked"),
                    ("start_date", "end_date"),
                )
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("workspace", "name", "description", "team_lead")}),
        (
            "Plan",
            {
                "fields": (
                    ("status", "priority"),
                    ("visibility", "progress"),
                    ("start_date", "end_date"),
                    "completion_requires_unblocked",
                )
            },
        ),
        (
            "Facts",
            {
                "fields": (
                    ("key", "archived_at"),
                    ("created_by", "created_at"),
                    ("id", "updated_at"),
                )
            },
        ),
    )
    readonly_fields = (
        "id",
        "key",
        "created_by",
        "created_at",
        "updated_at",
        "archived_at",
    )
    set_once = ("workspace",)

    def create(self, actor: Actor, **values: Any) -> Project:
        return create_project(actor=actor, **values)

    def update(
        self, actor: Actor, row: Project, changes: dict[str, Any], version: int | None
    ) -> None:
        plain = {name: value for name, value in changes.items() if name != "team_lead"}
        update_project(actor=actor, project=row, changes=plain, version=version)
        if "team_lead" in changes:
            set_project_lead(actor=actor, project=row, person=changes["team_lead"])

    def remove(self, actor: Actor, row: Project) -> None:
        delete_project(actor=actor, project=row)

    @badge("Status", ordering="status", colours=PROJECT_COLOURS)
    def shown_status(self, project: Project) -> tuple[str, str]:
        if project.archived_at:
            return "ARCHIVED", "Archived"
        return project.status, project.get_status_display()

    @badge("Priority", ordering="priority", colours=PRIORITY_COLOURS)
    def shown_priority(self, project: Project) -> tuple[str, str]:
        return project.priority, project.get_priority_display()

    @admin.display(description="Progress", ordering="progress")
    def percent(self, project: Project) -> str:
        return f"{project.progress} %"

    @admin.action(description="Archive the chosen projects", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Project]) -> None:
        self.carry_out(
            request,
            queryset,
            lambda actor, project: archive_project(actor=actor, project=project),
            "Archived",
        )

    @admin.action(description="Take the chosen projects up again", permissions=["change"])
    def take_up_again(self, request: HttpRequest, queryset: QuerySet[Project]) -> None:
        self.carry_out(
            request,
            queryset,
            lambda actor, project: unarchive_project(actor=actor, project=project),
            "Taken up again",
        )

    @admin.action(description="Restore the chosen projects", permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Project]) -> None:
        self.carry_out(
            request,
            queryset,
            lambda actor, project: restore_project(actor=actor, project=project),
            "Restored",
        )
