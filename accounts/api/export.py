"""Where people take a copy of everything kept about them."""

from typing import TYPE_CHECKING, cast

from django.core import signing
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.documents import OwnProfile, PersonalData
from accounts.services.personal_data import Place, everything_of
from core.api.envelope import Answer
from core.api.pagination import InvalidCursor
from core.api.permissions import IsSignedIn
from core.api.transactions import OneTransaction

if TYPE_CHECKING:
    from accounts.models import User


SALT = "gantry.export"
LONGEST_CURSOR = 1000
CURSOR = OpenApiParameter(
    "cursor", str, description="`meta.next_cursor` of an answer that had no room for all."
)


class OwnData(OneTransaction):
    permission_classes = [IsSignedIn]
    continued = True

    @extend_schema(
        operation_id="auth_me_export", parameters=[CURSOR], responses={200: PersonalData}
    )
    def get(self, request: Request) -> Response:
        """Everything kept about the person signed in, as documents to save.

        One answer holds some megabytes; where `meta.next_cursor` is not null, ask again with it.
        """
        start = _opened(request.query_params.get("cursor"))
        part = everything_of(cast("User", request.user), OwnProfile, start)
        cursor = signing.Signer(salt=SALT).sign_object(part.next) if part.next else None
        answer = Response(Answer(part.data, meta={"next_cursor": cursor}))
        answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
        answer["Cache-Control"] = "no-store"
        return answer


def _opened(cursor: str | None) -> Place | None:
    if not cursor:
        return None
    if len(cursor) > LONGEST_CURSOR:
        raise InvalidCursor(errors={"cursor": [InvalidCursor.message]})
    try:
        return Place(*signing.Signer(salt=SALT).unsign_object(cursor))
    except (signing.BadSignature, ValueError) as error:
        raise InvalidCursor(errors={"cursor": [InvalidCursor.message]}) from error
