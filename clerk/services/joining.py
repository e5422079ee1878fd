"""One person, two accounts: a person of Clerk's without an address turns out to be known here."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.events import AccountsKeptApart, PersonJoined, PersonLinked, ProfileChanged
from accounts.models import User
from accounts.services.deletion import delete_person
from accounts.services.references import has_written, is_referred_to
from clerk.models import AccountMatch, ExternalRecord
from clerk.services.profiles import CLERK
from core.actor import Actor
from core.context import as_system
from core.errors import Conflict, NotFound
from core.events import publish
from identity.services.access import end_access, has_proved, person_with, prove_address

NOWHERE = "users.clerk.invalid"
"""The domain of people whose address Clerk has not told us, or not verified."""


class NotJoinable(Conflict):
    message = "One of the accounts is closed, linked to another one or has another address by now."


class _Written(Exception):
    """The newcomer has left something after all; the savepoint is undone."""


def is_without_address(person: User) -> bool:
    return person.email.endswith(f"@{NOWHERE}")


@as_system("an address the provider has verified")
def follow_address(*, external_id: str, email: str) -> User | None:
    """Move the person to this verified address, or join them with the account that has it.

    Returns the account that is theirs from now on. The news of one person are taken one by one.
    """
    ExternalRecord.objects.claimed(external_id)
    person: User | None = User.objects.filter(external_id=external_id, deleted_at=None).first()
    if person is None or not email:
        return person
    holder = person_with(email)
    if holder is None or holder.pk == person.pk:
        return _move(person, email)
    return _settle(person, holder, email) if is_without_address(person) else person


def may_link(holder: User) -> bool:
    """Whether an address alone may open the account; staff, and closed ones, are asked about."""
    return holder.is_active and not holder.is_staff and not holder.is_superuser


def link(person: User, external_id: str, email: str) -> User:
    """Let whoever the provider knows by this id into the locked account that has the address."""
    if not has_proved(person, email):
        # Whoever registered the address never proved it: what they left there must not open it.
        end_access(person)
    person.external_id = external_id
    person.save_changes("external_id", "password")
    prove_address(person, email)
    person.refresh_from_db()
    publish(PersonLinked(actor=Actor(user=person), person=person))
    return person


def ask_staff(newcomer: User, holder: User, email: str) -> None:
    """Have staff decide whether both are one person; asked once, whatever they decide."""
    if holder.external_id is None:
        known = {"holder": holder, "email": email}
        AccountMatch.objects.get_or_create(newcomer=newcomer, defaults=known)


@as_system("staff join two accounts")
def join_accounts(*, actor: Actor, match: AccountMatch) -> User:
    """Make both accounts one: the older one, with the places and the open tasks of the newer.

    What the newcomer wrote stays that of a deleted user; joining for good is for staff only.
    """
    match = AccountMatch.objects.locked(match.pk)
    newcomer, holder = _locked_pair(match.newcomer, match.holder)
    is_free = holder.is_active and holder.external_id is None
    if not is_free or newcomer.external_id is None or person_with(match.email) != holder:
        raise NotJoinable
    return _join(newcomer, holder, match.email, actor=actor)


@as_system("staff keep two accounts apart")
def keep_apart(*, actor: Actor, match: AccountMatch) -> AccountMatch:
    """Leave both accounts as they are, and ask no more."""
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


def _settle(newcomer: User, holder: User, email: str) -> User:
    """Join at once who has written nothing; about everybody else staff are asked."""
    if holder.external_id or AccountMatch.objects.filter(newcomer=newcomer).exists():
        return newcomer
    newcomer, holder = _locked_pair(newcomer, holder)
    if person_with(email) != holder:  # the address changed hands meanwhile
        return newcomer
    if newcomer.is_active and may_link(holder) and holder.external_id is None:
        try:
            with transaction.atomic():
                return _join_untouched(newcomer, holder, email)
        except _Written:
            newcomer.refresh_from_db()
    ask_staff(newcomer, holder, email)
    return newcomer


def _join_untouched(newcomer: User, holder: User, email: str) -> User:
    """Asked before, and again when every place of the newcomer is locked and gone."""
    if has_written(newcomer):
        raise _Written
    joined = _join(newcomer, holder, email, actor=CLERK)
    if User.objects.filter(pk=newcomer.pk).exists():
        raise _Written
    return joined


def _join(newcomer: User, holder: User, email: str, *, actor: Actor) -> User:
    """The caller holds both."""
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
