"""To whom an address belongs, and removing all ways in which a person can sign in."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Model
from django.db.models.functions import Lower

from accounts.models import User
from core.actor import Actor
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
"""Rows with which a person signs in or is recognised; each has a `user`."""


def end_access(person: User, *, actor: Actor) -> None:
    """End all sessions and delete all WAYS_IN and the password; the caller saves the person."""
    end_sessions_of(person, actor=actor)
    for rows in WAYS_IN:
        rows._default_manager.filter(user=person).delete()
    person.set_unusable_password()


def person_with(email: str) -> User | None:
    """The person who has verified the address, or else who registered with it."""
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
    """The verified addresses of the person, in lower case."""
    proved = EmailAddress.objects.filter(user=person, verified=True)
    return {address.lower() for address in proved.values_list("email", flat=True)}


def addresses_of(person: User) -> set[str]:
    """The verified addresses, and that of the account unless the settings demand verification."""
    proved = proved_addresses(person)
    return proved if settings.EMAIL_VERIFICATION == "mandatory" else proved | {person.email.lower()}
