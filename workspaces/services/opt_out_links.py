"""The opt-out link, whose token contains a workspace and a recipient, and never expires."""

from uuid import UUID

from django.conf import settings

from core.errors import NotFound
from core.sealing import seal, unseal

PURPOSE = "opt-out"


def token_for(workspace_id: UUID, recipient_id: UUID) -> str:
    return seal(PURPOSE, f"{workspace_id}/{recipient_id}")


def read_token(token: str) -> tuple[UUID, UUID]:
    """The ids of the workspace and of the recipient; NotFound unless SECRET_KEY sealed it."""
    opened = unseal(PURPOSE, token)
    if opened is None:
        raise NotFound
    workspace_id, _, recipient_id = opened.partition("/")
    return UUID(workspace_id), UUID(recipient_id)


def opt_out_link(token: str) -> str:
    """The address of the opt-out page, built from settings, never from request headers."""
    return f"{settings.PUBLIC_URL}/api/unsubscribe/{token}"
