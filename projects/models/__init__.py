"""Projects, their members and the columns their tasks move through."""

from projects.models.boards import (
    Category,
    Status,
    Transition,
    columns_of,
    transitions_of,
)
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
    "Category",
    "Priority",
    "Project",
    "ProjectMembership",
    "ProjectStatus",
    "Status",
    "Transition",
    "Visibility",
    "columns_of",
    "permitted",
    "role_in_project",
    "transitions_of",
]
