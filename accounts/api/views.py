"""One's own profile."""

from typing import cast

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.documents import Me
from accounts.api.inputs import ProfileChanges
from accounts.models import User
from accounts.services.people import change_profile
from core.api.actors import actor_of
from core.api.etags import etag, expected_version
from core.api.fields import read_body
from core.api.parameters import if_match
from core.api.permissions import IsSignedIn
from core.api.schema import FAILURE
from core.api.transactions import OneTransaction

ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200],
    description="The version of the object, for `If-Match`.",
)

STALE = OpenApiResponse(FAILURE.ref, "Changed since it was read")


class Myself(OneTransaction):
    permission_classes = [IsSignedIn]
    kept_answers = frozenset({"PATCH"})

    @extend_schema(operation_id="auth_me", responses={200: Me}, parameters=[ETAG])
    def get(self, request: Request) -> Response:
        """The person signed in."""
        return _show(cast("User", request.user))

    @extend_schema(
        operation_id="auth_me_change",
        request=ProfileChanges,
        responses={200: Me, 412: STALE},
        parameters=[if_match(), ETAG],
    )
    def patch(self, request: Request) -> Response:
        """Change name, picture or time zone."""
        person = cast("User", request.user)
        changes = read_body(ProfileChanges, request)
        version = expected_version(request)
        return _show(
            change_profile(actor=actor_of(request), person=person, version=version, **changes)
        )


def _show(person: User) -> Response:
    return Response(Me(person).data, headers={"ETag": etag(person.version)})
