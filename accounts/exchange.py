"""From a browser's session to tokens, after a sign-in that happened on pages."""

from typing import TYPE_CHECKING, cast

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import AuthView
from accounts.authentication import CookieAuthentication
from accounts.serializers import Me, SignedIn
from accounts.tokens import issue
from core.api.permissions import SignedIn as IsSignedIn
from core.api.schema import FAILURE

if TYPE_CHECKING:
    from accounts.models import User


class ExchangeSession(AuthView):
    """Takes the cookie alone: whoever has a token needs no other."""

    authentication_classes = [CookieAuthentication]
    permission_classes = [IsSignedIn]

    def get_authenticate_header(self, request: Request) -> str:
        return "Session"

    @extend_schema(
        operation_id="auth_session_exchange",
        request=None,
        parameters=[OpenApiParameter("X-CSRFToken", str, OpenApiParameter.HEADER, required=True)],
        responses={200: SignedIn, 403: OpenApiResponse(FAILURE.ref, "No CSRF token")},
    )
    def post(self, request: Request) -> Response:
        """Trade the session cookie, with its CSRF token, for a pair of tokens of that session."""
        person = cast("User", request.user)
        return Response({"user": Me(person).data, **issue(person, self.stranger.session)})
