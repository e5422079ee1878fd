"""What can happen to a person."""

from dataclasses import dataclass

from accounts.models import PersonalToken, User
from core.events import Event
from core.names import cleaned_name


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A tenant as an identity provider knows it."""

    id: str
    name: str = ""
    image_url: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", cleaned_name(self.name))


@dataclass(frozen=True, kw_only=True)
class OrganizationSeen(Event):
    """A provider says that a person belongs to an organisation; `at` is in milliseconds.

    A token only repeats what it heard (`is_news` is false): it ends no departure.
    """

    person: User
    organization: Organization
    role: str
    at: int
    is_news: bool = True


@dataclass(frozen=True, kw_only=True)
class OrganizationChanged(Event):
    """It exists and is called so; `founder`, who made it, may be told late, or never."""

    organization: Organization
    founder: User | None
    at: int


@dataclass(frozen=True, kw_only=True)
class OrganizationDeleted(Event):
    organization: Organization
    at: int


@dataclass(frozen=True, kw_only=True)
class OrganizationLeft(Event):
    """`person` is None where we have never met them; `person_id` is the provider's."""

    organization: Organization
    person_id: str
    person: User | None
    at: int
