"""The routes of tasks; aliases are served by the same views."""

from typing import Any

from django.urls import path

from core.api.pagination import UNPAGED_LIMIT
from core.api.routes import CAN, MANY, ONE, RESTORE, Verbs
from tasks.api.views import ProjectTasks, Tasks

whole: dict[str, Any] = {"embedded_in_one": ("comments",)}
NAMED: Verbs = {"post": "create", "delete": "destroy_many"}
TRANSITION: Verbs = {"post": "transition"}

urlpatterns = [
    path("api/projects/<str:pk>/tasks", ProjectTasks.as_view(MANY, **whole), name="project-tasks"),
    path("api/tasks", Tasks.as_view(NAMED, **whole), name="tasks"),
    path("api/tasks/<str:pk>", Tasks.as_view(ONE, **whole), name="task"),
    path("api/tasks/<str:pk>/can", Tasks.as_view(CAN)),
    path("api/tasks/<str:pk>/restore", Tasks.as_view(RESTORE, **whole)),
    path("api/tasks/<str:pk>/transition", Tasks.as_view(TRANSITION, **whole)),
    path(
        "api/tasks/project/<str:pk>/tasks",
        ProjectTasks.as_view(MANY, embedded=("comments",), default_limit=UNPAGED_LIMIT, alias=True),
    ),
]
