"""The routes of comments; the alias is served by the same view."""

from django.urls import path

from comments.api.views import Comments, TaskComments
from core.api.pagination import UNPAGED_LIMIT
from core.api.routes import MANY, ONE, RESTORE

urlpatterns = [
    path("api/tasks/<str:pk>/comments", TaskComments.as_view(MANY), name="task-comments"),
    path("api/comments/<str:pk>", Comments.as_view(ONE), name="comment"),
    path("api/comments/<str:pk>/restore", Comments.as_view(RESTORE)),
    path(
        "api/comments/task/<str:pk>/comments",
        TaskComments.as_view(MANY, wrapped=False, default_limit=UNPAGED_LIMIT, alias=True),
    ),
]
