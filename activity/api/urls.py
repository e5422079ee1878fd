"""The routes of the log."""

from django.urls import path

from activity.api.past import board_as_of, task_as_of
from activity.api.views import (
    Events,
    TaskActivity,
    TaskHistory,
    WorkspaceActivity,
    WorkspaceEvents,
)
from core.api.routes import LIST, Verbs
from tasks.api.past import reads_past

ACTIVITY: Verbs = {"get": "activity"}
EVENTS: Verbs = {"get": "events"}
UNDO: Verbs = {"post": "undo"}

# Their routes are those of tasks.
reads_past("board", board_as_of)
reads_past("task", task_as_of)

urlpatterns = [
    path("api/activity", WorkspaceActivity.as_view(ACTIVITY), name="activity"),
    path("api/tasks/<str:pk>/activity", TaskActivity.as_view(ACTIVITY), name="task-activity"),
    path("api/tasks/<str:pk>/history", TaskHistory.as_view(LIST), name="task-history"),
    path("api/workspaces/<str:pk>/events", WorkspaceEvents.as_view(EVENTS), name="events"),
    path("api/events/<str:pk>/undo", Events.as_view(UNDO), name="undo-event"),
]
