"""One's own account over HTTP: devices, password, personal tokens, deletion."""

from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import Myself
from accounts.models import User
from accounts.services.deletion import delete_person
from core.api.actors import actor_of
from core.api.envelope import Answer
from core.api.fields import read_body
from core.api.permissions import IsSignedIn
from core.api.public_ids import find_by_public_id
from core.api.transactions import OneTransaction
from core.context import as_system
from core.errors import Invalid, NotFound
from core.limits import client_network, take
from identity.api import documents, inputs
from identity.api.bases import (
    TOO_OFTEN,
    UNFINISHED,
    WRONG,
    AuthView,
    SessionView,
    confirm,
    operation,
    own,
    refused,
)
from identity.limits import RESETS, RESETS_FROM
from identity.models import PersonalToken as Token
from identity.services import recovery
from identity.services.personal_tokens import create_token, revoke_token
from identity.services.reset_links import holder_of
from identity.services.sessions import end_session

KEY = OpenApiParameter(
    "X-Password-Reset-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="What stands at the end of the link.",
)
UNCONFIRMED = refused("Neither the password nor a recent sign-in")
NEEDED = refused("Workspaces depend on the person; `workspaces` names them")
OFTEN = refused("Tried too often")
UNKNOWN = refused("No device of yours")
CLOSED = refused("With a personal token, or without a recent sign-in")
WRONG_TOO_OFTEN = refused("Wrong passwords too often")
FULL = refused("Too many tokens")
NO_TOKEN = refused("Not a token of yours")


class OwnAccount(Myself):
    @operation(
        "me_delete",
        {204: None, 403: UNCONFIRMED, 409: NEEDED, 429: OFTEN},
        body=inputs.AccountDeletion,
    )
    def delete(self, request: Request) -> Response:
        """Delete the account for good.

        Needs `{"password": …}` in the body or a sign-in within minutes. Tasks are unassigned,
        comments stay as a deleted user's, workspaces nobody else belongs to are deleted.
        """
        confirm(request, read_body(inputs.AccountDeletion, request).get("password"))
        actor = actor_of(request)
        delete_person(actor=actor, person=actor.person)
        return Response(status=status.HTTP_204_NO_CONTENT)


def devices_of(person: User) -> Any:
    """The devices with a session that has not expired; Any, as allauth's models have no types."""
    living = Session.objects.filter(expire_date__gt=Now()).values("session_key")
    return UserSession.objects.filter(user=person, session_key__in=living)


class Devices(SessionView):
    @operation("devices", {200: documents.DeviceShown(many=True), 401: WRONG})
    def get(self, request: Request) -> Response:
        """The devices that are signed in, the one seen last first."""
        person, here = own(request)
        devices = list(devices_of(person).order_by("-last_seen_at", "-pk"))
        for device in devices:
            device.is_current = device.session_key == here.session_key
        return Response(documents.DeviceShown(devices, many=True).data)


class Device(SessionView):
    @operation("device_sign_out", {204: None, 401: WRONG, 404: UNKNOWN})
    def delete(self, request: Request, device_id: int) -> Response:
        """Sign a device out: its tokens are refused from its next request on."""
        device = devices_of(own(request)[0]).filter(pk=device_id).first()
        if device is None:
            raise NotFound
        end_session(device.session_key)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ForgotPassword(AuthView):
    @operation(
        "password_forgot", {200: documents.Done, 429: TOO_OFTEN}, body=inputs.ForgottenPassword
    )
    def post(self, request: Request) -> Response:
        """Mail a link that sets a new password; unknown addresses get the same answer."""
        email = read_body(inputs.ForgottenPassword, request)["email"]
        take(RESETS_FROM, client_network(request))
        take(RESETS, email)
        recovery.send_reset_link(email=email)
        return Response(Answer({"status": "ok"}, "We have sent you a mail."))


class ResetPassword(AuthView):
    @operation("password_reset_check", {200: documents.ResetLink, 429: TOO_OFTEN}, parameters=[KEY])
    def get(self, request: Request) -> Response:
        """Whether a link still works; its key is sent in a header, as paths are logged."""
        take(RESETS_FROM, client_network(request))
        person = holder_of(request.headers.get("X-Password-Reset-Key", ""))
        return Response({"email": person.email})

    @operation("password_reset", {200: documents.Done, 429: TOO_OFTEN}, body=inputs.PasswordReset)
    def post(self, request: Request) -> Response:
        """Set a new password by the link from the mail, once, within an hour.

        Every device is signed out, and a lock on the account is lifted.
        """
        take(RESETS_FROM, client_network(request))
        recovery.reset_password(**read_body(inputs.PasswordReset, request))
        return Response(Answer({"status": "ok"}, "Sign in with your new password."))


class ChangePassword(SessionView):
    repeat_advice = "The password is the new one: sign in with it."

    @operation(
        "password_change",
        {200: documents.TokenPair, **UNFINISHED},
        body=inputs.PasswordChange,
        has_pair=True,
    )
    def post(self, request: Request) -> Response:
        """Change the password; other devices are signed out, this one gets a new pair."""
        body = read_body(inputs.PasswordChange, request)
        person, session = own(request)
        recovery.prove_password(
            person=person,
            password=body["current_password"],
            field="current_password",
            origin=client_network(request),
        )
        pair = recovery.change_password(
            actor=actor_of(request), password=body["new_password"], session_key=session.session_key
        )
        return Response(Answer(pair, "Your password was changed."))


class PersonalTokens(OneTransaction):
    permission_classes = [IsSignedIn]
    repeat_advice = "Revoke the token whose text was lost, then make another with a new key."

    @operation("tokens_list", {200: documents.TokenDocument(many=True), 403: CLOSED})
    def get(self, request: Request) -> Response:
        """The tokens not revoked, newest first."""
        actor = actor_of(request)
        names = _names_of_workspaces(actor.person)
        tokens = Token.objects.visible_to(actor).order_by("-created_at", "-id")
        return Response([_shown(token, names) for token in tokens])

    @operation(
        "tokens_create",
        {201: documents.CreatedToken, 403: CLOSED, 409: FULL, 429: WRONG_TOO_OFTEN},
        body=inputs.NewToken,
    )
    def post(self, request: Request) -> Response:
        """Create a token for a program. Its text is only shown in this answer."""
        actor = actor_of(request)
        wanted = read_body(inputs.NewToken, request)
        confirm(request, wanted.get("password"))
        names = _names_of_workspaces(actor.person)
        token, text = create_token(
            actor=actor,
            name=wanted["name"],
            scopes=wanted["scopes"],
            workspace_ids=_chosen(wanted["workspace_ids"], names),
            days=wanted["expires_in_days"],
        )
        shown = {**_shown(token, names), "token": text}
        message = "Copy the token now; it cannot be shown again."
        return Response(
            Answer(shown, message),
            status=status.HTTP_201_CREATED,
            headers={"Cache-Control": "no-store"},
        )


class PersonalToken(OneTransaction):
    permission_classes = [IsSignedIn]

    @operation("tokens_revoke", {204: None, 403: CLOSED, 404: NO_TOKEN})
    def delete(self, request: Request, pk: str) -> Response:
        """Revoke a token at once."""
        token = find_by_public_id(Token.objects.visible_to(actor_of(request)), pk)
        if token is None:
            raise NotFound
        revoke_token(actor=actor_of(request), token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)


# A token may be bound to workspaces that this request's credential does not show.
@as_system("the names of one's own workspaces")
def _names_of_workspaces(person: User) -> dict[UUID, str]:
    """The public ids of the workspaces the person belongs to, by our own id."""
    there = person.memberships.filter(workspace__deleted_at=None)
    return dict(there.values_list("workspace_id", "workspace__public_id"))


def _chosen(wanted: list[str] | None, names: dict[UUID, str]) -> list[UUID] | None:
    """Our ids of the workspaces named by either id; Invalid unless the person is in all."""
    if wanted is None:
        return None
    known = {name: pk for pk, name in names.items()} | {str(pk): pk for pk in names}
    if unknown := [name for name in wanted if name not in known]:
        raise Invalid(errors={"workspace_ids": [f"Not found: {name}." for name in unknown]})
    return [known[name] for name in wanted]


def _shown(token: Token, names: dict[UUID, str]) -> dict[str, Any]:
    bound = token.workspace_ids
    fields = ("id", "name", "scopes", "created_at", "expires_at", "last_used_at")
    return {
        **{name: getattr(token, name) for name in fields},
        "workspace_ids": None if bound is None else [names.get(pk, str(pk)) for pk in bound],
    }
