"""Second factors over HTTP, and proving oneself again with one of them."""

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Answer
from core.api.fields import read_body
from identity.api.bases import (
    BEGIN_AGAIN,
    FOREIGN,
    REFUSED,
    SESSION_TOKEN,
    TRANSPORT,
    UNFINISHED,
    AuthView,
    SessionView,
    as_shown,
    operation,
    refused,
)
from identity.api.documents import Done, SignedIn
from identity.api.factor_documents import (
    Code,
    Enrolment,
    Factor,
    Proof,
)
from identity.api.factor_documents import RecoveryCodes as Codes
from identity.services import enrolment, second_factors

NEW_CODES = "Have new recovery codes made, with a new key."
WRONG_CODE = refused("`incorrect_code`: wrong, spent or too old")


class Factors(SessionView):
    @operation("mfa", {200: Factor(many=True), 403: REFUSED[403]})
    def get(self, request: Request) -> Response:
        """The second factors of the person signed in."""
        with self.own_session() as inner:
            found = second_factors.own_factors(inner)
        return Response(Factor(found, many=True).data)


class Totp(SessionView):
    repeat_advice = BEGIN_AGAIN

    @operation("mfa_totp_begin", {200: Enrolment, **REFUSED})
    def post(self, request: Request) -> Response:
        """Begin to enrol an authenticator app; it counts once a code of it has been sent."""
        with self.own_session() as inner:
            return Response(Enrolment(second_factors.begin_totp(inner)).data)

    @operation("mfa_totp_deactivate", {204: None, **REFUSED, 404: refused("None is enrolled")})
    def delete(self, request: Request) -> Response:
        """Remove the authenticator app; recovery codes go with the last factor."""
        with self.own_session() as inner:
            second_factors.deactivate(inner)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ActivateTotp(SessionView):
    repeat_advice = NEW_CODES

    @operation("mfa_totp_activate", {200: Codes, **REFUSED}, body=Code)
    def post(self, request: Request) -> Response:
        """Switch the authenticator app on with its first code."""
        code = read_body(Code, request)["code"]
        with self.own_session() as inner:
            codes = second_factors.activate(inner, code)
        return Response(Answer({"recovery_codes": codes}, "Two-factor authentication is on."))


class RecoveryCodes(SessionView):
    repeat_advice = NEW_CODES

    @operation("mfa_recovery_codes", {200: Codes, **REFUSED})
    def post(self, request: Request) -> Response:
        """Make new recovery codes; the old ones end."""
        with self.own_session() as inner:
            return Response({"recovery_codes": second_factors.renew_recovery_codes(inner)})


class Verify(AuthView):
    @operation(
        "mfa_verify",
        {200: SignedIn, 403: FOREIGN, **UNFINISHED},
        body=Code,
        parameters=[SESSION_TOKEN, TRANSPORT],
    )
    def post(self, request: Request) -> Response:
        """Finish a sign-in that asked for a second factor (`mfa_required`)."""
        code = read_body(Code, request)["code"]
        with self.pending_session() as inner:
            return Response(as_shown(second_factors.verify(inner, code)))


class Reauthenticate(SessionView):
    @operation(
        "reauthenticate",
        {204: None, 401: REFUSED[401], 403: REFUSED[403], 429: REFUSED[429]},
        body=Proof,
    )
    def post(self, request: Request) -> Response:
        """Prove oneself again, by password or by second factor; it lasts five minutes."""
        proof = read_body(Proof, request)
        with self.own_session() as inner:
            second_factors.prove_again(inner, **proof)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EnrolmentCode(SessionView):
    @operation("mfa_enrolment_code", {200: Done, **REFUSED})
    def post(self, request: Request) -> Response:
        """Have a code mailed that staff need before they enrol a first second factor."""
        with self.own_session() as inner:
            enrolment.send_enrolment_code(inner)
        return Response(Answer({"status": "ok"}, "We have sent you a code."))


class EnrolmentProof(SessionView):
    @operation("mfa_enrolment_code_verify", {200: Done, 400: WRONG_CODE, **REFUSED}, body=Code)
    def post(self, request: Request) -> Response:
        """Enter the code from the mail; a factor may be enrolled in the next ten minutes."""
        code = read_body(Code, request)["code"]
        with self.own_session() as inner:
            enrolment.prove_mailbox(inner, code)
        return Response(Answer({"status": "ok"}, "Enrol a second factor now."))
