"""Accounts at providers: finding or registering their person, linking and unlinking."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.people import SIGN_UP, AlreadyRegistered, register_person
from core.actor import Actor
from core.errors import Conflict, Forbidden, NotFound
from core.events import publish
from identity.allauth_bridge.forms import UnverifiedEmail
from identity.events import AccountLinked, AccountUnlinked
from identity.providers.registry import Identity, providers
from identity.services.access import end_access, has_proved, person_with, prove_address


class AccountClosed(Forbidden):
    message = "This account is closed."


class EmailNotVerified(Forbidden):
    message = (
        "The identity provider has not verified your email address: verify it there,"
        " or sign in here and link your account."
    )


class LinkFirst(Conflict):
    message = "Sign in the way you usually do, then link this account."


class LinkedToAnother(Conflict):
    message = "This account is linked to somebody else."


class LastWayIn(Conflict):
    message = "You could not sign in any more: set a password or link another account first."


def person_for(identity: Identity) -> User:
    """The person of an identity: linked, or found by a verified address, or newly registered."""
    try:
        return _person_for(identity)
    except (AlreadyRegistered, LinkedToAnother):
        # A parallel request was first, most likely of the same person in another tab.
        return _person_for(identity)


@transaction.atomic
def link_account(*, actor: Actor, identity: Identity) -> SocialAccount:
    """Link an account at a provider to the actor's; linking it twice changes nothing."""
    person = User.objects.active().locked(actor.person_id)
    known = _known(identity)
    if known is not None:
        if known.user_id != person.pk:
            raise LinkedToAnother
        return known
    # Else the owner of the address, who may verify it later, would get a stranger's link.
    if not has_proved(person, person.email):
        raise UnverifiedEmail
    account = _link(person, identity)
    publish(AccountLinked(actor=actor, person=person, provider=identity.provider.name))
    return account


@transaction.atomic
def unlink_account(*, actor: Actor, account_id: int) -> None:
    """Unlink an account at a provider; LastWayIn if the person could not sign in any more."""
    person = User.objects.locked(actor.person_id)
    account = SocialAccount.objects.filter(user=person, pk=account_id).first()
    if account is None:
        raise NotFound
    if not _has_another_way_in(person, account):
        raise LastWayIn
    account.delete()
    names = {provider.realm: provider.name for provider in providers()}
    name = names.get(account.provider, account.provider)
    publish(AccountUnlinked(actor=actor, person=person, provider=name))


@transaction.atomic
def _person_for(identity: Identity) -> User:
    known = _known(identity)
    if known is not None:
        return _update_link(known, identity)
    if not identity.email:
        raise EmailNotVerified
    holder = person_with(identity.email)
    if holder is not None:
        return _link_holder(holder, identity)
    person = register_person(actor=SIGN_UP, email=identity.email, password=None, name=identity.name)
    prove_address(person, identity.email)
    _link(person, identity)
    return person


def _update_link(account: SocialAccount, identity: Identity) -> User:
    person: User = User.objects.locked(account.user_id)
    _check_open(person)
    still = SocialAccount.objects.filter(pk=account.pk)
    if not still.update(extra_data=_extra_data(identity), last_login=timezone.now()):
        raise LinkedToAnother
    return person


def _link_holder(holder: User, identity: Identity) -> User:
    """Link the person who has the address; if they never verified it, end all access before."""
    person: User = User.objects.locked(holder.pk)
    # A parallel request may have linked this account before the lock.
    if known := _known(identity):
        return _update_link(known, identity)
    _check_open(person)
    is_proved = has_proved(person, identity.email)
    if person.is_staff or person.is_superuser:
        raise LinkFirst
    if not is_proved:
        # Whoever registered the address never proved it: their sign-in data must not stay.
        end_access(person, actor=Actor(user=person))
        person.save(update_fields=["password", "updated_at"])
        prove_address(person, identity.email)
    elif SocialAccount.objects.filter(user=person, provider=identity.provider.realm).exists():
        # An address may have a new owner, who must not get the former one's account.
        raise LinkFirst
    _link(person, identity)
    publish(
        AccountLinked(
            actor=Actor(user=person),
            person=person,
            provider=identity.provider.name,
            disowned=not is_proved,
        )
    )
    return person


def _known(identity: Identity) -> SocialAccount | None:
    realm, uid = identity.provider.realm, identity.uid
    return SocialAccount.objects.filter(provider=realm, uid=uid).first()


def _check_open(person: User) -> None:
    if not person.is_active or person.deleted_at is not None:
        raise AccountClosed


def _link(person: User, identity: Identity) -> SocialAccount:
    realm, uid = identity.provider.realm, identity.uid
    try:
        # A savepoint keeps the transaction usable after the IntegrityError of a parallel link.
        with transaction.atomic():
            return SocialAccount.objects.create(
                user=person, provider=realm, uid=uid, extra_data=_extra_data(identity)
            )
    except IntegrityError as clash:
        raise LinkedToAnother from clash


def _extra_data(identity: Identity) -> dict[str, str]:
    return {"email": identity.email, "name": identity.name}


def _has_another_way_in(person: User, account: SocialAccount) -> bool:
    """Whether they have a password, a passkey, Clerk, or an account at a provider that is on."""
    if person.has_usable_password() or (person.external_id and settings.CLERK_ISSUER):
        return True
    realms = [provider.realm for provider in providers()]
    others = SocialAccount.objects.filter(user=person, provider__in=realms).exclude(pk=account.pk)
    keys = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    return bool(others.exists() or keys.exists())
