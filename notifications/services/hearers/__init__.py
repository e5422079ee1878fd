"""Who should hear of it? For each kind of event, as unsaved notifications."""

from notifications.services.hearers.comments import hearers_of_comment_edits, hearers_of_comments
from notifications.services.hearers.memberships import (
    hearers_of_lead_changes,
    hearers_of_new_members,
    hearers_of_new_owners,
    hearers_of_new_roles,
    hearers_of_project_removals,
    hearers_of_workspace_removals,
)
from notifications.services.hearers.tasks import (
    hearers_of_assignments,
    hearers_of_descriptions,
    hearers_of_transitions,
)

__all__ = [
    "hearers_of_assignments",
    "hearers_of_comment_edits",
    "hearers_of_comments",
    "hearers_of_descriptions",
    "hearers_of_lead_changes",
    "hearers_of_new_members",
    "hearers_of_new_owners",
    "hearers_of_new_roles",
    "hearers_of_project_removals",
    "hearers_of_transitions",
    "hearers_of_workspace_removals",
]
