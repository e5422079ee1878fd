"""Personal tokens: `pmp_`, 43 random characters and a checksum.

With the checksum, typos and guesses are recognised without a query, and scanners for leaked
secrets can tell tokens from other texts.
"""

import hashlib
import secrets
import string
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.rights import check_own_account
from core.actor import Actor, Credential
from core.errors import Conflict
from core.events import publish
from core.queries import compiled
from identity.events import PersonalTokenCreated, PersonalTokenRevoked
from identity.models import PersonalToken

PREFIX = "pmp_"
RANDOM_LENGTH = 43
"""Random characters to the base of 62: 256 bits."""
CHECKSUM = 6
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
DEFAULT_DAYS = 90
MOST_DAYS = 365
MOST_TOKENS = 50
NOTED_EVERY = timedelta(minutes=1)


class TooManyTokens(Conflict):
    message = f"Nobody needs more than {MOST_TOKENS} tokens; revoke some first."


@transaction.atomic
def create_token(
    *,
    actor: Actor,
    name: str,
    scopes: Iterable[str],
    workspace_ids: Iterable[UUID] | None = None,
    days: int = DEFAULT_DAYS,
) -> tuple[PersonalToken, str]:
    """A new token of the actor, and its text, which is not stored."""
    User.objects.locked(actor.person_id)
    if PersonalToken.objects.visible_to(actor).count() >= MOST_TOKENS:
        raise TooManyTokens
    text = mint()
    token = PersonalToken.objects.create(
        user=actor.person,
        name=name,
        digest=digest(text),
        scopes=sorted(set(scopes)),
        workspace_ids=None if workspace_ids is None else sorted(set(workspace_ids)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    publish(PersonalTokenCreated(actor=actor, person=actor.person, token=token))
    return token, text


@transaction.atomic
def revoke_token(*, actor: Actor, token: PersonalToken) -> None:
    """Revoke a token at once; revoking it twice changes nothing."""
    token = PersonalToken.objects.locked(token.pk)
    check_own_account(actor=actor, person=token.user)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        publish(PersonalTokenRevoked(actor=actor, person=token.user, token=token))


@transaction.atomic
def revoke_tokens_of(*, actor: Actor, person: User) -> None:
    """Revoke all tokens of a person at once."""
    check_own_account(actor=actor, person=person)
    for token in PersonalToken.objects.filter(user=person, revoked_at=None).order_by("pk"):
        revoke_token(actor=actor, token=token)


def open_token(text: str) -> PersonalToken | None:
    """The usable token with this text, with its user; no query for a malformed text."""
    if not is_well_formed(text):
        return None
    token: PersonalToken | None = _usable.first(digest=digest(text), now=timezone.now())
    if token is not None:
        _note_use(token)
    return token


def credential_of(token: PersonalToken) -> Credential:
    """What the token permits, and in which workspaces."""
    bound = token.workspace_ids
    return Credential(
        "personal_token",
        scopes=frozenset(token.scopes),
        workspaces=None if bound is None else frozenset(bound),
        token_id=token.pk,
        principal=f"{token.user_id}/{token.digest[:16]}",
    )


@compiled
def _usable(digest: Any, now: Any) -> Any:
    """The usable token with this digest, with its user."""
    return PersonalToken.objects.usable(now).filter(digest=digest).select_related("user")


def _note_use(token: PersonalToken) -> None:
    """Save the time of use, once a minute; skipped while another request saves it."""
    due = timezone.now() - NOTED_EVERY
    if token.last_used_at is None or token.last_used_at <= due:
        _write_use(token, due)


# The lock needs a transaction, and the caller may have none.
@transaction.atomic(savepoint=False)
def _write_use(token: PersonalToken, due: datetime) -> None:
    unused = PersonalToken.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=due))
    free = unused.filter(pk=token.pk).select_for_update(no_key=True, skip_locked=True)
    PersonalToken.objects.filter(pk__in=free.values("pk")).update(last_used_at=timezone.now())


def mint() -> str:
    """The text of a new random token."""
    random_part = _base62(secrets.randbelow(len(_DIGITS) ** RANDOM_LENGTH), RANDOM_LENGTH)
    return f"{PREFIX}{random_part}{_checksum(random_part)}"


def is_well_formed(token: str) -> bool:
    """Whether prefix, characters and checksum are those of a personal token."""
    random_part, checksum = token[len(PREFIX) : -CHECKSUM], token[-CHECKSUM:]
    return (
        token.startswith(PREFIX)
        and len(random_part) == RANDOM_LENGTH
        and random_part.isascii()
        and random_part.isalnum()
        and checksum == _checksum(random_part)
    )


def digest(token: str) -> str:
    """SHA-256 of a token as hex, which is stored; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _checksum(random_part: str) -> str:
    return _base62(zlib.crc32(random_part.encode()), CHECKSUM)


def _base62(number: int, width: int) -> str:
    characters = ""
    for _ in range(width):
        number, digit = divmod(number, len(_DIGITS))
        characters = _DIGITS[digit] + characters
    return characters
