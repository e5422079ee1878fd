"""What lets a person in, and taking all of it away at once."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Model

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
