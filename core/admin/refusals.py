"""Refusals of services as messages of admin pages."""

from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError

from core.errors import NotFound, Refusal, Unavailable

REFUSAL = "gantry.refusal"
"""The key of `request.META` with the refusal to show while the page is rendered again."""

REFUSED = (Refusal, ObjectDoesNotExist, OperationalError)


def as_refusal(error: Exception) -> Refusal:
    """One of the REFUSED exceptions as a refusal: a missing row, a lock not granted in time."""
    if isinstance(error, Refusal):
        return error
    return NotFound() if isinstance(error, ObjectDoesNotExist) else Unavailable()


def sentence(refusal: Refusal) -> str:
    """The refusal's message, with the allowed values if it names any."""
    allowed = refusal.facts.get("allowed")
    return f"{refusal} Allowed: {', '.join(allowed)}." if allowed else str(refusal)
