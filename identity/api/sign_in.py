"""Registration, verification of addresses, sign-in and tokens over HTTP."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.authentication import get_authorization_header
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.envelope import Answer
from core.api.fields import read_body
from core.errors import Unauthenticated
from core.limits import client_network, take
from identity.allauth_bridge.sessions import InvalidSessionToken
from identity.api import cookies, documents, inputs
from identity.api.authentication import CookieAuthentication
from identity.api.bases import (
    TOO_OFTEN,
    UNFINISHED,
    AuthView,
    PersonView,
    as_shown,
    operation,
    refused,
)
from identity.limits import CODES_FROM, EXCHANGES, EXCHANGES_FROM, EXCHANGES_OF, REFRESHES_FROM
from identity.services import sign_in
from identity.services.sessions import end_session
from identity.services.tokens import InvalidToken, Use, issue, read, rotate

CSRF_TOKEN = OpenApiParameter("X-CSRFToken", str, OpenApiParameter.HEADER, required=True)
TOKEN = OpenApiParameter(
    "X-Session-Token", str, OpenApiParameter.HEADER, description="From register or login."
)
KNOWN = refused("Registered already")
NOTHING = refused("No code is waiting, or too many were wrong")
NOT_YET = refused("Not signed in, or not yet: `mfa_required`")


class InvalidRefreshToken(Unauthenticated):
    message = "This refresh token is not valid (any more)."


class Register(AuthView):
    @operation(
        "register",
        {201: documents.SignedIn, 202: documents.VerificationPending, 409: KNOWN, 429: TOO_OFTEN},
        body=inputs.NewPerson,
        has_pair=True,
    )
    def post(self, request: Request) -> Response:
        """Register with email address and password.

        Answers 202 if addresses have to be verified, both for known and for new ones.
        """
        try:
            entered = sign_in.sign_up(self.http_request, **read_body(inputs.NewPerson, request))
        except sign_in.EmailVerificationRequired as pending:
            shown = {"status": pending.code, **pending.facts}
            answer = Answer(shown, "We have sent you a code.")
            return Response(answer, status=status.HTTP_202_ACCEPTED)
        return Response(Answer(as_shown(entered), "Welcome."), status=status.HTTP_201_CREATED)


class Login(AuthView):
    @operation(
        "login", {200: documents.SignedIn, **UNFINISHED}, body=inputs.Credentials, has_pair=True
    )
    def post(self, request: Request) -> Response:
        """Sign in with email address and password."""
        body = read_body(inputs.Credentials, request)
        return Response(as_shown(sign_in.sign_in(self.http_request, **body)))


class RefreshTokens(AuthView):
    @operation(
        "refresh", {200: documents.TokenPair, **UNFINISHED}, body=inputs.Refresh, has_pair=True
    )
    def post(self, request: Request) -> Response:
        """Exchange a refresh token, of the body or the cookie, for a new pair.

        It works once; if it is sent again later, its session ends.
        """
        take(REFRESHES_FROM, client_network(request))
        if self.by_cookie:
            pair = rotate(cookies.refresh_token_in(request))
        else:
            pair = rotate(read_body(inputs.Refresh, request)["refresh_token"])
        if pair is None:
            # The cookie is not deleted: it may have the new token of another tab, which was first.
            raise InvalidRefreshToken
        return Response(pair)


class Logout(AuthView):
    @operation("logout", {204: None}, body=inputs.SignOut, has_pair=True)
    def post(self, request: Request) -> Response:
        """End the session of the access token, even an expired one, or of the refresh token.

        Signing out twice is no error.
        """
        given = read_body(inputs.SignOut, request).get("refresh_token", "")
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


class VerifyEmail(AuthView):
    @operation(
        "email_verify",
        {200: documents.Verified, **UNFINISHED, 409: NOTHING},
        body=inputs.VerificationCode,
        parameters=[TOKEN],
        has_pair=True,
    )
    def post(self, request: Request) -> Response:
        """Verify an address with the code from the mail, and sign in.

        Three codes may be tried in the session they were sent for. If verification is
        optional, the key of the link in the mail is sent instead, and no token is needed.
        """
        code = read_body(inputs.VerificationCode, request)["code"]
        take(CODES_FROM, client_network(request))
        session_key = self.pending_session_key()
        entered = sign_in.verify_address(self.http_request, session_key=session_key, code=code)
        tokens = as_shown(entered) if entered else {}
        return Response(Answer({"status": "verified", **tokens}, "Your address is verified."))


class ResendCode(PersonView):
    kept_answers = frozenset({"POST"})

    @operation(
        "email_resend", {200: documents.Done, **UNFINISHED, 409: NOTHING}, parameters=[TOKEN]
    )
    def post(self, request: Request) -> Response:
        """Mail another code for a pending sign-in, or a link to a person signed in."""
        if session_key := self.pending_session_key():
            sign_in.resend_code(self.http_request, session_key=session_key)
        elif isinstance(request.user, User):
            sign_in.send_link(self.http_request, person=request.user)
        else:
            raise InvalidSessionToken
        return Response(Answer({"status": "ok"}, "Sent."))


class ExchangeSession(AuthView):
    """Accepts the session cookie only."""

    authentication_classes = [CookieAuthentication]

    def get_authenticate_header(self, request: Request) -> str:
        return "Session"

    @operation(
        "session_exchange",
        {200: documents.SignedIn, 401: NOT_YET, 403: refused("No CSRF token"), 429: TOO_OFTEN},
        parameters=[CSRF_TOKEN],
        has_pair=True,
    )
    def post(self, request: Request) -> Response:
        """Exchange the session cookie, with its CSRF token, for a pair of tokens of that session.

        A sign-in that waits for its second factor is refused with a `session_token` to finish it.
        The exchange is no new sign-in: what needs a recent one still needs it.
        """
        take(EXCHANGES_FROM, client_network(request))
        if not request.user.is_authenticated:
            CookieAuthentication().enforce_csrf(request)
            raise sign_in.what_is_missing(self.http_request) or Unauthenticated
        person, session_key = request.user, str(self.http_request.session.session_key)
        take(EXCHANGES, session_key)
        take(EXCHANGES_OF, str(person.pk))
        pair = issue(person, session_key)
        if pair is None:
            raise Unauthenticated
        return Response(as_shown(sign_in.Entered(person, pair)))
