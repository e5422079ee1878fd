"""Tickets, streams, and messages to those who are in a project."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from activity.services.pages import last_number
from core.api.envelope import WithoutEnvelope
from core.api.negotiation import FirstIfAcceptable
from core.api.parsers import BoundedJson
from core.api.permissions import Can, IsSignedIn
from core.api.public_ids import find_row
from core.api.renderers import EnvelopeRenderer
from core.api.viewsets import ServiceViewSet
from core.errors import Invalid, TooManyRequests
from identity.api.bases import refused
from notifications.services.inbox import inbox_of
from projects.models import Project
from projects.rights import READ_PROJECT
from realtime.api import inputs
from realtime.api.answers import EVENTS, STREAM, EventRenderer, LiveAnswer
from realtime.api.inputs import PusherSignature, PusherSubscription
from realtime.live.hub import hub
from realtime.live.inboxes import InboxRoom
from realtime.live.messages import collaboration
from realtime.live.presence import shown
from realtime.live.rooms import Room, check_readable
from realtime.live.streams import Stream
from realtime.services.pusher import SubscriptionRefused, project_in, sign_subscription
from realtime.services.tickets import SECONDS, issue_ticket
from tasks.api.cards import PersonOnBoard
from workspaces.models import Workspace
from workspaces.rights import READ_WORKSPACE


class Tickets(ServiceViewSet):
    """Tickets for sockets."""

    document = PersonOnBoard
    outputs: ClassVar = {"issue": inputs.TicketDocument}
    action_permissions: ClassVar = {"issue": IsSignedIn()}
    kept_answers = frozenset()
    repeat_advice = "Get another ticket."

    @extend_schema(request=None, responses={201: inputs.TicketDocument})
    def issue(self, request: Request) -> Response:
        """A ticket for `/ws?ticket=…`, good for half a minute and for one socket."""
        shown = {"ticket": issue_ticket(actor=self.actor), "expires_in": SECONDS}
        headers = {"Cache-Control": "no-store"}
        return Response(shown, status=status.HTTP_201_CREATED, headers=headers)


class Collaborations(ServiceViewSet):
    """Messages that are not kept."""

    document = PersonOnBoard
    inputs: ClassVar = {"tell": inputs.Collaboration}
    action_permissions: ClassVar = {"tell": Can(READ_PROJECT)}
    kept_answers = frozenset()

    @extend_schema(responses={204: None})
    def tell(self, request: Request) -> Response:
        """Tell those who are in the room of a project something that is not kept.

        Such as where a cursor is, or that somebody types. It reaches who is there now, or nobody.
        """
        given = self.read_input()
        project = self.find(Project, given["project_id"])
        content = collaboration(given["event_type"], given["data"], shown(self.actor.person))
        hub.tell_from_thread(Room(project.workspace_id, project.pk), content)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PusherSubscriptions(ServiceViewSet):
    """Who may subscribe to the channel of a project at Pusher."""

    document = PersonOnBoard
    inputs: ClassVar = {"sign": PusherSubscription}
    outputs: ClassVar = {"sign": PusherSignature}
    action_permissions: ClassVar = {"sign": IsSignedIn()}
    kept_answers = frozenset()
    repeat_advice = "Get another signature."
    parser_classes = [FormParser, BoundedJson]
    without_envelope = True

    @extend_schema(responses={200: PusherSignature, 403: refused("Not this channel")})
    def sign(self, request: Request) -> Response:
        """Let a connection to Pusher subscribe to the channel of a project, as its clients ask.

        To `private-project-<id>`, for whoever may read the project.
        """
        given = self.read_input()
        project_id = project_in(given["channel_name"])
        may_read = project_id is not None and self.actor.credential.may_read
        if not (may_read and find_row(Project, str(project_id), actor=self.actor)):
            raise SubscriptionRefused(required=READ_PROJECT.code, you_have=[])
        signature = sign_subscription(socket_id=given["socket_id"], channel=given["channel_name"])
        headers = {"Cache-Control": "no-store"}
        return Response(WithoutEnvelope({"auth": signature}), headers=headers)


LAST_SEEN = OpenApiParameter(
    "Last-Event-ID", OpenApiTypes.STR, "header", description="The last number seen."
)


class _Streams(ServiceViewSet):
    """What the views below share."""

    document = PersonOnBoard
    queries: ClassVar = {"stream": inputs.Streamed}
    without_envelope = True
    renderer_classes = [EnvelopeRenderer, EventRenderer]
    content_negotiation_class = FirstIfAcceptable

    def answer(self, room: Room | InboxRoom, name: str, last: int) -> Any:
        """What is sent in the room, after the number asked for; `last` is its latest one."""
        if hub.is_full_for(self.actor.person.pk):
            raise TooManyRequests(retry_after=10)
        after = self._after(self.request)
        stream = Stream(self.actor, room, name, last if after is None else after, last)
        return LiveAnswer(stream.pieces)

    def _after(self, request: Request) -> int | None:
        given = request.headers.get("Last-Event-ID")
        if given is None:
            after: int | None = self.read_query().get("after")
            return after
        if not (given.isascii() and given.isdecimal() and int(given[:20]) <= 2**63 - 1):
            raise Invalid(errors={"Last-Event-ID": ["Must be the number of an event."]})
        return int(given[:20])


class EventStream(_Streams):
    """The log of a workspace as it grows."""

    action_permissions: ClassVar = {"stream": Can(READ_WORKSPACE)}

    @extend_schema(parameters=[LAST_SEEN], responses={(200, EVENTS): STREAM})
    def stream(self, request: Request, pk: str) -> Any:
        """The events of a workspace as they happen, as server-sent events.

        After the number in `Last-Event-ID`, or in `after`, or from now on. Each has its number as
        `id`, and as `data` what a socket in the workspace's room is sent.
        """
        workspace = self.find(Workspace, pk)
        room, last = Room(workspace.pk, None), last_number(workspace.pk)
        # Again, after the number: who loses the right from now on does so by a later event.
        check_readable(self.actor, room)
        return self.answer(room, f"workspace:{workspace.public_id}", last)


class InboxStream(_Streams):
    """The inbox of the person asking as it changes."""

    action_permissions: ClassVar = {"stream": IsSignedIn()}

    @extend_schema(parameters=[LAST_SEEN], responses={(200, EVENTS): STREAM})
    def stream(self, request: Request) -> Any:
        """The notifications of the person asking as they come, as server-sent events.

        After the number in `Last-Event-ID`, or in `after`, or from now on. Each has its number as
        `id`, and as `data` what a socket in the room `user:me` is sent.
        """
        return self.answer(InboxRoom(self.actor.person.pk), "user:me", inbox_of(self.actor).seq)
