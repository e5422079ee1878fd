"""Limits on how many invitations a workspace, and a person in all workspaces, may send."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from core.actor import Actor
from core.errors import TooManyRequests
from core.limits import Limit, take_uncommitted
from outbox.models import Delivery
from workspaces.models import Workspace

KIND = "invitation"
MOST_PER_HOUR = 50
HOUR = timedelta(hours=1)


def check_rate(workspace: Workspace) -> None:
    """TooManyRequests above MOST_PER_HOUR mails, counted as deliveries under the workspace lock."""
    recent = Delivery.objects.filter(
        workspace_id=workspace.pk, kind=KIND, created_at__gt=timezone.now() - HOUR
    )
    earlier = recent.order_by("-created_at").values_list("created_at", flat=True)
    if first := earlier[MOST_PER_HOUR - 1 : MOST_PER_HOUR].first():
        wait = first + HOUR - timezone.now()
        raise TooManyRequests(retry_after=max(1, int(wait.total_seconds())))


def count_invitation(actor: Actor) -> None:
    """Count one invitation of the actor, in any workspace; a refused one does not count."""
    most, seconds = settings.INVITATIONS_PER_HOUR, int(HOUR.total_seconds())
    take_uncommitted(Limit("invitations of a person", most, seconds), str(actor.person_id))
