"""What follows when something happens to an account."""

from accounts.events import PasswordChanged
from accounts.personal.services import revoke_tokens_of
from accounts.recovery import tell
from core.events import subscribe


@subscribe(PasswordChanged)
def tell_the_owner(event: PasswordChanged) -> None:
    tell(event.person, "password_changed")


@subscribe(PasswordChanged)
def end_keys_of_an_intruder(event: PasswordChanged) -> None:
    """Whoever had to recover the account may not have been alone in it."""
    if event.recovered:
        revoke_tokens_of(actor=event.actor, person=event.person)
