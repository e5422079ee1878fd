"""Passwords: forgotten, reset, changed, asked for once more."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Answer
from core.api.fields import read_body
from core.limits import neighbourhood, take
from identity.api.bases import (
    FOREIGN,
    TOO_OFTEN,
    TRANSPORT,
    WRONG,
    AuthView,
    SessionView,
    own,
)
from identity.api.documents import (
    Done,
    ForgottenPassword,
    PasswordChange,
    PasswordReset,
    ResetLink,
    TokenPair,
)
from identity.limits import RESETS, RESETS_FROM
from identity.services.recovery import (
    change_password,
    holder_of,
    prove_password,
    reset_password,
    send_reset_link,
)

KEY = OpenApiParameter(
    "X-Password-Reset-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="What stands at the end of the link.",
)


class ForgotPassword(AuthView):
    @extend_schema(
        operation_id="auth_password_forgot",
        request=ForgottenPassword,
        responses={200: Done, 429: TOO_OFTEN},
    )
    def post(self, request: Request) -> Response:
        """Have a link sent that sets a new password; the same answer for unknown addresses."""
        email = read_body(ForgottenPassword, request)["email"]
        take(RESETS_FROM, neighbourhood(request))
        take(RESETS, email)
        send_reset_link(email=email)
        return Response(Answer({"status": "ok"}, "We have sent you a mail."))


class ResetPassword(AuthView):
    @extend_schema(
        operation_id="auth_password_reset_check",
        responses={200: ResetLink, 429: TOO_OFTEN},
        parameters=[KEY],
    )
    def get(self, request: Request) -> Response:
        """Whether a link still works; the key travels in a header, which no log shows."""
        take(RESETS_FROM, neighbourhood(request))
        person = holder_of(request.headers.get("X-Password-Reset-Key", ""))
        return Response({"email": person.email})

    @extend_schema(
        operation_id="auth_password_reset",
        request=PasswordReset,
        responses={200: Done, 429: TOO_OFTEN},
    )
    def post(self, request: Request) -> Response:
        """Set a new password by the link from the mail, once, within an hour.

        Every device is signed out, and a lock on the account is lifted.
        """
        take(RESETS_FROM, neighbourhood(request))
        reset_password(**read_body(PasswordReset, request))
        return Response(Answer({"status": "ok"}, "Sign in with your new password."))


class ChangePassword(SessionView):
    repeat_advice = "The password is the new one: sign in with it."

    @extend_schema(
        operation_id="auth_password_change",
        request=PasswordChange,
        parameters=[TRANSPORT],
        responses={200: TokenPair, 401: WRONG, 403: FOREIGN, 429: TOO_OFTEN},
    )
    def post(self, request: Request) -> Response:
        """Change the password; other devices are signed out, this one gets a new pair."""
        body = read_body(PasswordChange, request)
        person, session = own(request)
        prove_password(
            person=person,
            password=body["current_password"],
            field="current_password",
            origin=neighbourhood(request),
        )
        pair = change_password(
            actor=person, password=body["new_password"], session_key=session.session_key
        )
        return Response(Answer(pair, "Your password was changed."))
