"""The limit on how many people one person may add or invite to workspaces."""

from django.conf import settings

from core.actor import Actor
from core.limits import Limit, take

HOUR = 3600


def count_admission(actor: Actor) -> None:
    """Count one attempt, even if it is refused: its answer reveals who has an account."""
    limit = Limit("people taken into workspaces", settings.ADMISSIONS_PER_HOUR, HOUR)
    take(limit, str(actor.person_id))
