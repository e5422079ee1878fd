"""Admin page of project memberships; the lead is set on the project's own page."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from core.actor import Actor
from core.admin.bases import ServiceAdmin
from core.admin.inlines import Inline
from projects.models import ProjectMembership
from projects.rights import ProjectRole
from projects.services.members import add_project_member, remove_project_member


class Members(Inline):
    model = ProjectMembership
    fk_name = "project"
    fields = ("user", "role")
    autocomplete_fields = ("user",)
    select_related = ("user",)
    ordering = ("created_at",)
    verbose_name = "member"

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return _without_lead(super().formfield_for_choice_field(db_field, request, **kwargs))


@admin.register(ProjectMembership)
class ProjectMemberships(ServiceAdmin):
    list_display = ("user", "project", "role", "workspace", "created_at")
    list_filter = ("role", ("project", AutocompleteSelectFilter))
    list_select_related = ("user", "project", "workspace")
    search_fields = ("user__email", "user__name", "project__name", "=project__key")
    ordering = ("-created_at",)
    autocomplete_fields = ("project", "user")
    fields = ("project", "user", "role", "created_at")
    readonly_fields = ("created_at",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return _without_lead(super().formfield_for_choice_field(db_field, request, **kwargs))

    def create(self, actor: Actor, **values: Any) -> ProjectMembership:
        person = values.pop("user")
        return add_project_member(actor=actor, person=person, **values)

    def remove(self, actor: Actor, row: ProjectMembership) -> None:
        remove_project_member(actor=actor, project=row.project, person=row.user)


def _without_lead(field: Any) -> Any:
    field.choices = [choice for choice in field.choices if choice[0] != ProjectRole.LEAD]
    return field
