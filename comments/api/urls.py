"""The routes of comments; the alias is served by the same view."""

from django.urls import path

from comments.api.views import CommentHistory, Comments, TaskComments
from core.api.pagination import UNPAGED_LIMIT
from core.api.routes import LIST, MANY, ONE, RESTORE, Verbs

REACTION: Verbs = {"put": "react", "delete": "take_back"}

urlpatterns = [
    path("api/tasks/<str:pk>/comments", TaskComments.as_view(MANY), name="task-comments"),
    path("api/comments/<str:pk>", Comments.as_view(ONE), name="comment"),
    path("api/comments/<str:pk>/restore", Comments.as_view(RESTORE)),
    path("api/comments/<str:pk>/history", CommentHistory.as_view(LIST), name="comment-history"),
    path("api/comments/<str:pk>/reactions/<str:emoji>", Comments.as_view(REACTION)),
    path(
        "api/comments/task/<str:pk>/comments",
        TaskComments.as_view(MANY, wrapped=False, default_limit=UNPAGED_LIMIT, alias=True),
    ),
]
