"""Proving an e-mail address."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Answer
from core.api.fields import read_body
from core.api.schema import FAILURE
from identity.api.documents import Done, VerificationCode, Verified
from identity.api.person_view import PersonView
from identity.api.sign_in import FOREIGN, TOO_OFTEN, TRANSPORT, WRONG, AuthView, as_shown
from identity.services.verification import resend_code, send_link, verify_address

TOKEN = OpenApiParameter(
    "X-Session-Token", str, OpenApiParameter.HEADER, description="From register or login."
)
NOTHING = OpenApiResponse(FAILURE.ref, "No code is waiting, or too many were wrong")


class VerifyEmail(AuthView):
    @extend_schema(
        operation_id="auth_email_verify",
        request=VerificationCode,
        responses={200: Verified, 401: WRONG, 403: FOREIGN, 409: NOTHING, 429: TOO_OFTEN},
        parameters=[TOKEN, TRANSPORT],
    )
    def post(self, request: Request) -> Response:
        """Prove an address with the code from the mail, and be signed in.

        Three codes may be tried in the session they were sent for. Where verification is
        optional, the key of the link in the mail is sent instead, and no token is needed.
        """
        entered = verify_address(self.stranger, **read_body(VerificationCode, request))
        tokens = as_shown(entered) if entered else {}
        return Response(Answer({"status": "verified", **tokens}, "Your address is verified."))


class ResendCode(PersonView):
    kept_answers = frozenset({"POST"})

    @extend_schema(
        operation_id="auth_email_resend",
        request=None,
        responses={200: Done, 401: WRONG, 409: NOTHING, 429: TOO_OFTEN},
        parameters=[TOKEN],
    )
    def post(self, request: Request) -> Response:
        """Send another code to the pending sign-in; to somebody signed in, a link."""
        if request.user.is_authenticated and "X-Session-Token" not in request.headers:
            send_link(self.stranger, person=request.user)
        else:
            resend_code(self.stranger)
        return Response(Answer({"status": "ok"}, "Sent."))
