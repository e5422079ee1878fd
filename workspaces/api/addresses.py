"""Whether documents show e-mail addresses: only in workspaces where the role has the right."""

from typing import Any

from django.db.models import Func

from core.documents.shared_rows import CommonTable
from workspaces.models import Membership
from workspaces.rights import READ_ADDRESSES, WorkspaceRole

READERS = READ_ADDRESSES.roles(WorkspaceRole)


def _workspaces_with_the_right(actor: Any) -> Any:
    theirs = Membership.objects.of(actor).filter(role__in=READERS)
    return theirs.values("workspace_id")


READABLE = CommonTable("readable", _workspaces_with_the_right)


def readable_in(row: str) -> Func:
    """Whether the person asking may read addresses in the workspace of the row at this path."""
    return READABLE.contains(f"{row}workspace_id")
