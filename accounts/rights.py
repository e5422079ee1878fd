"""Only the owner of an account, staff in the admin and the system may change it."""

from typing import TYPE_CHECKING

from core.actor import Actor
from core.errors import Forbidden

if TYPE_CHECKING:
    from accounts.models import User


class NotYourAccount(Forbidden):
    message = "An account is managed by its owner only."

    def __init__(self) -> None:
        super().__init__(required="account:own", you_have=[])


def check_own_account(*, actor: Actor, person: "User") -> None:
    """Refuse anybody but the person, staff in the admin and the system."""
    if not actor.is_trusted and not actor.is_person(person):
        raise NotYourAccount
