"""One's own profile, and the export of all data stored about oneself."""

from django.core import signing
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.documents import ME, Me, OwnProfile, PersonalData
from accounts.api.inputs import ProfileChanges
from accounts.models import User
from accounts.services.people import change_profile
from accounts.services.personal_data import Place, everything_of
from core.api.actors import actor_of
from core.api.envelope import Answer
from core.api.etags import etag, expected_version
from core.api.failures import FAILURE
from core.api.fields import read_body
from core.api.pagination import InvalidCursor
from core.api.parameters import if_match
from core.api.permissions import IsSignedIn
from core.api.transactions import OneTransaction

ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200],
    description="The version of the object, for `If-Match`.",
)
STALE = OpenApiResponse(FAILURE.ref, "Changed since it was read")
SALT = "gantry.export"
LONGEST_CURSOR = 1000
CURSOR = OpenApiParameter(
    "cursor", str, description="`meta.next_cursor` of an answer that had no room for all."
)


class Myself(OneTransaction):
    permission_classes = [IsSignedIn]
    kept_answers = frozenset({"PATCH"})

    @extend_schema(operation_id="auth_me", responses={200: Me}, parameters=[ETAG])
    def get(self, request: Request) -> Response:
        """The person signed in."""
        return _show(actor_of(request).person)

    @extend_schema(
        operation_id="auth_me_change",
        request=ProfileChanges,
        responses={200: Me, 412: STALE},
        parameters=[if_match(), ETAG],
    )
    def patch(self, request: Request) -> Response:
        """Change name, picture or time zone."""
        actor = actor_of(request)
        changes = read_body(ProfileChanges, request)
        version = expected_version(request)
        person = change_profile(actor=actor, person=actor.person, version=version, **changes)
        return _show(person)


def _show(person: User) -> Response:
    return Response(ME.to_representation(person), headers={"ETag": etag(person.version)})


class OwnData(OneTransaction):
    permission_classes = [IsSignedIn]
    continued = True

    @extend_schema(
        operation_id="auth_me_export", parameters=[CURSOR], responses={200: PersonalData}
    )
    def get(self, request: Request) -> Response:
        """Export all data stored about the person signed in.

        An answer has at most some megabytes; while `meta.next_cursor` is not null, ask for more.
        """
        start = _position(request.query_params.get("cursor"))
        part = everything_of(actor_of(request), OwnProfile, start)
        cursor = signing.Signer(salt=SALT).sign_object(part.next) if part.next else None
        answer = Response(Answer(part.data, meta={"next_cursor": cursor}))
        answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
        answer["Cache-Control"] = "no-store"
        return answer


def _position(cursor: str | None) -> Place | None:
    if not cursor:
        return None
    if len(cursor) > LONGEST_CURSOR:
        raise InvalidCursor(errors={"cursor": [InvalidCursor.message]})
    try:
        return Place(*signing.Signer(salt=SALT).unsign_object(cursor))
    except (signing.BadSignature, ValueError) as error:
        raise InvalidCursor(errors={"cursor": [InvalidCursor.message]}) from error
