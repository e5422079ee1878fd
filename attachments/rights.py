"""Who may do what with an attachment; who may add one stands in `tasks.rights`."""

from core.rights import right
from projects.rights import LEAD, PROJECT_MEMBER
from workspaces.rights import ADMIN, MEMBER, PM

DELETE_ATTACHMENT = right("attachment:delete", ADMIN, PM, LEAD, own=(MEMBER, PROJECT_MEMBER))

ATTACHMENT_ABILITIES = {"delete": DELETE_ATTACHMENT}
"""The keys of an attachment's `abilities`, each with the right it stands for."""
