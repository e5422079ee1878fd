"""The routes of tasks; aliases are served by the same views."""

from typing import Any

from django.urls import path

from core.api.pagination import UNPAGED_LIMIT
from core.api.routes import CAN, CREATE, LIST, MANY, ONE, RESTORE, Verbs
from tasks.api.board import ProjectBoard
from tasks.api.bulk import BulkTasks
from tasks.api.critical_path import CriticalPath
from tasks.api.keys import TaskCopies, TasksByKey
from tasks.api.labels import Labels, ProjectLabels
from tasks.api.lists import MyTasks, RecentTasks
from tasks.api.relations import TaskDependencies, TaskDependents, TaskRelations
from tasks.api.saved_filters import ProjectFilters, SavedFilters
from tasks.api.search import TaskSearch
from tasks.api.views import ProjectTasks, Tasks
from tasks.api.watchers import TaskWatchers

whole: dict[str, Any] = {"embedded_in_one": ("html", "labels", "mentions", "subtasks", "comments")}
parts: dict[str, Any] = {"embedded_in_one": ("html", "labels", "mentions", "subtasks")}
NAMED: Verbs = {"post": "create", "delete": "destroy_many"}
TRANSITION: Verbs = {"post": "transition"}
REMOVE: Verbs = {"delete": "remove"}
BULK: Verbs = {"post": "bulk"}
SCHEDULE: Verbs = {"get": "schedule"}
UNWATCH: Verbs = {"delete": "unwatch"}
BOARD: Verbs = {"get": "board"}
TRANSFER: Verbs = {"post": "transfer"}
READ: Verbs = {"get": "retrieve"}
MOVE: Verbs = {"post": "move"}

urlpatterns = [
    path("api/projects/<str:pk>/tasks", ProjectTasks.as_view(MANY, **whole), name="project-tasks"),
    path("api/tasks", Tasks.as_view(NAMED, **whole), name="tasks"),
    path("api/projects/<str:pk>/filters", ProjectFilters.as_view(MANY), name="project-filters"),
    path("api/filters/<str:pk>", SavedFilters.as_view(ONE), name="filter"),
    path("api/tasks/mine", MyTasks.as_view({"get": "list"}), name="my-tasks"),
    path("api/tasks/recent", RecentTasks.as_view({"get": "list"}), name="recent-tasks"),
    path("api/tasks/search", TaskSearch.as_view({"get": "search"}), name="task-search"),
    path("api/tasks/bulk", BulkTasks.as_view(BULK)),
    path("api/tasks/<str:pk>", Tasks.as_view(ONE, **whole), name="task"),
    path("api/tasks/<str:pk>/can", Tasks.as_view(CAN)),
    path("api/tasks/<str:pk>/restore", Tasks.as_view(RESTORE, **whole)),
    path("api/tasks/<str:pk>/transition", Tasks.as_view(TRANSITION, **whole)),
    path("api/tasks/<str:pk>/relations", TaskRelations.as_view(MANY)),
    path("api/tasks/<str:pk>/relations/<str:relation>", TaskRelations.as_view(REMOVE)),
    path("api/tasks/<str:pk>/dependencies", TaskDependencies.as_view(MANY)),
    path("api/tasks/<str:pk>/dependencies/<str:blocker>", TaskDependencies.as_view(REMOVE)),
    path("api/tasks/<str:pk>/dependents", TaskDependents.as_view(LIST)),
    path("api/projects/<str:pk>/critical-path", CriticalPath.as_view(SCHEDULE)),
    path("api/tasks/<str:pk>/move", Tasks.as_view(MOVE, **whole)),
    path("api/tasks/<str:pk>/copy", TaskCopies.as_view(CREATE, **parts)),
    path("api/tasks/<str:pk>/transfer", TaskCopies.as_view(TRANSFER, **parts)),
    path("api/workspaces/<str:pk>/tasks/<str:key>", TasksByKey.as_view(READ, **parts)),
    path("api/tasks/<str:pk>/watchers", TaskWatchers.as_view(MANY)),
    path("api/tasks/<str:pk>/watchers/me", TaskWatchers.as_view(UNWATCH), {"person": "me"}),
    path("api/tasks/<str:pk>/watchers/<str:person>", TaskWatchers.as_view(UNWATCH)),
    path("api/projects/<str:pk>/board", ProjectBoard.as_view(BOARD)),
    path("api/projects/<str:pk>/labels", ProjectLabels.as_view(MANY)),
    path("api/labels/<str:pk>", Labels.as_view(ONE), name="label"),
    path(
        "api/tasks/project/<str:pk>/tasks",
        ProjectTasks.as_view(
            MANY, embedded=("comments",), **parts, default_limit=UNPAGED_LIMIT, alias=True
        ),
    ),
]
