"""The routes of attachments."""

from django.urls import path

from attachments.api.files import Files
from attachments.api.views import Attachments, TaskAttachments
from core.api.routes import DESTROY, MANY, RESTORE, Verbs

ONE: Verbs = {"get": "retrieve"} | DESTROY
COMPLETE: Verbs = {"post": "complete"}
DOWNLOAD: Verbs = {"get": "download"}
THUMBNAIL: Verbs = {"get": "thumbnail"}
one = "api/attachments/<str:pk>"

urlpatterns = [
    path("api/tasks/<str:pk>/attachments", TaskAttachments.as_view(MANY), name="task-attachments"),
    path(one, Attachments.as_view(ONE), name="attachment"),
    path(f"{one}/complete", Attachments.as_view(COMPLETE)),
    path(f"{one}/download", Attachments.as_view(DOWNLOAD)),
    path(f"{one}/thumbnail", Attachments.as_view(THUMBNAIL)),
    path(f"{one}/restore", Attachments.as_view(RESTORE)),
    path("api/files/<str:token>", Files.as_view(), name="file"),
]
