"""What can happen to a person."""

from dataclasses import dataclass

from accounts.models import User
from core.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonRegistered(Event):
    person: User


@dataclass(frozen=True, kw_only=True)
class ProfileChanged(Event):
    """Name, picture or time zone."""

    person: User


@dataclass(frozen=True, kw_only=True)
class AccessChanged(Event):
    """The person may sign in, or is staff, or is neither any more."""

    person: User


@dataclass(frozen=True, kw_only=True)
class PersonDeleted(Event):
    """The person is about to be nobody; who hears it may still refuse."""

    person: User


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """By somebody who knew the old one, or, if `recovered`, by a link sent to their address."""

    person: User
    recovered: bool


@dataclass(frozen=True, kw_only=True)
class AccountLinked(Event):
    """Whoever has this account at the provider gets in.

    If `disowned`, it belongs to the owner of the address, and nobody else gets in any more.
    """

    person: User
    provider: str
    disowned: bool = False


@dataclass(frozen=True, kw_only=True)
class AccountUnlinked(Event):
    person: User
    provider: str
