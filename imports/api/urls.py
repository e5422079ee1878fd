"""The routes of files to import from."""

from django.urls import path

from core.api.routes import DESTROY, MANY, Verbs
from imports.api.views import ImportFiles, WorkspaceImportFiles

ONE: Verbs = {"get": "retrieve"} | DESTROY
COMPLETE: Verbs = {"post": "complete"}
PREVIEW: Verbs = {"post": "preview"}
one = "api/import-files/<str:pk>"

urlpatterns = [
    path(
        "api/workspaces/<str:pk>/import-files",
        WorkspaceImportFiles.as_view(MANY),
        name="import-files",
    ),
    path(one, ImportFiles.as_view(ONE), name="import-file"),
    path(f"{one}/complete", ImportFiles.as_view(COMPLETE)),
    path(f"{one}/preview", ImportFiles.as_view(PREVIEW)),
]
