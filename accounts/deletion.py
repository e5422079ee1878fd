"""Deleting a person: nothing personal stays, what they did does."""

from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.events import PersonDeleted
from accounts.models import KnownDevice, User
from core.context import as_system
from core.events import publish
from core.forget import forget_answers
from outbox.services import forget_person

NAME = "Deleted user"
WAYS_IN = (UserSession, KnownDevice, EmailAddress, SocialAccount, Authenticator)
"""Rows by which a person is recognised or let in; each has a `user`."""


@as_system("deleting a person")
def delete_person(*, actor: User | None, person: User) -> None:
    """Blank everything personal; deleting twice changes nothing.

    `external_id` stays as a tombstone: what a provider tells late must not make them anew.
    """
    person = User.objects.locked(person.pk)
    if person.deleted_at is not None:
        return
    publish(PersonDeleted(actor=actor, person=person))
    _end_access(person)
    _forget_words(person)
    # The unique address last: changing it waits for everybody who just refers to the person.
    _blank(person)


def _end_access(person: User) -> None:
    keys = UserSession.objects.filter(user=person).values("session_key")
    Session.objects.filter(session_key__in=keys).delete()
    for rows in WAYS_IN:
        rows.objects.filter(user=person).delete()
    person.groups.clear()
    person.user_permissions.clear()


def _forget_words(person: User) -> None:
    forget_person(person_id=person.pk, reason="the account is closed")
    forget_answers(principal=str(person.pk), names=person.public_id)
    mentions = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk)
    )
    mentions.update(object_repr=NAME)


def _blank(person: User) -> None:
    person.name, person.avatar_url, person.time_zone = NAME, "", "UTC"
    # Of no id others know, so that nobody can take the address first.
    person.email = f"deleted-{uuid4()}@users.invalid"
    person.set_unusable_password()
    person.is_active = person.is_staff = person.is_superuser = False
    person.last_login, person.deleted_at = None, timezone.now()
    person.save_changes(
        "name",
        "avatar_url",
        "time_zone",
        "email",
        "password",
        "is_active",
        "is_staff",
        "is_superuser",
        "last_login",
        "deleted_at",
    )
