"""Deleting a person: nothing personal stays, what they did does."""

from uuid import uuid4

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.events import PersonDeleted
from accounts.models import User
from accounts.rights import check_own_account
from core.actor import Actor
from core.context import as_system
from core.erasure import erase_answers
from core.events import publish
from outbox.services import erase_deliveries_of

NAME = "Deleted user"


@as_system("deleting a person")
def delete_person(
    *, actor: Actor, person: User, is_final: bool = False, successor: User | None = None
) -> None:
    """Blank everything personal; deleting twice changes nothing.

    What depends on the person may refuse, unless the deletion `is_final`: it happened elsewhere.
    `external_id` stays as a tombstone: what a provider tells late must not make them anew.
    """
    person = User.objects.locked(person.pk)
    check_own_account(actor=actor, person=person)
    if person.deleted_at is not None:
        return
    publish(PersonDeleted(actor=actor, person=person, is_final=is_final, successor=successor))
    person.groups.clear()
    person.user_permissions.clear()
    _forget_words(person)
    # The unique address last: changing it waits for everybody who just refers to the person.
    _blank(person)


def _forget_words(person: User) -> None:
    erase_deliveries_of(person_id=person.pk, reason="the account is closed")
    erase_answers(principal=str(person.pk), names=person.public_id)
    mentions = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk)
    )
    mentions.update(object_repr=NAME)


def _blank(person: User) -> None:
    blank = {
        "name": NAME,
        "avatar_url": "",
        "time_zone": "UTC",
        # Of no id others know, so that nobody can take the address first.
        "email": f"deleted-{uuid4()}@users.invalid",
        "is_active": False,
        "is_staff": False,
        "is_superuser": False,
        "last_login": None,
        "deleted_at": timezone.now(),
        "enrolment_approved_until": None,
    }
    person.set_unusable_password()
    person.change(**blank)
    person.save_changes("password", *blank)
