"""Everything that changes a person."""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import IntegrityError, transaction

from accounts.events import AccessChanged, PersonRegistered, ProfileChanged
from accounts.models import User
from accounts.rights import check_own_account
from core.actor import Actor
from core.errors import Conflict, Forbidden
from core.events import Changes, publish

PROFILE_FIELDS = ("name", "avatar_url", "time_zone")
SIGN_UP = Actor.system("somebody registers")
ACCESS_FIELDS = ("is_active", "is_staff", "is_superuser")


class NotASuperuser(Forbidden):
    message = "Only superusers change who is staff, and the access of those who are."

    def __init__(self) -> None:
        super().__init__(required="superuser", you_have=["staff"])


class AlreadyRegistered(Conflict):
    message = "A person with this email address is already registered."


@transaction.atomic
def register_person(*, actor: Actor, email: str, password: str | None, name: str = "") -> User:
    """Create a person; without a password they sign in by a provider, or reset it first.

    If the system is the actor, the event names the new person as the actor.
    """
    try:
        # A savepoint keeps the transaction usable after the IntegrityError of a parallel sign-up.
        with transaction.atomic():
            person = User.objects.create_user(email, password, name=name)
    except IntegrityError as clash:
        raise AlreadyRegistered from clash
    publish(PersonRegistered(actor=Actor(user=person) if actor.is_system else actor, person=person))
    return person


@transaction.atomic
def change_profile(
    *, actor: Actor, person: User, version: int | None = None, **profile: str
) -> User:
    """Set some of name, avatar_url and time_zone; the same values change nothing."""
    person = User.objects.locked(person.pk, alive=True)
    check_own_account(actor=actor, person=person)
    person.check_version(version)
    if changes := _set(person, PROFILE_FIELDS, profile):
        publish(ProfileChanged(actor=actor, person=person, changes=changes))
    return person


@transaction.atomic
def change_access(*, actor: Actor, person: User, **access: bool) -> User:
    """Set some of is_active, is_staff and is_superuser; inactive people are signed out at once."""
    person = User.objects.locked(person.pk, alive=True)
    has_powers = person.is_staff or person.is_superuser
    touches_powers = access.get("is_staff") or access.get("is_superuser") or has_powers
    if access and touches_powers and not (actor.is_system or actor.person.is_superuser):
        raise NotASuperuser
    if changes := _set(person, ACCESS_FIELDS, access):
        publish(AccessChanged(actor=actor, person=person, changes=changes))
    return person


def _set(person: User, allowed: tuple[str, ...], values: Mapping[str, Any]) -> Changes:
    changes = person.change(**{field: values[field] for field in allowed if field in values})
    if changes:
        person.save_changes(*changes)
    return changes


def recipient_of(address: str) -> UUID:
    """The id of the active person with this address, or else that of `stranger_at`."""
    known = User.objects.registered_as(address).values_list("pk", flat=True).first()
    return known or stranger_at(address)


def stranger_at(address: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"mailto:{address}")
