"""What follows when something happens to an account."""

from django.db.models import Q

from accounts.events import AccountLinked, AccountUnlinked, PasswordChanged, PersonDeleted
from accounts.models import AccountMatch
from accounts.personal.services import revoke_tokens_of
from accounts.recovery import tell
from core.events import subscribe


@subscribe(PasswordChanged)
def tell_the_owner(event: PasswordChanged) -> None:
    tell(event.person, "password_changed")


@subscribe(AccountLinked)
def tell_of_a_new_way_in(event: AccountLinked) -> None:
    tell(event.person, "account_linked", provider=event.provider, disowned=event.disowned)


@subscribe(AccountUnlinked)
def tell_of_a_way_less(event: AccountUnlinked) -> None:
    tell(event.person, "account_unlinked", provider=event.provider)


@subscribe(PasswordChanged)
def end_keys_of_an_intruder(event: PasswordChanged) -> None:
    """Whoever had to recover the account may not have been alone in it."""
    if event.recovered:
        revoke_tokens_of(actor=event.actor, person=event.person)


@subscribe(PersonDeleted)
def end_questions_about_them(event: PersonDeleted) -> None:
    """There is nothing left to be joined."""
    both = Q(newcomer=event.person) | Q(holder=event.person)
    AccountMatch.objects.filter(both).delete()
