"""Who acts in a test."""

from accounts.models import User
from core.actor import SESSION, SYSTEM, Actor


def by(person: User | None) -> Actor:
    """The person, signed in; nobody is the system."""
    return Actor(user=person, credential=SESSION if person else SYSTEM)
