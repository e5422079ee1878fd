"""The routes of workspaces; the second spellings answer from the same views."""

from typing import Any

from django.urls import path

from core.api.pagination import UNPAGED_LIMIT
from core.api.routes import CAN, EDIT, LIST, MANY
from workspaces.api import Members, Workspaces

every: dict[str, Any] = {"default_limit": UNPAGED_LIMIT, "alias": True}

urlpatterns = [
    path("api/workspaces", Workspaces.as_view(MANY), name="workspaces"),
    path("api/workspaces/<str:pk>", Workspaces.as_view(EDIT), name="workspace"),
    path("api/workspaces/<str:pk>/can", Workspaces.as_view(CAN)),
    path("api/workspaces/<str:pk>/members", Members.as_view(LIST), name="members"),
    path("api/workspace", Workspaces.as_view(MANY, **every)),
    path("api/workspace/add-member", Members.as_view({"post": "add"}, alias=True)),
    path("api/workspace/<str:pk>", Workspaces.as_view(EDIT, alias=True)),
    path("api/workspace/<str:pk>/members", Members.as_view(LIST, **every)),
]
