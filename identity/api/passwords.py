"""Passwords: forgotten, reset, changed, asked for once more."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.actors import actor_of
from core.api.envelope import Answer
from core.api.fields import read_body
from core.limits import client_network, take
from identity.api.bases import (
    FOREIGN,
    TOO_OFTEN,
    TRANSPORT,
    WRONG,
    AuthView,
    SessionView,
    operation,
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
    @operation("password_forgot", {200: Done, 429: TOO_OFTEN}, body=ForgottenPassword)
    def post(self, request: Request) -> Response:
        """Have a link sent that sets a new password; the same answer for unknown addresses."""
        email = read_body(ForgottenPassword, request)["email"]
        take(RESETS_FROM, client_network(request))
        take(RESETS, email)
        send_reset_link(email=email)
        return Response(Answer({"status": "ok"}, "We have sent you a mail."))


class ResetPassword(AuthView):
    @operation("password_reset_check", {200: ResetLink, 429: TOO_OFTEN}, parameters=[KEY])
    def get(self, request: Request) -> Response:
        """Whether a link still works; the key travels in a header, which no log shows."""
        take(RESETS_FROM, client_network(request))
        person = holder_of(request.headers.get("X-Password-Reset-Key", ""))
        return Response({"email": person.email})

    @operation("password_reset", {200: Done, 429: TOO_OFTEN}, body=PasswordReset)
    def post(self, request: Request) -> Response:
        """Set a new password by the link from the mail, once, within an hour.

        Every device is signed out, and a lock on the account is lifted.
        """
        take(RESETS_FROM, client_network(request))
        reset_password(**read_body(PasswordReset, request))
        return Response(Answer({"status": "ok"}, "Sign in with your new password."))


class ChangePassword(SessionView):
    repeat_advice = "The password is the new one: sign in with it."

    @operation(
        "password_change",
        {200: TokenPair, 401: WRONG, 403: FOREIGN, 429: TOO_OFTEN},
        body=PasswordChange,
        parameters=[TRANSPORT],
    )
    def post(self, request: Request) -> Response:
        """Change the password; other devices are signed out, this one gets a new pair."""
        body = read_body(PasswordChange, request)
        person, session = own(request)
        prove_password(
            person=person,
            password=body["current_password"],
            field="current_password",
            origin=client_network(request),
        )
        pair = change_password(
            actor=actor_of(request), password=body["new_password"], session_key=session.session_key
        )
        return Response(Answer(pair, "Your password was changed."))
