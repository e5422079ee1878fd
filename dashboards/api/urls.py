"""The routes of dashboards."""

from django.urls import path

from core.api.routes import Verbs
from dashboards.api.views import (
    ProjectCharts,
    ProjectDashboard,
    WorkspaceCharts,
    WorkspaceDashboard,
)

NUMBERS: Verbs = {"get": "numbers_of_project"}
STATS: Verbs = {"get": "stats"}
CHART: Verbs = {"get": "chart"}

urlpatterns = [
    path("api/projects/<str:pk>/dashboard", ProjectDashboard.as_view(NUMBERS)),
    path("api/projects/<str:pk>/dashboard/chart", ProjectCharts.as_view(CHART)),
    path("api/dashboard/stats", WorkspaceDashboard.as_view(STATS)),
    path("api/dashboard/chart", WorkspaceCharts.as_view(CHART)),
]
