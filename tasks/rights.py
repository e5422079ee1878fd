"""Who may do what with a task."""

from core.rights import right
from projects.rights import LEAD, PROJECT_MEMBER
from workspaces.rights import ADMIN, MEMBER, PM

UPDATE_TASK = right("task:update", ADMIN, PM, MEMBER, LEAD, PROJECT_MEMBER)
TRANSITION_TASK = right("task:transition", ADMIN, PM, MEMBER, LEAD, PROJECT_MEMBER)
MOVE_TASK = right("task:move", ADMIN, PM, MEMBER, LEAD, PROJECT_MEMBER)
ASSIGN_TASK = right("task:assign", ADMIN, PM, LEAD, PROJECT_MEMBER, own=(MEMBER,))
DELETE_TASK = right("task:delete", ADMIN, PM, LEAD, own=(MEMBER, PROJECT_MEMBER))
CREATE_ATTACHMENT = right("attachment:create", ADMIN, PM, MEMBER, LEAD, PROJECT_MEMBER)
CREATE_COMMENT = right("comment:create", ADMIN, PM, MEMBER, LEAD, PROJECT_MEMBER)

TASK_ABILITIES = {
    "update": UPDATE_TASK,
    "transition": TRANSITION_TASK,
    "move": MOVE_TASK,
    "assign": ASSIGN_TASK,
    "delete": DELETE_TASK,
    "comment": CREATE_COMMENT,
    "attach": CREATE_ATTACHMENT,
}
"""The keys of a task's `abilities`, each with the right it stands for."""
