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
    """`is_active`, `is_staff` or `is_superuser` changed."""

    person: User


@dataclass(frozen=True, kw_only=True)
class PersonDeleted(Event):
    """Published before the person is erased; receivers may refuse, unless it `is_final`.

    Open tasks go to the `successor`, if given, who has the person's memberships already.
    """

    person: User
    is_final: bool = False
    successor: User | None = None


@dataclass(frozen=True, kw_only=True)
class PersonalDataExported(Event):
    """The first part of a person's export was read."""

    person: User


@dataclass(frozen=True, kw_only=True)
class PersonLinked(Event):
    """The person of an identity provider was recognised as one who has an account already."""

    person: User


@dataclass(frozen=True, kw_only=True)
class PersonJoined(Event):
    """The account `former` is about to be deleted; its memberships become `person`'s."""

    person: User
    former: User


@dataclass(frozen=True, kw_only=True)
class AccountsKeptApart(Event):
    """Staff decided that the person is not the one who has the same address here."""

    person: User
