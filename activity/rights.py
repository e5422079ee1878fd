"""Who may read which events; an entity that is named nowhere here is read by nobody."""

from core.rights import Right
from workspaces.rights import MANAGE_WEBHOOKS, READ_AUDIT, READ_WORKSPACE

OF_PROJECTS = (
    "project",
    "column",
    "label",
    "membership",
    "task",
    "comment",
    "attachment",
    "saved_filter",
)
"""Entities of projects: whoever may read the project of an event reads it."""
OF_SETTINGS = ("project", "column", "label")
"""Those of which a project has few, and few events."""
OF_WORKSPACES: dict[str, Right] = {
    "workspace": READ_WORKSPACE,
    "membership": READ_WORKSPACE,
    "person": READ_AUDIT,
    "invitation": READ_AUDIT,
    "opt_out": READ_AUDIT,
    "delivery": READ_AUDIT,
    "webhook": MANAGE_WEBHOOKS,
}
"""Entities of events without a project, each with the right to read it in the workspace."""
ENDINGS = ("deleted", "purged")
"""What is told of a deleted project, so that its readers learn that it is gone."""
