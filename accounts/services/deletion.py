"""Deleting a person: personal data is erased, the history of what they did stays."""

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
    """Erase all personal data; deleting twice changes nothing.

    Receivers may refuse, unless the deletion `is_final`: decided elsewhere, as by a provider.
    `external_id` stays, so that late messages of the provider do not create the person again.
    """
    person = User.objects.locked(person.pk)
    check_own_account(actor=actor, person=person)
    if person.deleted_at is not None:
        return
    publish(PersonDeleted(actor=actor, person=person, is_final=is_final, successor=successor))
    person.groups.clear()
    person.user_permissions.clear()
    _erase_texts(person)
    # The unique address last: its update waits for transactions that insert references to the row.
    _erase_profile(person)


def _erase_texts(person: User) -> None:
    erase_deliveries_of(person_id=person.pk, reason="the account is closed")
    erase_answers(principal=str(person.pk), names=person.public_id)
    mentions = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk)
    )
    mentions.update(object_repr=NAME)


def _erase_profile(person: User) -> None:
    blank = {
        "name": NAME,
        "avatar_url": "",
        "time_zone": "UTC",
        # A random id, so that nobody can register the address before.
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
