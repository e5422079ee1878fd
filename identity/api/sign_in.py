"""Registration, sign-in and tokens."""

from rest_framework import status
from rest_framework.authentication import get_authorization_header
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Answer
from core.api.fields import read_body
from core.errors import Unauthenticated
from core.limits import client_network, take
from identity.api import cookies
from identity.api.bases import (
    FOREIGN,
    TOO_OFTEN,
    TRANSPORT,
    WRONG,
    AuthView,
    as_shown,
    operation,
    refused,
)
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
from identity.services.refresh_tokens import rotate
from identity.services.sessions import end_session
from identity.services.sign_in import EmailVerificationRequired, sign_in, sign_up
from identity.services.tokens import InvalidToken, Use, read


class InvalidRefreshToken(Unauthenticated):
    message = "This refresh token is not valid (any more)."


class Register(AuthView):
    @operation(
        "register",
        {
            201: SignedIn,
            202: VerificationPending,
            403: FOREIGN,
            409: refused("Registered already"),
            429: TOO_OFTEN,
        },
        body=NewPerson,
        parameters=[TRANSPORT],
    )
    def post(self, request: Request) -> Response:
        """Register with email address and password.

        Answers 202 where addresses have to be verified, the same for known and new ones.
        """
        try:
            entered = sign_up(self.http_request, **read_body(NewPerson, request))
        except EmailVerificationRequired as pending:
            shown = {"status": pending.code, **pending.facts}
            answer = Answer(shown, "We have sent you a code.")
            return Response(answer, status=status.HTTP_202_ACCEPTED)
        return Response(Answer(as_shown(entered), "Welcome."), status=status.HTTP_201_CREATED)


class Login(AuthView):
    @operation(
        "login",
        {200: SignedIn, 401: WRONG, 403: FOREIGN, 429: TOO_OFTEN},
        body=Credentials,
        parameters=[TRANSPORT],
    )
    def post(self, request: Request) -> Response:
        """Sign in with email address and password."""
        entered = sign_in(self.http_request, **read_body(Credentials, request))
        return Response(as_shown(entered))


class RefreshTokens(AuthView):
    @operation(
        "refresh",
        {200: TokenPair, 401: WRONG, 403: FOREIGN, 429: TOO_OFTEN},
        body=Refresh,
        parameters=[TRANSPORT],
    )
    def post(self, request: Request) -> Response:
        """Spend a refresh token, of the body or of the cookie, for a new pair.

        It works once; presented again later, it ends the session it came from.
        """
        take(REFRESHES_FROM, client_network(request))
        if self.by_cookie:
            pair = rotate(cookies.refresh_token_in(request))
        else:
            pair = rotate(read_body(Refresh, request)["refresh_token"])
        if pair is None:
            # The cookie stays: another tab may have been first, and its new one be in it.
            raise InvalidRefreshToken
        return Response(pair)


class Logout(AuthView):
    @operation("logout", {204: None, 403: FOREIGN}, body=SignOut, parameters=[TRANSPORT])
    def post(self, request: Request) -> Response:
        """End the session of the access token (expired or not), or of the refresh token.

        Signing out twice is no mistake.
        """
        given = read_body(SignOut, request).get("refresh_token", "")
        bearer = get_authorization_header(request).decode("latin-1").partition(" ")[2].strip()
        response = Response(status=status.HTTP_204_NO_CONTENT)
        if self.by_cookie:
            given = cookies.refresh_token_in(request)
            cookies.delete_refresh_token(response)
        _end(bearer, "access")
        _end(given, "refresh")
        return response


def _end(token: str, use: Use) -> None:
    try:
        end_session(read(token, use, even_expired=True).session_key)
    except InvalidToken:
        return
