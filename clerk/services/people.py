"""Accounts of Clerk's people: found, linked, registered, updated, joined and deleted.

A person may have two accounts: an address known later turns out to belong to another one.
"""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.events import AccountsKeptApart, PersonJoined, PersonLinked, ProfileChanged
from accounts.models import User
from accounts.services.deletion import delete_person
from accounts.services.people import AlreadyRegistered, change_profile, register_person
from accounts.services.references import has_written, is_referred_to
from clerk.models import AccountMatch, ExternalRecord
from core.actor import Actor
from core.context import as_system
from core.errors import Conflict, NotFound
from core.events import publish
from core.names import cleaned_name
from identity.services.access import end_access, has_proved, person_with, prove_address

CLERK = Actor.system("news from Clerk")
NOWHERE = "users.clerk.invalid"
"""The domain of the addresses of people for whom Clerk has no verified address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An organisation at Clerk, which has a workspace here."""

    id: str
    name: str = ""
    image_url: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", cleaned_name(self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person at Clerk; `email` is empty unless it is verified."""

    id: str
    email: str = ""
    name: str = ""
    avatar_url: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", cleaned_name(self.name))


@transaction.atomic
def find_or_register_person(*, profile: Profile) -> User | None:
    """Find, link or register the person; None if they were deleted."""
    if ExternalRecord.objects.claimed(profile.id).is_deleted:
        return None
    if known := _known(profile.id):
        return known if known.deleted_at is None else None
    return _linked(profile) or _registered(profile)


@transaction.atomic
def follow_person(*, profile: Profile, at: int) -> None:
    """Copy Clerk's profile, unless a newer message was applied (`at` in milliseconds)."""
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
    """Delete the person, if registered, and refuse their id for good."""
    ExternalRecord.objects.claimed(external_id).ends(at)
    if person := _known(external_id):
        delete_person(actor=CLERK, person=person, is_final=True)


def _known(external_id: str) -> User | None:
    person: User | None = User.objects.filter(external_id=external_id).first()
    return person


def _linked(profile: Profile) -> User | None:
    """Link the person who has this address; None if linked already, staff or inactive."""
    found = person_with(profile.email)
    if found is None:
        return None
    person: User = User.objects.locked(found.pk)
    if person.external_id is not None or not may_link(person):
        return None
    if person_with(profile.email) != person:  # it has another owner since
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


class NotJoinable(Conflict):
    message = "One of the accounts is closed, linked to another one or has another address by now."


class _HasReferences(Exception):
    """Rows refer to the newcomer after all; the savepoint is rolled back."""


def is_without_address(person: User) -> bool:
    return person.email.endswith(f"@{NOWHERE}")


@as_system("an address the provider has verified")
def follow_address(*, external_id: str, email: str) -> User | None:
    """Set this verified address, or join the person with the account that has it already.

    Returns the person's account after that. The record's lock makes parallel calls wait.
    """
    ExternalRecord.objects.claimed(external_id)
    person: User | None = User.objects.filter(external_id=external_id, deleted_at=None).first()
    if person is None or not email:
        return person
    holder = person_with(email)
    if holder is None or holder.pk == person.pk:
        return _move(person, email)
    return _join_or_ask(person, holder, email) if is_without_address(person) else person


def may_link(holder: User) -> bool:
    """Whether a verified address is enough to link the account; not for staff and inactive."""
    return holder.is_active and not holder.is_staff and not holder.is_superuser


def link(person: User, external_id: str, email: str) -> User:
    """Link the locked account, which has the address, to this id of the provider."""
    if not has_proved(person, email):
        # Whoever registered the address never proved it: their sign-in data must not stay.
        end_access(person, actor=CLERK)
    person.external_id = external_id
    person.save_changes("external_id", "password")
    prove_address(person, email)
    person.refresh_from_db()
    publish(PersonLinked(actor=Actor(user=person), person=person))
    return person


def ask_staff(newcomer: User, holder: User, email: str) -> None:
    """Save a match, on which staff decide whether both are one person; once per newcomer."""
    if holder.external_id is None:
        known = {"holder": holder, "email": email}
        AccountMatch.objects.get_or_create(newcomer=newcomer, defaults=known)


@as_system("staff join two accounts")
def join_accounts(*, actor: Actor, match: AccountMatch) -> User:
    """Join the newcomer's account into the holder's, with its memberships and open tasks.

    What the newcomer wrote stays as a deleted user's. This cannot be undone.
    """
    match = AccountMatch.objects.locked(match.pk)
    newcomer, holder = _locked_pair(match.newcomer, match.holder)
    is_free = holder.is_active and holder.external_id is None
    if not is_free or newcomer.external_id is None or person_with(match.email) != holder:
        raise NotJoinable
    return _join(newcomer, holder, match.email, actor=actor)


@as_system("staff keep two accounts apart")
def keep_apart(*, actor: Actor, match: AccountMatch) -> AccountMatch:
    """Leave both accounts as they are; the match stays, so that it is not added again."""
    match = AccountMatch.objects.locked(match.pk)
    if match.state != AccountMatch.State.KEPT_APART:
        match.state = AccountMatch.State.KEPT_APART
        match.save(update_fields=["state"])
        publish(AccountsKeptApart(actor=actor, person=match.newcomer))
    return match


def _move(person: User, email: str) -> User:
    person = User.objects.locked(person.pk)
    if changes := person.change(email=email):
        person.save_changes("email")
        EmailAddress.objects.filter(user=person).delete()
        publish(ProfileChanged(actor=Actor(user=person), person=person, changes=changes))
    prove_address(person, email)
    return person


def _join_or_ask(newcomer: User, holder: User, email: str) -> User:
    """Join a newcomer to whom nothing refers at once; in all other cases ask staff."""
    if holder.external_id or AccountMatch.objects.filter(newcomer=newcomer).exists():
        return newcomer
    newcomer, holder = _locked_pair(newcomer, holder)
    if person_with(email) != holder:  # it has another owner since
        return newcomer
    if newcomer.is_active and may_link(holder) and holder.external_id is None:
        try:
            with transaction.atomic():
                return _join_untouched(newcomer, holder, email)
        except _HasReferences:
            newcomer.refresh_from_db()
    ask_staff(newcomer, holder, email)
    return newcomer


def _join_untouched(newcomer: User, holder: User, email: str) -> User:
    """Checked before joining, and again when all memberships are locked and moved."""
    if has_written(newcomer):
        raise _HasReferences
    joined = _join(newcomer, holder, email, actor=CLERK)
    if User.objects.filter(pk=newcomer.pk).exists():
        raise _HasReferences
    return joined


def _join(newcomer: User, holder: User, email: str, *, actor: Actor) -> User:
    """Move everything to the holder and delete the newcomer. The caller has locked both."""
    external_id = str(newcomer.external_id)
    AccountMatch.objects.filter(newcomer=newcomer).delete()
    publish(PersonJoined(actor=actor, person=holder, former=newcomer))
    newcomer.external_id = None
    newcomer.save_changes("external_id")
    delete_person(actor=actor, person=newcomer, is_final=True, successor=holder)
    if not is_referred_to(newcomer):
        User.objects.filter(pk=newcomer.pk).delete()
    return link(holder, external_id, email)


def _locked_pair(newcomer: User, holder: User) -> tuple[User, User]:
    pks = [newcomer.pk, holder.pk]
    rows = User.objects.alive().filter(pk__in=pks).order_by("pk")
    held = {person.pk: person for person in rows.select_for_update(no_key=True, of=("self",))}
    if len(held) < len(pks):
        raise NotFound
    return held[newcomer.pk], held[holder.pk]
