"""The routes of workspaces; those under `api/workspace` are aliases served by the same views."""

from typing import Any

from django.urls import path

from core.api.pagination import UNPAGED_LIMIT
from core.api.routes import CAN, CREATE, DESTROY, EDIT, LIST, MANY, ONE, Verbs
from workspaces.api.invitations import InvitationLinks, Invitations, ReceivedInvitations
from workspaces.api.members import Members
from workspaces.api.opt_outs import OptOuts
from workspaces.api.settings import Settings
from workspaces.api.views import Workspaces

every: dict[str, Any] = {"default_limit": UNPAGED_LIMIT, "alias": True}
preview: Verbs = {"get": "retrieve"}
resend: Verbs = {"post": "resend"}
one = "api/workspaces/<str:pk>"

urlpatterns = [
    path("api/workspaces", Workspaces.as_view(MANY), name="workspaces"),
    path(one, Workspaces.as_view(ONE), name="workspace"),
    path(f"{one}/can", Workspaces.as_view(CAN)),
    path(f"{one}/restore", Workspaces.as_view({"post": "restore"})),
    path(f"{one}/owner", Workspaces.as_view({"put": "owner", "delete": "withdraw_owner"})),
    path(f"{one}/owner/accept", Workspaces.as_view({"post": "accept_owner"})),
    path(f"{one}/owner/decline", Workspaces.as_view({"post": "decline_owner"})),
    path(f"{one}/settings", Settings.as_view(EDIT), name="workspace-settings"),
    path(f"{one}/members", Members.as_view(MANY), name="members"),
    path(f"{one}/members/<str:person>", Members.as_view(ONE), name="member"),
    path(f"{one}/invitations", Invitations.as_view(MANY), name="invitations"),
    path(f"{one}/invitations/<str:invitation>", Invitations.as_view(DESTROY)),
    path(f"{one}/invitations/<str:invitation>/resend", Invitations.as_view(resend)),
    path("api/invitations", ReceivedInvitations.as_view(LIST), name="received-invitations"),
    path("api/invitations/<str:token>", InvitationLinks.as_view(preview), name="invitation"),
    path("api/invitations/<str:token>/accept", ReceivedInvitations.as_view({"post": "accept"})),
    path("api/unsubscribe/<str:token>", OptOuts.as_view(), name="opt-out"),
    path("api/workspace", Workspaces.as_view(MANY, **every)),
    path("api/workspace/add-member", Members.as_view({"post": "add"}, alias=True)),
    path("api/workspace/<str:pk>", Workspaces.as_view(ONE, alias=True)),
    path("api/workspace/<str:pk>/members", Members.as_view(MANY, **every)),
    path("api/workspace/<str:pk>/invite", Invitations.as_view(CREATE, alias=True)),
]
