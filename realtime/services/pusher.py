"""Pusher: the channels of projects, who may subscribe to them, and what is passed on to them."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from activity.models import Event
from activity.rights import OF_PROJECTS
from core.errors import Forbidden
from core.models import as_uuid
from outbox.models import Delivery
from outbox.services import enqueue_all
from realtime.services.access import Place

PUSHER = "pusher"
"""The channel of the outbox by which events leave."""
KIND = "event"
PREFIX = "private-project-"
"""Private, because anybody may subscribe to other channels who has the key that pages show."""
SOCKET_ID = re.compile(r"\A[0-9]{1,30}\.[0-9]{1,30}\Z")
"""With anything else in it, a signature would be good for other channels, or for signing in."""
LONGEST_CHANNEL = 164
"""The most characters of a channel's name at Pusher."""


class SubscriptionRefused(Forbidden):
    """Without Pusher, and for all channels but those of projects the person may read."""

    message = "You cannot subscribe to this channel."


def channel_of(project_id: UUID) -> str:
    """The name of a project's channel at Pusher."""
    return f"{PREFIX}{project_id}"


def project_in(channel: str) -> UUID | None:
    """The project whose channel this is; None for other channels, and without Pusher."""
    project_id = as_uuid(channel.removeprefix(PREFIX))
    is_its_name = project_id is not None and channel == channel_of(project_id)
    return project_id if is_its_name and settings.PUSHER is not None else None


def sign_subscription(*, socket_id: str, channel: str) -> str:
    """The signature with which Pusher lets a connection subscribe to a private channel."""
    app: Any = settings.PUSHER
    signed = f"{socket_id}:{channel}".encode()
    return f"{app.key}:{hmac.new(app.secret.encode(), signed, hashlib.sha256).hexdigest()}"


def pass_on(*, events: Sequence[Event]) -> None:
    """Put what readers of projects may see into the outbox, once for each event and project."""
    deliveries = [
        _delivery(event, project_id)
        for event in events
        if event.entity in OF_PROJECTS and event.private_to is None
        for project_id in sorted(Place.of(event).projects)
    ]
    if deliveries:
        enqueue_all(deliveries=deliveries)


def _delivery(event: Any, project_id: UUID) -> Delivery:
    return Delivery(
        channel=PUSHER,
        kind=KIND,
        recipient_id=project_id,
        dedupe_key=f"pusher:{event.pk}:{project_id}",
        payload={"event": str(event.pk)},
        workspace_id=event.workspace_id,
    )
