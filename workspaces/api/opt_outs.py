"""The page behind the opt-out link of a mail: GET shows the effect, only POST carries it out."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.actor import Actor
from core.api.fields import Input
from core.context import as_system
from core.errors import NotFound
from workspaces.api.opt_out_page import PAGE, PAGE_OF_A_BODY, PageOfALink
from workspaces.models import Workspace
from workspaces.services.opt_out_links import read_token
from workspaces.services.opt_out_records import lift_opt_out
from workspaces.services.opt_outs import effect_of, opt_out

LEAVE, ALLOW = "leave", "allow"
BY_LINK = Actor.system("the link of a mail")


class OptOutAnswer(Input):
    """The form's button; a mail program's one-click request (RFC 8058) has none and means leave."""

    action = serializers.ChoiceField([LEAVE, ALLOW], default=LEAVE)


class OptOuts(PageOfALink):
    """The opt-out page."""

    @extend_schema(responses=PAGE)
    @as_system("a workspace whose mail somebody may not want")
    def get(self, request: Request, token: str) -> Response:
        """Show what the link would do; changes nothing, because mail scanners open links."""
        return _page(*_read_link(token))

    @extend_schema(request=OptOutAnswer, responses=PAGE_OF_A_BODY)
    @as_system("a workspace whose mail somebody does not want")
    def post(self, request: Request, token: str) -> Response:
        """Leave the workspace and refuse to be added again (`leave`), or permit it (`allow`)."""
        workspace, recipient_id = _read_link(token)
        answer = OptOutAnswer(data=request.data)
        answer.is_valid(raise_exception=True)
        if answer.validated_data["action"] == ALLOW:
            lift_opt_out(actor=BY_LINK, workspace=workspace, recipient_ids={recipient_id})
        else:
            opt_out(workspace=workspace, recipient_id=recipient_id)
        return _page(workspace, recipient_id)


def _page(workspace: Workspace, recipient_id: UUID) -> Response:
    effect = effect_of(workspace=workspace, recipient_id=recipient_id)
    return Response({"workspace": workspace.name, "effect": effect.value})


def _read_link(token: str) -> tuple[Workspace, UUID]:
    workspace_id, recipient_id = read_token(token)
    workspace = Workspace.objects.filter(pk=workspace_id).first()
    if workspace is None:
        raise NotFound
    return workspace, recipient_id
