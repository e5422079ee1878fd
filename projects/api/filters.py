"""Query parameters that filter lists of projects."""

from core.api.filters import EnumFilter, Filters
from projects.models import Priority, Project, ProjectStatus


class ProjectFilters(Filters):
    status = EnumFilter(ProjectStatus)
    priority = EnumFilter(Priority)

    class Meta:
        model = Project
        fields = ("status", "priority")
