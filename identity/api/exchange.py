"""From a browser's session to tokens, after a sign-in that happened on pages."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.permissions import Anyone
from core.errors import Unauthenticated
from core.limits import client_network, take
from identity.api.authentication import CookieAuthentication
from identity.api.bases import TOO_OFTEN, TRANSPORT, AuthView, as_shown, operation, refused
from identity.api.documents import SignedIn
from identity.limits import EXCHANGES, EXCHANGES_FROM, EXCHANGES_OF
from identity.services.refresh_tokens import issue
from identity.services.sign_in import Entered, what_is_missing

CSRF_TOKEN = OpenApiParameter("X-CSRFToken", str, OpenApiParameter.HEADER, required=True)


class ExchangeSession(AuthView):
    """Takes the cookie alone: whoever has a token needs no other."""

    authentication_classes = [CookieAuthentication]
    permission_classes = [Anyone]

    def get_authenticate_header(self, request: Request) -> str:
        return "Session"

    @operation(
        "session_exchange",
        {
            200: SignedIn,
            401: refused("Not signed in, or not yet: `mfa_required`"),
            403: refused("No CSRF token"),
            429: TOO_OFTEN,
        },
        parameters=[CSRF_TOKEN, TRANSPORT],
    )
    def post(self, request: Request) -> Response:
        """Trade the session cookie, with its CSRF token, for a pair of tokens of that session.

        A sign-in that waits for its second factor is told so, with a `session_token` to finish it.
        The tokens are as old as the sign-in: what needs a recent one is not open to them again.
        """
        take(EXCHANGES_FROM, client_network(request))
        if not request.user.is_authenticated:
            CookieAuthentication().enforce_csrf(request)
            raise what_is_missing(self.http_request) or Unauthenticated
        person, session_key = request.user, str(self.http_request.session.session_key)
        take(EXCHANGES, session_key)
        take(EXCHANGES_OF, str(person.pk))
        pair = issue(person, session_key)
        if pair is None:
            raise Unauthenticated
        return Response(as_shown(Entered(person, pair)))
