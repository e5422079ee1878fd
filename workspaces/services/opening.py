"""Noting that somebody has opened a workspace they were added to."""

from uuid import UUID

from django.utils import timezone

from core.actor import Actor
from workspaces.models import Membership


def record_opening(*, actor: Actor, workspace_id: UUID) -> None:
    """Write the moment down, once; a row somebody else holds is left to the next request."""
    unopened = Membership.objects.filter(
        user=actor.person, workspace_id=workspace_id, opened_at=None
    )
    free = unopened.select_for_update(no_key=True, of=("self",), skip_locked=True)
    Membership.objects.filter(pk__in=free.values("pk")).update(opened_at=timezone.now())
