"""The routes that belong to no app: health checks and the OpenAPI document."""

from typing import Any

from django.urls import path
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

from core.api.description import Description
from core.api.health import ApiHealth, Health, Live, Ready, Root

described: dict[str, Any] = {"permission_classes": [], "authentication_classes": []}

urlpatterns = [
    path("", Root.as_view(), name="root"),
    path("api/health", ApiHealth.as_view()),
    path("health", Health.as_view()),
    path("livez", Live.as_view()),
    path("readyz", Ready.as_view(), name="ready"),
    path("api/schema", Description.as_view(), name="schema"),
    # "Split" serves the script at its own URL: the content security policy allows no inline one.
    path(
        "api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema", **described), name="docs"
    ),
    path("api/redoc", SpectacularRedocView.as_view(url_name="schema", **described)),
]
