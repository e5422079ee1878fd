"""The actor of a request, set by authentication."""

from typing import cast

from rest_framework.request import Request

from core.actor import Actor


def actor_of(request: Request) -> Actor:
    """The actor of a request that has passed a permission which requires authentication."""
    return cast("Actor", request.auth)


def zone_of(request: Request) -> str:
    """The name of the time zone of the person asking."""
    return actor_of(request).person.time_zone
