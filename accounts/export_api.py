"""Where people take a copy of everything kept about them."""

from typing import TYPE_CHECKING, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.export import everything_of
from accounts.exports import OwnProfile, PersonalData
from core.api.permissions import SignedIn
from core.api.transactions import OneTransaction

if TYPE_CHECKING:
    from accounts.models import User


class OwnData(OneTransaction):
    permission_classes = [SignedIn]

    @extend_schema(operation_id="auth_me_export", responses={200: PersonalData})
    def get(self, request: Request) -> Response:
        """Everything kept about the person signed in, as one document to save."""
        answer = Response(everything_of(cast("User", request.user), OwnProfile))
        answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
        answer["Cache-Control"] = "no-store"
        return answer
