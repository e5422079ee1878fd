"""The page that switches off mails of some kinds: GET shows what it would do, POST does it."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Choice, Input
from core.context import as_system
from core.errors import NotFound
from notifications.services.unsubscribe_links import Subscription, read_token
from notifications.services.unsubscribing import state_of, undo_unsubscribing, unsubscribe
from workspaces.api.opt_out_page import PAGE, PAGE_OF_A_BODY, OptOutPage, PageOfALink
from workspaces.models import Workspace

OFF, ON = "OFF", "ON"


class UnsubscribePage(OptOutPage):
    template = "notifications/unsubscribe.html"


class MailSwitch(Input):
    """The form's button; a mail program's one-click request (RFC 8058) has none and means OFF."""

    action = Choice([OFF, ON], default=OFF)


class Unsubscribing(PageOfALink):
    """Mails of some kinds from a workspace, for the holder of the link."""

    renderer_classes = [UnsubscribePage]

    @extend_schema(responses=PAGE)
    @as_system("mails that somebody may not want")
    def get(self, request: Request, token: str) -> Response:
        """Show whether the mails come; changes nothing, because mail scanners open links."""
        return _page(read_token(token))

    @extend_schema(request=MailSwitch, responses=PAGE_OF_A_BODY)
    @as_system("mails that somebody does not want")
    def post(self, request: Request, token: str) -> Response:
        """Switch the mails off, or on again."""
        subscription = read_token(token)
        answer = MailSwitch(data=request.data)
        answer.is_valid(raise_exception=True)
        change = undo_unsubscribing if answer.validated_data["action"] == ON else unsubscribe
        change(subscription)
        return _page(subscription)


def _page(subscription: Subscription) -> Response:
    workspace = Workspace.objects.filter(pk=subscription.workspace_id).first()
    if workspace is None:
        raise NotFound
    kinds = [str(kind.label).lower() for kind in subscription.kinds]
    state = state_of(subscription)
    return Response({"workspace": workspace.name, "kinds": kinds, "state": state.value})
