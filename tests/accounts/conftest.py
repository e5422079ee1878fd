"""A person, a stranger, and whoever is signed in."""

from tests.support.sign_in import (
    as_described,
    clerk_on,
    grace,
    mandatory_verification,
    peer,
    provider,
    signed_in,
    stranger,
)

__all__ = [
    "as_described",
    "clerk_on",
    "grace",
    "mandatory_verification",
    "peer",
    "provider",
    "signed_in",
    "stranger",
]
