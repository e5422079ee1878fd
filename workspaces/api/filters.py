"""Query parameters that filter lists of invitations."""

from core.api.filters import EnumFilter, Filters
from workspaces.models import InvitationStatus


class InvitationFilters(Filters):
    """Of rows that have their state (`with_state`)."""

    status = EnumFilter(InvitationStatus, field_name="state")
