"""The routes of projects; aliases are served by the same views."""

from typing import Any

from django.urls import path

from core.api.pagination import UNPAGED_LIMIT
from core.api.routes import CAN, CREATE, DESTROY, LIST, MANY, ONE, RESTORE, Verbs
from projects.api.columns import ProjectStatuses, ProjectTransitions
from projects.api.members import ProjectMembers, ProjectReaders
from projects.api.views import Projects

every: dict[str, Any] = {
    "default_limit": UNPAGED_LIMIT,
    "embedded": ("members", "tasks"),
    "alias": True,
}
members: dict[str, Any] = {"embedded": ("members",), "embedded_in_one": ("tasks",)}
ARCHIVE: Verbs = {"post": "archive", "delete": "unarchive"}
MEMBER: Verbs = {"put": "update", "patch": "partial_update", **DESTROY}
REORDER: Verbs = {"post": "reorder"}
MOVES: Verbs = {**LIST, "put": "replace"}
ROLE: Verbs = {"put": "update_named"}

urlpatterns = [
    path("api/projects", Projects.as_view(MANY, **members), name="projects"),
    path("api/projects/<str:pk>", Projects.as_view(ONE, **members), name="project"),
    path("api/projects/<str:pk>/lead", Projects.as_view({"put": "lead"}, **members)),
    path("api/projects/<str:pk>/archive", Projects.as_view(ARCHIVE, **members)),
    path("api/projects/<str:pk>/restore", Projects.as_view(RESTORE, **members)),
    path("api/projects/<str:pk>/can", Projects.as_view(CAN)),
    path("api/projects/<str:pk>/access", ProjectReaders.as_view(LIST)),
    path("api/projects/<str:pk>/statuses", ProjectStatuses.as_view(MANY)),
    path("api/projects/<str:pk>/statuses/reorder", ProjectStatuses.as_view(REORDER)),
    path("api/projects/<str:pk>/statuses/<str:column>", ProjectStatuses.as_view(ONE)),
    path("api/projects/<str:pk>/transitions", ProjectTransitions.as_view(MOVES)),
    path("api/projects/<str:pk>/members", ProjectMembers.as_view(MANY), name="project-members"),
    path("api/projects/<str:pk>/members/<str:person>", ProjectMembers.as_view(MEMBER)),
    path("api/project", Projects.as_view(MANY, **every)),
    path("api/project/<str:pk>", Projects.as_view(ONE, **every)),
    path("api/projects/workspace/<str:workspace_id>", Projects.as_view(MANY, **every)),
    path(
        "api/projects/workspace/<str:workspace_id>/projects",
        Projects.as_view(LIST, **every),
    ),
    path("api/projects/<str:pk>/role", ProjectMembers.as_view(ROLE, alias=True)),
    path("api/projects/<str:pk>/invite", ProjectMembers.as_view(CREATE, alias=True)),
    path("api/projects/<str:pk>/add-member", ProjectMembers.as_view(CREATE, alias=True)),
    path(
        "api/projects/<str:pk>/member/<str:person>",
        ProjectMembers.as_view(DESTROY, alias=True),
    ),
]
