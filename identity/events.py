"""What can happen to the ways a person signs in."""

from dataclasses import dataclass

from accounts.models import User
from core.events import Event
from identity.models import PersonalToken


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


@dataclass(frozen=True, kw_only=True)
class PersonalTokenCreated(Event):
    person: User
    token: PersonalToken


@dataclass(frozen=True, kw_only=True)
class PersonalTokenRevoked(Event):
    person: User
    token: PersonalToken


@dataclass(frozen=True, kw_only=True)
class EnrolmentApproved(Event):
    """Staff may enrol a first second factor without a proof by mail, for a while."""

    person: User
