"""The routes of what happens live; sockets have theirs in `config.asgi`."""

from django.urls import path

from core.api.routes import Verbs
from realtime.api.views import (
    Collaborations,
    EventStream,
    InboxStream,
    PusherSubscriptions,
    Tickets,
)

ISSUE: Verbs = {"post": "issue"}
TELL: Verbs = {"post": "tell"}
SIGN: Verbs = {"post": "sign"}
STREAM: Verbs = {"get": "stream"}

urlpatterns = [
    path("api/realtime/ticket", Tickets.as_view(ISSUE), name="realtime-ticket"),
    path("api/realtime/collaboration", Collaborations.as_view(TELL), name="collaboration"),
    path("api/realtime/pusher/auth", PusherSubscriptions.as_view(SIGN), name="pusher-auth"),
    path("api/workspaces/<str:pk>/events/stream", EventStream.as_view(STREAM), name="stream"),
    path("api/notifications/stream", InboxStream.as_view(STREAM), name="inbox-stream"),
]
