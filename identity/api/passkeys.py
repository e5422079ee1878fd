"""Passkeys over HTTP: each ceremony begins with a challenge and ends with an answer to it."""

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import read_body
from identity.allauth_bridge.sessions import in_new_session
from identity.api import passkey_documents as serializers
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
from identity.api.documents import SignedIn
from identity.api.factor_documents import Factor
from identity.api.second_factors import NEW_CODES
from identity.services import passkeys

GONE = {404: refused("Not found")}


class BeginPasskey(SessionView):
    repeat_advice = BEGIN_AGAIN

    @operation("mfa_passkey_begin", {200: serializers.CreationOptions, **REFUSED})
    def post(self, request: Request) -> Response:
        """Begin to enrol a passkey."""
        with self.own_session() as inner:
            return Response({"options": passkeys.begin_enrolment(inner)})


class Passkeys(SessionView):
    repeat_advice = NEW_CODES

    @operation(
        "mfa_passkey_add",
        {201: serializers.EnrolledPasskey, **REFUSED},
        body=serializers.NewPasskey,
    )
    def post(self, request: Request) -> Response:
        """Enrol a passkey; recovery codes come with the first factor, once."""
        body = read_body(serializers.NewPasskey, request)
        with self.own_session() as inner:
            key, codes = passkeys.enrol(inner, **body)
        shown = {"passkey": Factor(key).data, "recovery_codes": codes}
        return Response(shown, status=status.HTTP_201_CREATED)


class Passkey(SessionView):
    @operation("mfa_passkey_remove", {204: None, **REFUSED, **GONE})
    def delete(self, request: Request, key_id: int) -> Response:
        """Remove a passkey; recovery codes go with the last factor."""
        with self.own_session() as inner:
            passkeys.remove(inner, key_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class BeginPasskeyLogin(AuthView):
    @operation("passkey_begin", {200: serializers.LoginOptions, 429: REFUSED[429]})
    def post(self, request: Request) -> Response:
        """Begin to sign in with a passkey."""
        with in_new_session(self.http_request) as inner:
            options, token = passkeys.begin_login(inner)
        return Response({"options": options, "session_token": token})


class PasskeyLogin(AuthView):
    @operation(
        "passkey",
        {200: SignedIn, 403: FOREIGN, **UNFINISHED},
        body=serializers.PasskeyAnswer,
        parameters=[SESSION_TOKEN, TRANSPORT],
    )
    def post(self, request: Request) -> Response:
        """Sign in with a passkey, which is both factors in one."""
        body = read_body(serializers.PasskeyAnswer, request)
        with self.pending_session() as inner:
            return Response(as_shown(passkeys.log_in(inner, **body)))


class BeginVerifyPasskey(AuthView):
    @operation(
        "mfa_verify_passkey_begin",
        {200: serializers.RequestOptions, **UNFINISHED},
        parameters=[SESSION_TOKEN],
    )
    def post(self, request: Request) -> Response:
        """Begin to finish, with a passkey, a sign-in that asked for a second factor."""
        with self.pending_session() as inner:
            return Response({"options": passkeys.begin_verification(inner)})


class VerifyPasskey(AuthView):
    @operation(
        "mfa_verify_passkey",
        {200: SignedIn, 403: FOREIGN, **UNFINISHED},
        body=serializers.PasskeyAnswer,
        parameters=[SESSION_TOKEN, TRANSPORT],
    )
    def post(self, request: Request) -> Response:
        """Finish, with a passkey, a sign-in that asked for a second factor."""
        body = read_body(serializers.PasskeyAnswer, request)
        with self.pending_session() as inner:
            return Response(as_shown(passkeys.verify(inner, **body)))


class BeginPasskeyProof(SessionView):
    repeat_advice = BEGIN_AGAIN

    @operation(
        "reauthenticate_passkey_begin",
        {200: serializers.RequestOptions, 401: REFUSED[401], 403: REFUSED[403]},
    )
    def post(self, request: Request) -> Response:
        """Begin to prove oneself again with a passkey."""
        with self.own_session() as inner:
            return Response({"options": passkeys.begin_proof(inner)})


class PasskeyProof(SessionView):
    @operation(
        "reauthenticate_passkey",
        {204: None, 401: REFUSED[401], 403: REFUSED[403], 429: REFUSED[429]},
        body=serializers.PasskeyAnswer,
    )
    def post(self, request: Request) -> Response:
        """Prove oneself again with a passkey; it lasts five minutes."""
        body = read_body(serializers.PasskeyAnswer, request)
        with self.own_session() as inner:
            passkeys.prove_again(inner, **body)
        return Response(status=status.HTTP_204_NO_CONTENT)
