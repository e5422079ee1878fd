"""Query parameters that filter lists of invitations."""

from core.api.filters import EnumFilter, Filters
from workspaces.models import InvitationQuerySet, InvitationStatus


class InvitationFilters(Filters):
    status = EnumFilter(InvitationStatus, method="in_state")

    def in_state(
        self, rows: InvitationQuerySet, name: str, wanted: list[str]
    ) -> InvitationQuerySet:
        return rows.with_state().filter(state__in=wanted) if wanted else rows
