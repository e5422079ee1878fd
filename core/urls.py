"""The routes that belong to no app: health, and the description of all others."""

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
    # Its script has an address of its own, for the content security policy allows none in pages.
    path(
        "api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema", **described), name="docs"
    ),
    path("api/redoc", SpectacularRedocView.as_view(url_name="schema", **described)),
]
