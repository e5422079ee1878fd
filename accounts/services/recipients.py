"""The ids mails are addressed to."""

from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.models import User


def recipient_of(address: str) -> UUID:
    """The person who has this address, or a stable id for somebody unknown."""
    known = User.objects.registered_as(address).values_list("pk", flat=True).first()
    return known or stranger_at(address)


def stranger_at(address: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"mailto:{address}")
