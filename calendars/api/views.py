"""One's own calendar feeds over HTTP, and the calendars for whoever has their addresses."""

from hashlib import sha256
from typing import Any, ClassVar

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from calendars.api.documents import CalendarFeedDocument, CalendarFeedWithAddress, NewFeed
from calendars.models import CalendarFeed
from calendars.services.feeds import add_feed, revoke_feed, rotate_feed
from calendars.services.reading import read_feed
from core.api.dispatch import QuickView
from core.api.envelope import Answer
from core.api.etags import is_known
from core.api.permissions import Anyone, IsSignedIn
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.queries import compiled
from identity.api.bases import refused

COPY = "Copy the address now; it cannot be shown again."
CALENDAR = "text/calendar"
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class CalendarFeeds(ServiceViewSet):
    """One's own calendar feeds; those of others are not found."""

    document = CalendarFeedDocument
    has_dry_run = True
    kept_answers = frozenset()
    repeat_advice = "Rotate the feed whose address was lost, or revoke it."
    inputs: ClassVar = {"create": NewFeed}
    outputs: ClassVar = {"create": CalendarFeedWithAddress, "rotate": CalendarFeedWithAddress}
    action_permissions: ClassVar = dict.fromkeys(
        ("list", "create", "retrieve", "rotate", "destroy"), IsSignedIn()
    )

    def list(self, request: Request) -> Response:
        """One's own feeds, the newest first, without their addresses."""
        return self.show_list(Selection(feeds_of, actor=self.actor))

    @extend_schema(responses={201: CalendarFeedWithAddress})
    def create(self, request: Request) -> Response:
        """Make a feed. Its address is only shown in this answer, and in those of rotations."""
        feed, url = add_feed(actor=self.actor, **self.read_input())
        return self._show_address(feed, url, status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.show(self._feed(pk))

    @extend_schema(request=None, responses={200: CalendarFeedWithAddress})
    def rotate(self, request: Request, pk: str) -> Response:
        """Give a feed a new address; the former one leads nowhere at once."""
        feed, url = rotate_feed(actor=self.actor, feed=self._feed(pk))
        return self._show_address(feed, url, status.HTTP_200_OK)

    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke a feed: its address leads nowhere at once."""
        revoke_feed(actor=self.actor, feed=self._feed(pk), version=self.expected_version)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _feed(self, pk: str) -> CalendarFeed:
        feed: CalendarFeed = self.find_among(CalendarFeed.objects.visible_to(self.actor), pk)
        self.check_object_permissions(self.request, feed)
        return feed

    def _show_address(self, feed: CalendarFeed, url: str, code: int) -> Response:
        answer = self.show(feed, status=code)
        shown = orjson.loads(orjson.dumps(answer.data.data)) | {"url": url}
        headers = {"ETag": answer["ETag"], "Cache-Control": "no-store"}
        return Response(Answer(shown, COPY), status=code, headers=headers)


class Calendar(QuickView):
    """The calendar behind an address, for programs, which need no other credential."""

    authentication_classes = []
    permission_classes = [Anyone]

    @extend_schema(
        responses={
            (200, CALENDAR): OpenApiTypes.STR,
            304: None,
            404: refused("No such address, or not for its owner any more"),
            429: refused("Read too often"),
        }
    )
    def get(self, request: Request, token: str) -> HttpResponse:
        """The due dates that the owner of the address may read now (RFC 5545)."""
        content = read_feed(token)
        tag = f'"{sha256(content).hexdigest()[:32]}"'
        answer = HttpResponse(status=304) if is_known(tag, request) else _calendar(content)
        for name, value in {**HEADERS, "ETag": tag}.items():
            answer[name] = value
        return answer


def _calendar(content: bytes) -> HttpResponse:
    kind = f"{CALENDAR}; charset=utf-8"
    shown = {"Content-Disposition": 'inline; filename="gantry.ics"'}
    return HttpResponse(content, content_type=kind, headers=shown)


@compiled
def feeds_of(actor: Any) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.visible_to(actor)
