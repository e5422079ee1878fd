"""What a service said no to, as an admin page tells it."""

from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError

from core.errors import NotFound, Refusal, Unavailable

REFUSAL = "gantry.refusal"
"""Where a request keeps why it was refused, while its page is built once more."""

REFUSED = (Refusal, ObjectDoesNotExist, OperationalError)


def in_words(error: Exception) -> Refusal:
    """Why: a service said no, the row is gone, or a lock stayed taken."""
    if isinstance(error, Refusal):
        return error
    return NotFound() if isinstance(error, ObjectDoesNotExist) else Unavailable()


def sentence(refusal: Refusal) -> str:
    allowed = refusal.facts.get("allowed")
    return f"{refusal} Allowed: {', '.join(allowed)}." if allowed else str(refusal)
