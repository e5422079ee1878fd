"""How many invitations a workspace may send."""

from datetime import timedelta

from django.utils import timezone

from core.errors import TooManyRequests
from outbox.models import Delivery
from workspaces.models import Workspace

KIND = "invitation"
MOST_PER_HOUR = 50
HOUR = timedelta(hours=1)


def check_pace(workspace: Workspace) -> None:
    """Refuse a mail too many in an hour: counted where mails wait, under the workspace's lock."""
    recent = Delivery.objects.filter(
        workspace_id=workspace.pk, kind=KIND, created_at__gt=timezone.now() - HOUR
    )
    earlier = recent.order_by("-created_at").values_list("created_at", flat=True)
    if first := earlier[MOST_PER_HOUR - 1 : MOST_PER_HOUR].first():
        wait = first + HOUR - timezone.now()
        raise TooManyRequests(retry_after=max(1, int(wait.total_seconds())))
