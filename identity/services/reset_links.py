"""Links to set a new password; a module of its own, because mails need nothing else of that."""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from accounts.models import User
from core.errors import Invalid
from core.models import as_uuid


class InvalidResetLink(Invalid):
    message = "This link is not valid (any more): ask for another one."


class _ResetTokens(PasswordResetTokenGenerator):
    """Void after a sign-in, a change of password, or PASSWORD_RESET_TIMEOUT."""

    key_salt = "identity.services.recovery"


_tokens = _ResetTokens()


def reset_link(person: User) -> str:
    """A new link; made when the mail is composed, so that it is not stored."""
    key = f"{person.pk.hex}-{_tokens.make_token(person)}"
    return str(settings.HEADLESS_FRONTEND_URLS["account_reset_password_from_key"]).format(key=key)


def holder_of(key: str) -> User:
    """The person a link was sent to; InvalidResetLink if it does not work any more."""
    id_, _, token = key.partition("-")
    person: User | None = User.objects.active().filter(pk=as_uuid(id_)).first()
    if person is None or not _tokens.check_token(person, token):
        raise InvalidResetLink
    return person
