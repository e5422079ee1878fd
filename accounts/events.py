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
    """The person is about to be nobody; who hears it may still refuse, unless it `is_final`.

    Open tasks go to the `successor` if there is one, who has the person's places already.
    """

    person: User
    is_final: bool = False
    successor: User | None = None


@dataclass(frozen=True, kw_only=True)
class PersonLinked(Event):
    """An identity provider's person turned out to be somebody who is here already."""

    person: User


@dataclass(frozen=True, kw_only=True)
class PersonJoined(Event):
    """`former`, an account of a provider's person, is about to go: its places become `person`'s."""

    person: User
    former: User


@dataclass(frozen=True, kw_only=True)
class AccountsKeptApart(Event):
    """Staff found that the person is not who has their address here."""

    person: User
