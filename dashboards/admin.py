"""Admin pages of what is counted, and charts on the pages of projects and workspaces."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.admin.records import ReadOnly
from dashboards.models import CountedChange, Total
from dashboards.services.charts import Chart, draw
from dashboards.services.numbers import USUAL_WEEKS, numbers_of
from projects.admin.projects import Projects
from projects.models import Project
from workspaces.admin.workspaces import Workspaces
from workspaces.models import Workspace


@admin.register(CountedChange)
class CountedChanges(ReadOnly):
    """Changes that are not added to the totals yet."""

    list_display = ("id", "project_id", "day", "amount", "category", "priority")
    search_fields = ("=project_id",)
    search_help_text = "The id of a project"
    ordering = ("-id",)


@admin.register(Total)
class Totals(ReadOnly):
    list_display = ("project_id", "kind", "day", "value", "count")
    list_filter = ("kind",)
    search_fields = ("=project_id",)
    search_help_text = "The id of a project"
    ordering = ("project_id", "kind", "day", "value")


@admin.display(description="Charts")
def charts_of_project(project: Project) -> SafeString:
    return _charts([project.pk], project.name)


@admin.display(description="Charts")
def charts_of_workspace(workspace: Workspace) -> SafeString:
    """Of all its projects, private ones as well: staff can read them."""
    projects = Project.objects.filter(workspace=workspace, deleted_at=None)
    return _charts(list(projects.values_list("pk", flat=True)), workspace.name)


def _charts(projects: Sequence[UUID], name: str) -> SafeString:
    """All charts as images, in which no script would run."""
    numbers = numbers_of(projects, today=timezone.localdate(), weeks=USUAL_WEEKS)
    drawn = (draw(chart, numbers["weeks"], name=name).encode() for chart in Chart)
    images = ((b64encode(svg).decode(),) for svg in drawn)
    image = '<img src="data:image/svg+xml;base64,{}" alt="" class="max-w-full">'
    return format_html("<div>{}</div>", format_html_join("", image, images))


def _add_to(page: Any, charts: Callable[[Any], SafeString]) -> None:
    """Show the charts on an admin page of another app."""
    page.readonly_fields = (*page.readonly_fields, charts)
    page.fieldsets = (*page.fieldsets, ("Dashboard", {"fields": (charts,)}))


_add_to(Projects, charts_of_project)
_add_to(Workspaces, charts_of_workspace)
