"""Recording when a member first opened a workspace."""

from uuid import UUID

from django.utils import timezone

from core.actor import Actor
from workspaces.models import Membership


def record_opening(*, actor: Actor, workspace_id: UUID) -> None:
    """Set `opened_at`, once; if the row is locked, a later request sets it."""
    unopened = Membership.objects.filter(
        user=actor.person, workspace_id=workspace_id, opened_at=None
    )
    free = unopened.select_for_update(no_key=True, of=("self",), skip_locked=True)
    Membership.objects.filter(pk__in=free.values("pk")).update(opened_at=timezone.now())
