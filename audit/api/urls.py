"""The route of the audit."""

from django.urls import path

from audit.api.views import Entries
from core.api.routes import LIST

urlpatterns = [path("api/workspaces/<str:pk>/audit", Entries.as_view(LIST), name="audit")]
