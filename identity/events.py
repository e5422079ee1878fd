"""What can happen to the ways a person signs in."""

from dataclasses import dataclass

from accounts.models import User
from core.events import Event
from identity.models import PersonalToken


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """Changed with the old password, or, if `recovered`, by the link of a mail."""

    person: User
    recovered: bool


@dataclass(frozen=True, kw_only=True)
class AccountLinked(Event):
    """An account at the provider can now be used to sign in.

    If `disowned`, the address was unverified before, and all other ways to sign in were removed.
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
    """A superuser permitted staff to enrol a first second factor without a code by mail."""

    person: User
