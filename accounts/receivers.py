"""What happens to an account is told to its owner."""

from accounts.events import AccountLinked, AccountUnlinked, PasswordChanged
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
