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


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """A sign-in is finished; `methods` are allauth's words, such as `password` and `mfa`."""

    person: User
    methods: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Event):
    """Wrong passwords or second factors, `failures` in an hour; published at powers of ten.

    With the address of an account, or of none (`person` is None); `in_all` counts all addresses.
    """

    person: User | None
    failures: int
    in_all: bool = False


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Event):
    """One device was signed out, by its person or by the system; `device_id` was that of its row.

    Not published when a session expires.
    """

    person: User
    device_id: int


@dataclass(frozen=True, kw_only=True)
class AllSessionsEnded(Event):
    """All devices of the person were signed out, except one if `one_kept`."""

    person: User
    one_kept: bool


@dataclass(frozen=True, kw_only=True)
class SecondFactorAdded(Event):
    """`kind` is `totp`, `webauthn` (a passkey) or `recovery_codes`; `factor_id` that of its row."""

    person: User
    kind: str
    factor_id: int


@dataclass(frozen=True, kw_only=True)
class SecondFactorRemoved(Event):
    person: User
    kind: str
    factor_id: int
