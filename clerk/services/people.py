"""What Clerk says about people, written down; late and repeated news change nothing."""

from django.db import transaction

from accounts.models import User
from accounts.services.deletion import delete_person
from accounts.services.people import AlreadyRegistered, change_profile, register_person
from clerk.models import ExternalRecord
from clerk.services.joining import NOWHERE, ask_staff, follow_address, link, may_link
from clerk.services.profiles import CLERK, Profile
from core.actor import Actor
from identity.services.access import person_with, prove_address


@transaction.atomic
def find_or_register_person(*, profile: Profile) -> User | None:
    """Find, link or make the person; None where Clerk has deleted them."""
    if ExternalRecord.objects.claimed(profile.id).is_deleted:
        return None
    if known := _known(profile.id):
        return known if known.deleted_at is None else None
    return _linked(profile) or _registered(profile)


@transaction.atomic
def follow_person(*, profile: Profile, at: int) -> None:
    """Take over what Clerk says now, unless we have heard later news (`at` in milliseconds)."""
    record = ExternalRecord.objects.claimed(profile.id)
    if not record.learns(at):
        return
    if find_or_register_person(profile=profile) is None:
        return
    if person := follow_address(external_id=profile.id, email=profile.email):
        change_profile(
            actor=Actor(user=person),
            person=person,
            name=profile.name,
            avatar_url=profile.avatar_url,
        )


@transaction.atomic
def delete_external_person(*, external_id: str, at: int) -> None:
    """Delete the person, and keep them out for good whether we have met them yet or not."""
    ExternalRecord.objects.claimed(external_id).ends(at)
    if person := _known(external_id):
        delete_person(actor=CLERK, person=person, is_final=True)


def _known(external_id: str) -> User | None:
    person: User | None = User.objects.filter(external_id=external_id).first()
    return person


def _linked(profile: Profile) -> User | None:
    """The person who has this address already, unless Clerk knows them by another id."""
    found = person_with(profile.email)
    if found is None:
        return None
    person: User = User.objects.locked(found.pk)
    if person.external_id is not None or not may_link(person):
        return None
    if person_with(profile.email) != person:  # the address changed hands meanwhile
        return None
    return link(person, profile.id, profile.email)


def _registered(profile: Profile) -> User:
    nowhere = f"{profile.id}@{NOWHERE}"
    holder = person_with(profile.email)
    is_taken = holder or User.objects.filter(email=profile.email).exists()
    is_free = profile.email and not is_taken
    try:
        person = register_person(
            actor=CLERK,
            email=profile.email if is_free else nowhere,
            password=None,
            name=profile.name,
        )
    except AlreadyRegistered:  # by somebody else, a moment ago
        is_free = False
        person = register_person(actor=CLERK, email=nowhere, password=None, name=profile.name)
    person.external_id = profile.id
    person.save(update_fields=["external_id"])
    if is_free:
        prove_address(person, profile.email)
    elif holder:
        ask_staff(person, holder, profile.email)
    person.refresh_from_db()
    return person
