"""The link that switches off mails of some kinds; its token never expires."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from core.errors import NotFound
from core.sealing import seal, unseal
from notifications.models import NotificationKind

PURPOSE = "mail of some kinds"


class Subscription(NamedTuple):
    """Mail of these kinds from one workspace to one person."""

    workspace_id: UUID
    person_id: UUID
    kinds: tuple[NotificationKind, ...]


def token_for(workspace_id: UUID, person_id: UUID, kinds: Collection[str]) -> str:
    return seal(PURPOSE, f"{workspace_id}/{person_id}/{','.join(sorted(kinds))}")


def read_token(token: str) -> Subscription:
    """What the token is for; NotFound unless SECRET_KEY sealed it."""
    opened = unseal(PURPOSE, token)
    if opened is None:
        raise NotFound
    workspace_id, person_id, kinds = opened.split("/")
    return Subscription(
        UUID(workspace_id), UUID(person_id), tuple(map(NotificationKind, kinds.split(",")))
    )


def unsubscribe_link(token: str) -> str:
    """The address of the page, built from settings, never from request headers."""
    return f"{settings.PUBLIC_URL}/api/notifications/unsubscribe/{token}"
