"""What lets a person in: whose an address is, and taking all of it away at once."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Model
from django.db.models.functions import Lower

from accounts.models import User
from identity.models import KnownDevice, PersonalToken
from identity.services.sessions import end_sessions_of

WAYS_IN: tuple[type[Model], ...] = (
    UserSession,
    KnownDevice,
    EmailAddress,
    SocialAccount,
    Authenticator,
    PersonalToken,
)
"""Rows by which a person is recognised or let in; each has a `user`."""


def end_access(person: User) -> None:
    """Sign every device out and delete every key, factor and address; the caller saves."""
    end_sessions_of(person)
    for rows in WAYS_IN:
        rows._default_manager.filter(user=person).delete()
    person.set_unusable_password()


def person_with(email: str) -> User | None:
    """Who has proved the address, else who registered with it."""
    if not email:
        return None
    proved = EmailAddress.objects.filter(email=email, verified=True)
    by_address = User.objects.alive().alias(address=Lower("email")).filter(address=email)
    person: User | None = (
        User.objects.filter(pk__in=proved.values("user")).first() or by_address.first()
    )
    return person


def has_proved(person: User, email: str) -> bool:
    return bool(EmailAddress.objects.filter(user=person, email=email, verified=True).exists())


def prove_address(person: User, email: str) -> None:
    EmailAddress.objects.filter(user=person).exclude(email=email).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=person, email=email, defaults={"verified": True, "primary": True}
    )


def proved_addresses(person: User) -> set[str]:
    """Those the person has shown to receive mail at, in lower case."""
    proved = EmailAddress.objects.filter(user=person, verified=True)
    return {address.lower() for address in proved.values_list("email", flat=True)}


def addresses_of(person: User) -> set[str]:
    """The same, with the one they registered with where no proof is demanded."""
    proved = proved_addresses(person)
    return proved if settings.EMAIL_VERIFICATION == "mandatory" else proved | {person.email.lower()}
