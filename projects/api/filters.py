"""Query parameters that filter lists of projects."""

from django_filters import FilterSet

from core.api.filters import EnumFilter
from projects.models import Priority, Project, ProjectStatus


class ProjectFilters(FilterSet):
    status = EnumFilter(ProjectStatus)
    priority = EnumFilter(Priority)

    class Meta:
        model = Project
        fields = ("status", "priority")
