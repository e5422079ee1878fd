"""Rows about how people sign in."""

from identity.models.devices import KnownDevice
from identity.models.refresh_tokens import RefreshToken
from identity.models.tokens import PersonalToken

__all__ = ["KnownDevice", "PersonalToken", "RefreshToken"]
