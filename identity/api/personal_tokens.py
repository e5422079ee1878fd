"""Personal access tokens over HTTP; closed to themselves."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.actors import actor_of
from core.api.envelope import Answer
from core.api.fields import find_by_public_id, read_body
from core.api.permissions import SignedIn
from core.api.transactions import OneTransaction
from core.context import as_system
from core.errors import Invalid, NotFound
from identity.api.bases import confirm, operation, refused
from identity.api.documents import CreatedToken, NewToken, TokenDocument
from identity.models import PersonalToken as Token
from identity.services.personal_tokens import create_token, revoke_token

CLOSED = refused("With a personal token, or without a recent sign-in")
OFTEN = refused("Wrong passwords too often")
FULL = refused("Too many tokens")
UNKNOWN = refused("Not a token of yours")


class PersonalTokens(OneTransaction):
    permission_classes = [SignedIn]
    repeat_advice = "Revoke the token whose text was lost, then make another with a new key."

    @operation("tokens_list", {200: TokenDocument(many=True), 403: CLOSED})
    def get(self, request: Request) -> Response:
        """The tokens not revoked, newest first."""
        actor = actor_of(request)
        names = _names_of_workspaces(actor.person)
        tokens = Token.objects.visible_to(actor).order_by("-created_at", "-id")
        return Response([_shown(token, names) for token in tokens])

    @operation(
        "tokens_create", {201: CreatedToken, 403: CLOSED, 409: FULL, 429: OFTEN}, body=NewToken
    )
    def post(self, request: Request) -> Response:
        """Make a token for a program. Its text is in this answer and nowhere else."""
        actor = actor_of(request)
        wanted = read_body(NewToken, request)
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
    permission_classes = [SignedIn]

    @operation("tokens_revoke", {204: None, 403: CLOSED, 404: UNKNOWN})
    def delete(self, request: Request, pk: str) -> Response:
        """Revoke a token at once."""
        token = find_by_public_id(Token.objects.visible_to(actor_of(request)), pk)
        if token is None:
            raise NotFound
        revoke_token(actor=actor_of(request), token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)


# A token may be bound to workspaces of which this request's credential shows none.
@as_system("the names of one's own workspaces")
def _names_of_workspaces(person: User) -> dict[UUID, str]:
    """The public ids of the workspaces the person belongs to, by our own id."""
    there = person.memberships.filter(workspace__deleted_at=None)
    return dict(there.values_list("workspace_id", "workspace__public_id"))


def _chosen(wanted: list[str] | None, names: dict[UUID, str]) -> list[UUID] | None:
    """The workspaces named, each by either of its ids; the person must belong to all of them."""
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
