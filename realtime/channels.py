"""Pusher as a channel of the outbox: each event that readers of a project may see, once for it."""

import logging
import threading
import time
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.utils.module_loading import import_string

from activity.models import Event
from core.actor import Audience
from outbox.models import Delivery
from outbox.registry import Channel, Failure, Skip, composes, reason_of, register_channel
from realtime.services.pusher import KIND, PUSHER, channel_of

SECONDS = 10.0
"""How long Pusher may take to answer; half of it to accept the connection."""
LONGEST_ANSWER = 64 * 1024
TOLD = ("id", "entity", "entity_id", "action")
"""What is told of an event: not what changed, because Pusher goes on telling who has lost the
project."""
REST = 10.0
"""Seconds for which nothing is sent after Pusher did not answer, or not for any event."""
RESTS = "Pusher did not answer a moment ago."
ACCEPTED = (HTTPStatus.OK, HTTPStatus.ACCEPTED)

logger = logging.getLogger(__name__)


class Push(NamedTuple):
    """An event as it is sent to the channel of a project at Pusher: `data` is JSON."""

    channel: str
    name: str
    data: str


class NotTaken(Exception):
    """Pusher answered with this status and text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text[:200].strip()}")
        self.status = status


class Resting(Exception):
    """Pusher did not answer a moment ago, so it was not asked."""


class Requests:
    """Sends what the library has signed; its own session has certificates of 2021 only."""

    def __init__(self, client: Any) -> None:
        # Loaded by those who send: no request needs it.
        session = import_string("identity.providers.http_client.CappedSession")
        self._session = session(SECONDS, LONGEST_ANSWER)

    def send_request(self, request: Any) -> str:
        answer = self._session.request(
            request.method, request.url, headers=request.headers, data=request.body
        )
        if answer.status_code not in ACCEPTED:
            raise NotTaken(answer.status_code, answer.text)
        return ""

    def close(self) -> None:
        self._session.close()


class PusherChannel(Channel[Push, Push]):
    """Each thread has a client of its own, with a connection that is used again."""

    def __init__(self) -> None:
        self._own = threading.local()
        self._rests_until = 0.0

    def render(self, delivery: Delivery, draft: Push) -> Push:
        return draft

    def send(self, delivery: Delivery, message: Push) -> str:
        if settings.PUSHER is None:
            raise Resting("Pusher is not set up here.")
        if time.monotonic() < self._rests_until:
            raise Resting(RESTS)
        receipt: str = self._client(settings.PUSHER).trigger(
            message.channel, message.name, message.data
        )
        return receipt

    def classify(self, error: Exception) -> Failure:
        if isinstance(error, NotTaken):
            # Not 413, with which Pusher also says that the quota is used up.
            is_final = error.status == HTTPStatus.BAD_REQUEST
            outage = "" if is_final else f"it answers {error.status}"
            return Failure(reason=reason_of(error), is_final=is_final, outage=outage)
        if isinstance(error, OSError):
            # Not its text, which has the whole address with the signature.
            problem = type(error).__name__
            return Failure(reason=f"Pusher does not answer: {problem}", outage=problem)
        return Failure(reason=reason_of(error), is_expected=isinstance(error, Resting))

    def record_outage(self, outage: str) -> None:
        """Let others be sent first: each attempt would take up a worker for SECONDS."""
        self.rest_until(time.monotonic() + REST)
        logger.warning("pusher_does_not_answer", extra={"problem": outage})

    def rest_until(self, moment: float) -> None:
        """Send nothing before this moment of `time.monotonic`."""
        self._rests_until = moment

    def disconnect(self) -> None:
        if known := vars(self._own).pop("client", None):
            known[1].http.close()

    def _client(self, app: Any) -> Any:
        if vars(self._own).get("client", (None,))[0] != app:
            self.disconnect()
            options = {"host": app.host, "port": app.port, "ssl": app.is_secure}
            client = import_string("pusher.pusher_client.PusherClient")
            made = client(app.id, app.key, app.secret, backend=Requests, **options)
            self._own.client = (app, made)
        return self._own.client[1]


register_channel(PUSHER, PusherChannel())


@composes(KIND, channel=PUSHER, can_wait=True)
def push_of(delivery: Delivery) -> Push | Skip:
    """The event for all who read the project, as it may be seen today."""
    project_id = delivery.recipient_id
    audience = Audience(project_id)
    found = Event.objects.visible_to(audience).filter(pk=delivery.payload["event"])
    if not (event := found.first()):
        return Skip("readers of the project may not see it any more")
    told = {name: getattr(event, name) for name in TOLD}
    data = orjson.dumps({"seq": event.seq, "event": told}).decode()
    return Push(channel_of(project_id), f"{event.entity}:{event.action}", data)
