"""What happens to an account is told to its owner."""

from accounts.events import PasswordChanged
from accounts.recovery import tell
from core.events import subscribe


@subscribe(PasswordChanged)
def tell_the_owner(event: PasswordChanged) -> None:
    tell(event.person, "password_changed")
