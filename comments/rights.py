"""Who may do what with a comment."""

from core.rights import right
from projects.rights import LEAD, PROJECT_MEMBER
from workspaces.rights import ADMIN, MEMBER, PM

UPDATE_COMMENT = right("comment:update", ADMIN, own=(PM, MEMBER, LEAD, PROJECT_MEMBER))
DELETE_COMMENT = right("comment:delete", ADMIN, PM, LEAD, own=(MEMBER, PROJECT_MEMBER))

COMMENT_ABILITIES = {"update": UPDATE_COMMENT, "delete": DELETE_COMMENT}
"""The keys of a comment's `abilities`, each with the right it stands for."""
