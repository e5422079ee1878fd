"""What a list of projects can be narrowed by."""

from django_filters import FilterSet, MultipleChoiceFilter

from projects.models import Priority, Project, ProjectStatus


class ProjectFilters(FilterSet):
    status = MultipleChoiceFilter(choices=ProjectStatus.choices, distinct=False)
    priority = MultipleChoiceFilter(choices=Priority.choices, distinct=False)

    class Meta:
        model = Project
        fields = ("status", "priority")
