"""The page behind the link in a mail: it shows what will happen, and does so on a POST only."""

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.actor import Actor
from core.api.fields import Input
from core.api.permissions import Anyone
from core.api.transactions import OneTransaction
from core.context import as_system
from core.errors import NotFound
from workspaces.api.opt_out_page import OptOutPage, Regardless
from workspaces.models import Workspace
from workspaces.services.opt_out_links import read_token
from workspaces.services.opt_out_records import lift_opt_out
from workspaces.services.opt_outs import effect_of, opt_out

LEAVE, ALLOW = "leave", "allow"
HTML = OptOutPage.media_type
PAGE = {(status, HTML): OpenApiTypes.STR for status in (200, 400, 404, 503)}
PAGE_OF_A_BODY = PAGE | {(status, HTML): OpenApiTypes.STR for status in (413, 415)}


BY_LINK = Actor.system("the link of a mail")


class OptOutAnswer(Input):
    """A mail program's one-click request (RFC 8058) says nothing we know, and means `leave`."""

    action = serializers.ChoiceField([LEAVE, ALLOW], default=LEAVE)


class OptOuts(OneTransaction):
    """The way out of a workspace, for whoever holds the link; signing in is not needed."""

    without_envelope = True
    authentication_classes = []
    permission_classes = [Anyone]
    renderer_classes = [OptOutPage]
    content_negotiation_class = Regardless
    parser_classes = [FormParser, MultiPartParser, JSONParser]

    @extend_schema(responses=PAGE)
    @as_system("a workspace whose mail somebody may not want")
    def get(self, request: Request, token: str) -> Response:
        """What the link would do; programs that open links of their own accord change nothing."""
        return _page(*_named(token))

    @extend_schema(request=OptOutAnswer, responses=PAGE_OF_A_BODY)
    @as_system("a workspace whose mail somebody does not want")
    def post(self, request: Request, token: str) -> Response:
        """Leave the workspace and decline to be added again, or allow it again."""
        workspace, recipient_id = _named(token)
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


def _named(token: str) -> tuple[Workspace, UUID]:
    workspace_id, recipient_id = read_token(token)
    workspace = Workspace.objects.filter(pk=workspace_id).first()
    if workspace is None:
        raise NotFound
    return workspace, recipient_id
