"""Passkeys over HTTP: each ceremony begins with a challenge and ends with an answer to it."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import read_body
from core.api.schema import FAILURE
from identity.allauth_bridge.steps import as_newcomer, as_person, as_stranger
from identity.api import passkey_documents as serializers
from identity.api.documents import SignedIn
from identity.api.factor_documents import Factor
from identity.api.second_factors import (
    BEGIN_AGAIN,
    NEW_CODES,
    REFUSED,
    SESSION_TOKEN,
    UNFINISHED,
    FactorView,
)
from identity.api.sign_in import FOREIGN, TRANSPORT, AuthView, as_shown
from identity.services import passkeys

GONE = {404: OpenApiResponse(FAILURE.ref, "Not found")}


class BeginPasskey(FactorView):
    repeat_advice = BEGIN_AGAIN

    @extend_schema(
        operation_id="auth_mfa_passkey_begin",
        request=None,
        responses={200: serializers.CreationOptions, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Begin to enrol a passkey."""
        return Response({"options": as_person(self.stranger, passkeys.begin_enrolment)})


class Passkeys(FactorView):
    repeat_advice = NEW_CODES

    @extend_schema(
        operation_id="auth_mfa_passkey_add",
        request=serializers.NewPasskey,
        responses={201: serializers.EnrolledPasskey, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Enrol a passkey; recovery codes come with the first factor, once."""
        body = read_body(serializers.NewPasskey, request)
        key, codes = as_person(self.stranger, lambda inner: passkeys.enrol(inner, **body))
        shown = {"passkey": Factor(key).data, "recovery_codes": codes}
        return Response(shown, status=status.HTTP_201_CREATED)


class Passkey(FactorView):
    @extend_schema(operation_id="auth_mfa_passkey_remove", responses={204: None, **REFUSED, **GONE})
    def delete(self, request: Request, key_id: int) -> Response:
        """Remove a passkey; recovery codes go with the last factor."""
        as_person(self.stranger, lambda inner: passkeys.remove(inner, key_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class BeginPasskeyLogin(AuthView):
    @extend_schema(
        operation_id="auth_passkey_begin",
        request=None,
        responses={200: serializers.LoginOptions, 429: REFUSED[429]},
    )
    def post(self, request: Request) -> Response:
        """Begin to sign in with a passkey."""
        options, token = as_stranger(self.stranger, passkeys.begin_login)
        return Response({"options": options, "session_token": token})


class PasskeyLogin(AuthView):
    @extend_schema(
        operation_id="auth_passkey",
        request=serializers.PasskeyAnswer,
        parameters=[SESSION_TOKEN, TRANSPORT],
        responses={200: SignedIn, 403: FOREIGN, **UNFINISHED},
    )
    def post(self, request: Request) -> Response:
        """Sign in with a passkey, which is both factors in one."""
        body = read_body(serializers.PasskeyAnswer, request)
        entered = as_newcomer(self.stranger, lambda inner: passkeys.log_in(inner, **body))
        return Response(as_shown(entered))


class BeginVerifyPasskey(AuthView):
    @extend_schema(
        operation_id="auth_mfa_verify_passkey_begin",
        request=None,
        parameters=[SESSION_TOKEN],
        responses={200: serializers.RequestOptions, **UNFINISHED},
    )
    def post(self, request: Request) -> Response:
        """Begin to finish, with a passkey, a sign-in that asked for a second factor."""
        return Response({"options": as_newcomer(self.stranger, passkeys.begin_verification)})


class VerifyPasskey(AuthView):
    @extend_schema(
        operation_id="auth_mfa_verify_passkey",
        request=serializers.PasskeyAnswer,
        parameters=[SESSION_TOKEN, TRANSPORT],
        responses={200: SignedIn, 403: FOREIGN, **UNFINISHED},
    )
    def post(self, request: Request) -> Response:
        """Finish, with a passkey, a sign-in that asked for a second factor."""
        body = read_body(serializers.PasskeyAnswer, request)
        entered = as_newcomer(self.stranger, lambda inner: passkeys.verify(inner, **body))
        return Response(as_shown(entered))


class BeginPasskeyProof(FactorView):
    repeat_advice = BEGIN_AGAIN

    @extend_schema(
        operation_id="auth_reauthenticate_passkey_begin",
        request=None,
        responses={200: serializers.RequestOptions, 401: REFUSED[401], 403: REFUSED[403]},
    )
    def post(self, request: Request) -> Response:
        """Begin to prove oneself again with a passkey."""
        return Response({"options": as_person(self.stranger, passkeys.begin_proof)})


class PasskeyProof(FactorView):
    @extend_schema(
        operation_id="auth_reauthenticate_passkey",
        request=serializers.PasskeyAnswer,
        responses={204: None, 401: REFUSED[401], 403: REFUSED[403], 429: REFUSED[429]},
    )
    def post(self, request: Request) -> Response:
        """Prove oneself again with a passkey; it lasts five minutes."""
        body = read_body(serializers.PasskeyAnswer, request)
        as_person(self.stranger, lambda inner: passkeys.prove_again(inner, **body))
        return Response(status=status.HTTP_204_NO_CONTENT)
