"""Registration, sign-in and tokens."""

from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.authentication import get_authorization_header
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.documents import Me
from core.api.envelope import Answer
from core.api.fields import read_body
from core.api.permissions import Anyone
from core.api.schema import FAILURE
from core.errors import Unauthenticated
from core.limits import neighbourhood, take
from identity.allauth_bridge.flows import Entered, sign_in, sign_up
from identity.api import cookies
from identity.api.documents import (
    Credentials,
    NewPerson,
    Refresh,
    SignedIn,
    SignOut,
    TokenPair,
    VerificationPending,
)
from identity.limits import REFRESHES_FROM
from identity.services.sessions import end_session
from identity.services.tokens import InvalidToken, Use, read, rotate

WRONG = OpenApiResponse(FAILURE.ref, "Not, or no longer, a valid credential")
FOREIGN = OpenApiResponse(FAILURE.ref, "A cookie was asked for by a page that is not ours")
TOO_OFTEN = OpenApiResponse(FAILURE.ref, "Too many attempts; see Retry-After")
TRANSPORT = OpenApiParameter(
    cookies.HEADER,
    str,
    OpenApiParameter.HEADER,
    enum=["cookie"],
    description="Keeps the refresh token in a cookie no script can read, and out of bodies.",
)


class InvalidRefreshToken(Unauthenticated):
    message = "This refresh token is not valid (any more)."


class AuthView(APIView):
    """Open to strangers, and blind to the credentials of anybody else."""

    authentication_classes = []
    permission_classes = [Anyone]

    stranger: HttpRequest
    """The bare request, as allauth reads it."""
    by_cookie = False

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        self.stranger = request
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.by_cookie = cookies.are_asked_for(request)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        if self.by_cookie:
            cookies.keep_refresh_token(response)
        return super().finalize_response(request, response, *args, **kwargs)


class Register(AuthView):
    @extend_schema(
        operation_id="auth_register",
        request=NewPerson,
        parameters=[TRANSPORT],
        responses={
            201: SignedIn,
            202: VerificationPending,
            403: FOREIGN,
            409: OpenApiResponse(FAILURE.ref, "Registered already"),
            429: TOO_OFTEN,
        },
    )
    def post(self, request: Request) -> Response:
        """Register with email address and password.

        Answers 202 where addresses have to be verified, the same for known and new ones.
        """
        outcome = sign_up(self.stranger, **read_body(NewPerson, request))
        if isinstance(outcome, Entered):
            return Response(Answer(as_shown(outcome), "Welcome."), status=status.HTTP_201_CREATED)
        pending = {
            "status": "email_verification_required",
            "session_token": outcome.session_token,
        }
        return Response(
            Answer(pending, "We have sent you a code."), status=status.HTTP_202_ACCEPTED
        )


class Login(AuthView):
    @extend_schema(
        operation_id="auth_login",
        request=Credentials,
        parameters=[TRANSPORT],
        responses={200: SignedIn, 401: WRONG, 403: FOREIGN, 429: TOO_OFTEN},
    )
    def post(self, request: Request) -> Response:
        """Sign in with email address and password."""
        entered = sign_in(self.stranger, **read_body(Credentials, request))
        return Response(as_shown(entered))


class RefreshTokens(AuthView):
    @extend_schema(
        operation_id="auth_refresh",
        request=Refresh,
        parameters=[TRANSPORT],
        responses={200: TokenPair, 401: WRONG, 403: FOREIGN, 429: TOO_OFTEN},
    )
    def post(self, request: Request) -> Response:
        """Spend a refresh token, of the body or of the cookie, for a new pair.

        It works once; presented again later, it ends the session it came from.
        """
        take(REFRESHES_FROM, neighbourhood(request))
        if self.by_cookie:
            pair = rotate(cookies.refresh_token_in(request))
        else:
            pair = rotate(read_body(Refresh, request)["refresh_token"])
        if pair is None:
            # The cookie stays: another tab may have been first, and its new one be in it.
            raise InvalidRefreshToken
        return Response(pair)


class Logout(AuthView):
    @extend_schema(
        operation_id="auth_logout",
        request=SignOut,
        parameters=[TRANSPORT],
        responses={204: None, 403: FOREIGN},
    )
    def post(self, request: Request) -> Response:
        """End the session of the access token (expired or not), or of the refresh token.

        Signing out twice is no mistake.
        """
        given = read_body(SignOut, request).get("refresh_token", "")
        bearer = get_authorization_header(request).decode("latin-1").partition(" ")[2].strip()
        response = Response(status=status.HTTP_204_NO_CONTENT)
        if self.by_cookie:
            given = cookies.refresh_token_in(request)
            cookies.forget_refresh_token(response)
        _end(bearer, "access")
        _end(given, "refresh")
        return response


def as_shown(entered: Entered) -> dict[str, Any]:
    return {"user": Me(entered.person).data, **entered.pair}


def _end(token: str, use: Use) -> None:
    try:
        end_session(read(token, use, even_expired=True).session_key)
    except InvalidToken:
        return
