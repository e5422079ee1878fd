"""Whose account it is: services about an account serve its owner, the admin and the system."""

from typing import TYPE_CHECKING

from core.errors import Forbidden

if TYPE_CHECKING:
    from accounts.models import User


class NotYourAccount(Forbidden):
    message = "An account is managed by its owner only."

    def __init__(self) -> None:
        super().__init__(required="account:own", you_have=[])


def check_own_account(*, actor: "User | None", person: "User") -> None:
    """Nobody is the system; in the admin, its own permissions have been asked already."""
    if actor is not None and not actor.in_admin and actor.pk != person.pk:
        raise NotYourAccount
