"""Who may import: into which project is asked when an import begins, and at each step of it."""

from core.rights import right
from workspaces.rights import ADMIN, MEMBER, PM

CREATE_IMPORT = right("import:create", ADMIN, PM, MEMBER)
