"""How many people one person may take into workspaces."""

from django.conf import settings

from core.actor import Actor
from core.limits import Limit, take

HOUR = 3600


def count_admission(actor: Actor) -> None:
    """Use up one attempt, whatever comes of it: the answer tells who has an account."""
    limit = Limit("people taken into workspaces", settings.ADMISSIONS_PER_HOUR, HOUR)
    take(limit, str(actor.person_id))
