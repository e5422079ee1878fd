"""Who may do what with a project."""

from core.rights import Role, right
from workspaces.rights import ADMIN, MEMBER, PM
from workspaces.rights import ROLE_ALIASES as WORKSPACE_ROLE_ALIASES


class ProjectRole(Role):
    LEAD = "LEAD"
    MEMBER = "MEMBER"
    VIEWER = "VIEWER"


LEAD, PROJECT_MEMBER, VIEWER = ProjectRole

ROLE_ALIASES = {**WORKSPACE_ROLE_ALIASES, "OWNER": LEAD.value}
"""Spellings of other products, accepted on input."""

READ_PROJECT = right("project:read", ADMIN, PM, MEMBER, LEAD, PROJECT_MEMBER, VIEWER)
# A project with a team lead can be edited by the lead only.
UPDATE_PROJECT = right("project:update", LEAD, unled=(ADMIN, PM))
MANAGE_MEMBERS = right("project:manage_members", LEAD, unled=(ADMIN, PM))
MANAGE_WORKFLOW = right("workflow:manage", LEAD, unled=(ADMIN, PM))
SET_LEAD = right("project:set_lead", ADMIN, PM, LEAD)
ARCHIVE_PROJECT = right("project:archive", ADMIN, PM, LEAD)
DELETE_PROJECT = right("project:delete", ADMIN, LEAD)
CREATE_TASK = right("task:create", ADMIN, PM, MEMBER, LEAD, PROJECT_MEMBER)

PROJECT_ABILITIES = {
    "update": UPDATE_PROJECT,
    "manage_members": MANAGE_MEMBERS,
    "set_lead": SET_LEAD,
    "manage_workflow": MANAGE_WORKFLOW,
    "archive": ARCHIVE_PROJECT,
    "delete": DELETE_PROJECT,
    "restore": DELETE_PROJECT,
    "create_task": CREATE_TASK,
}
"""The keys of a project's `abilities`, each with the right it stands for."""
