"""Projects, their members and the columns their tasks move through."""

from projects.models.boards import (
    MOST_TASKS,
    Category,
    Status,
    Transition,
    check_color,
    columns_of,
    transitions_of,
)
from projects.models.mentions import MentionRow
from projects.models.projects import (
    Priority,
    Project,
    ProjectMembership,
    ProjectStatus,
    Visibility,
    permitted,
    role_in_project,
)

__all__ = [
    "MOST_TASKS",
    "Category",
    "MentionRow",
    "Priority",
    "Project",
    "ProjectMembership",
    "ProjectStatus",
    "Status",
    "Transition",
    "Visibility",
    "check_color",
    "columns_of",
    "permitted",
    "role_in_project",
    "transitions_of",
]
