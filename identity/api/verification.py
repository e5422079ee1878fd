"""Proving an e-mail address."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.envelope import Answer
from core.api.fields import read_body
from core.limits import client_network, take
from identity.allauth_bridge.sessions import InvalidSessionToken
from identity.api.bases import (
    FOREIGN,
    TOO_OFTEN,
    TRANSPORT,
    WRONG,
    AuthView,
    PersonView,
    as_shown,
    operation,
    refused,
)
from identity.api.documents import Done, VerificationCode, Verified
from identity.limits import CODES_FROM
from identity.services.verification import resend_code, send_link, verify_address

TOKEN = OpenApiParameter(
    "X-Session-Token", str, OpenApiParameter.HEADER, description="From register or login."
)
NOTHING = refused("No code is waiting, or too many were wrong")


class VerifyEmail(AuthView):
    @operation(
        "email_verify",
        {200: Verified, 401: WRONG, 403: FOREIGN, 409: NOTHING, 429: TOO_OFTEN},
        body=VerificationCode,
        parameters=[TOKEN, TRANSPORT],
    )
    def post(self, request: Request) -> Response:
        """Prove an address with the code from the mail, and be signed in.

        Three codes may be tried in the session they were sent for. Where verification is
        optional, the key of the link in the mail is sent instead, and no token is needed.
        """
        code = read_body(VerificationCode, request)["code"]
        take(CODES_FROM, client_network(request))
        session_key = self.pending_session_key()
        entered = verify_address(self.http_request, session_key=session_key, code=code)
        tokens = as_shown(entered) if entered else {}
        return Response(Answer({"status": "verified", **tokens}, "Your address is verified."))


class ResendCode(PersonView):
    kept_answers = frozenset({"POST"})

    @operation(
        "email_resend", {200: Done, 401: WRONG, 409: NOTHING, 429: TOO_OFTEN}, parameters=[TOKEN]
    )
    def post(self, request: Request) -> Response:
        """Send another code to the pending sign-in; to somebody signed in, a link."""
        if session_key := self.pending_session_key():
            resend_code(self.http_request, session_key=session_key)
        elif isinstance(request.user, User):
            send_link(self.http_request, person=request.user)
        else:
            raise InvalidSessionToken
        return Response(Answer({"status": "ok"}, "Sent."))
