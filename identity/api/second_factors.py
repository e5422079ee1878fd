"""Second factors over HTTP, with passkeys and reauthentication."""

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Answer
from core.api.fields import read_body
from identity.allauth_bridge.sessions import in_new_session
from identity.api import documents, inputs
from identity.api.bases import (
    BEGIN_AGAIN,
    REFUSED,
    SESSION_TOKEN,
    SIGNED_IN,
    TOO_OFTEN,
    UNFINISHED,
    AuthView,
    SessionView,
    as_shown,
    operation,
    refused,
)
from identity.services import enrolment, second_factors

NEW_CODES = "Have new recovery codes made, with a new key."
WRONG_CODE = refused("`incorrect_code`: wrong, spent or too old")


class Factors(SessionView):
    @operation("mfa", {200: documents.Factor(many=True), 403: REFUSED[403]})
    def get(self, request: Request) -> Response:
        """The second factors of the person signed in."""
        found = self.in_own_session(second_factors.own_factors)
        return Response(documents.Factor(found, many=True).data)


class Totp(SessionView):
    repeat_advice = BEGIN_AGAIN

    @operation("mfa_totp_begin", {200: documents.Enrolment, **REFUSED})
    def post(self, request: Request) -> Response:
        """Begin to enrol an authenticator app; its first code activates it."""
        return Response(self.in_own_session(second_factors.begin_totp))

    @operation("mfa_totp_deactivate", {204: None, **REFUSED, 404: refused("None is enrolled")})
    def delete(self, request: Request) -> Response:
        """Remove the authenticator app; with the last factor recovery codes are removed, too."""
        self.in_own_session(second_factors.deactivate)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ActivateTotp(SessionView):
    repeat_advice = NEW_CODES

    @operation("mfa_totp_activate", {200: documents.RecoveryCodes, **REFUSED}, body=inputs.Code)
    def post(self, request: Request) -> Response:
        """Activate the authenticator app with its first code."""
        codes = self.in_own_session(second_factors.activate, **read_body(inputs.Code, request))
        return Response(Answer({"recovery_codes": codes}, "Two-factor authentication is on."))


class RecoveryCodes(SessionView):
    repeat_advice = NEW_CODES

    @operation("mfa_recovery_codes", {200: documents.RecoveryCodes, **REFUSED})
    def post(self, request: Request) -> Response:
        """Create new recovery codes; the old ones become void."""
        codes = self.in_own_session(second_factors.renew_recovery_codes)
        return Response({"recovery_codes": codes})


class Verify(AuthView):
    @operation("mfa_verify", {200: documents.SignedIn}, body=inputs.Code, is_second_step=True)
    def post(self, request: Request) -> Response:
        """Finish a sign-in that asked for a second factor (`mfa_required`)."""
        body = read_body(inputs.Code, request)
        return Response(as_shown(self.in_pending_session(second_factors.verify, **body)))


class Reauthenticate(SessionView):
    @operation("reauthenticate", {204: None, **SIGNED_IN, 429: TOO_OFTEN}, body=inputs.Proof)
    def post(self, request: Request) -> Response:
        """Reauthenticate by password or second factor; it counts for five minutes."""
        self.in_own_session(second_factors.prove_again, **read_body(inputs.Proof, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class EnrolmentCode(SessionView):
    @operation("mfa_enrolment_code", {200: documents.Done, **REFUSED})
    def post(self, request: Request) -> Response:
        """Mail the code that staff need before they enrol their first second factor."""
        self.in_own_session(enrolment.send_enrolment_code)
        return Response(Answer({"status": "ok"}, "We have sent you a code."))


class EnrolmentProof(SessionView):
    @operation(
        "mfa_enrolment_code_verify",
        {200: documents.Done, 400: WRONG_CODE, **REFUSED},
        body=inputs.Code,
    )
    def post(self, request: Request) -> Response:
        """Send the code from the mail; a factor may be enrolled within ten minutes."""
        self.in_own_session(enrolment.prove_mailbox, **read_body(inputs.Code, request))
        return Response(Answer({"status": "ok"}, "Enrol a second factor now."))


class BeginPasskey(SessionView):
    repeat_advice = BEGIN_AGAIN

    @operation("mfa_passkey_begin", {200: documents.CreationOptions, **REFUSED})
    def post(self, request: Request) -> Response:
        """Begin to enrol a passkey."""
        return Response({"options": self.in_own_session(second_factors.begin_passkey)})


class Passkeys(SessionView):
    repeat_advice = NEW_CODES

    @operation(
        "mfa_passkey_add", {201: documents.EnrolledPasskey, **REFUSED}, body=inputs.NewPasskey
    )
    def post(self, request: Request) -> Response:
        """Enrol a passkey; with the first factor recovery codes are shown, once."""
        body = read_body(inputs.NewPasskey, request)
        key, codes = self.in_own_session(second_factors.enrol_passkey, **body)
        shown = {"passkey": documents.Factor(key).data, "recovery_codes": codes}
        return Response(shown, status=status.HTTP_201_CREATED)


class Passkey(SessionView):
    @operation("mfa_passkey_remove", {204: None, **REFUSED, 404: refused("Not found")})
    def delete(self, request: Request, key_id: int) -> Response:
        """Remove a passkey; with the last factor recovery codes are removed, too."""
        self.in_own_session(second_factors.remove_passkey, key_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class BeginPasskeyLogin(AuthView):
    @operation("passkey_begin", {200: documents.LoginOptions, 429: TOO_OFTEN})
    def post(self, request: Request) -> Response:
        """Begin to sign in with a passkey."""
        with in_new_session(self.http_request) as inner:
            options, token = second_factors.begin_passkey_login(inner)
        return Response({"options": options, "session_token": token})


class PasskeyLogin(AuthView):
    @operation("passkey", {200: documents.SignedIn}, body=inputs.PasskeyAnswer, is_second_step=True)
    def post(self, request: Request) -> Response:
        """Sign in with a passkey, which counts as both factors."""
        body = read_body(inputs.PasskeyAnswer, request)
        return Response(as_shown(self.in_pending_session(second_factors.log_in_by_passkey, **body)))


class BeginVerifyPasskey(AuthView):
    @operation(
        "mfa_verify_passkey_begin",
        {200: documents.RequestOptions, **UNFINISHED},
        parameters=[SESSION_TOKEN],
    )
    def post(self, request: Request) -> Response:
        """Begin to finish, with a passkey, a sign-in that asked for a second factor."""
        return Response(
            {"options": self.in_pending_session(second_factors.begin_passkey_verification)}
        )


class VerifyPasskey(AuthView):
    @operation(
        "mfa_verify_passkey",
        {200: documents.SignedIn},
        body=inputs.PasskeyAnswer,
        is_second_step=True,
    )
    def post(self, request: Request) -> Response:
        """Finish, with a passkey, a sign-in that asked for a second factor."""
        body = read_body(inputs.PasskeyAnswer, request)
        return Response(as_shown(self.in_pending_session(second_factors.verify_passkey, **body)))


class BeginPasskeyProof(SessionView):
    repeat_advice = BEGIN_AGAIN

    @operation("reauthenticate_passkey_begin", {200: documents.RequestOptions, **SIGNED_IN})
    def post(self, request: Request) -> Response:
        """Begin to reauthenticate with a passkey."""
        return Response({"options": self.in_own_session(second_factors.begin_passkey_proof)})


class PasskeyProof(SessionView):
    @operation(
        "reauthenticate_passkey",
        {204: None, **SIGNED_IN, 429: TOO_OFTEN},
        body=inputs.PasskeyAnswer,
    )
    def post(self, request: Request) -> Response:
        """Reauthenticate with a passkey; it counts for five minutes."""
        self.in_own_session(
            second_factors.prove_again_by_passkey, **read_body(inputs.PasskeyAnswer, request)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
