"""Who asks, as authentication found out."""

from typing import cast

from rest_framework.request import Request

from core.actor import Actor


def actor_of(request: Request) -> Actor:
    """The actor of an authenticated request; permissions have made sure that there is one."""
    return cast("Actor", request.auth)
