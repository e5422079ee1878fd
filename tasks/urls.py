"""The routes of tasks; the second spellings answer from the same views."""

from django.urls import path

from core.api.pagination import UNPAGED_LIMIT
from core.api.routes import CAN, MANY, ONE
from tasks.api import ProjectTasks, Tasks

urlpatterns = [
    path("api/projects/<str:pk>/tasks", ProjectTasks.as_view(MANY), name="project-tasks"),
    path("api/tasks", Tasks.as_view({"post": "create", "delete": "destroy_many"}), name="tasks"),
    path("api/tasks/<str:pk>", Tasks.as_view(ONE), name="task"),
    path("api/tasks/<str:pk>/can", Tasks.as_view(CAN)),
    path("api/tasks/<str:pk>/transition", Tasks.as_view({"post": "transition"})),
    path(
        "api/tasks/project/<str:pk>/tasks",
        ProjectTasks.as_view(MANY, embedded=("comments",), default_limit=UNPAGED_LIMIT, alias=True),
    ),
]
