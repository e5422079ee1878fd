"""The root URL configuration; each app declares its routes with full paths."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import autodiscover_modules

from core.apps import FOR_REQUESTS

admin.autodiscover()
autodiscover_modules(*FOR_REQUESTS)

# Django tries patterns in order: the most requested ones are first.
urlpatterns: list[URLPattern | URLResolver] = [
    # One comparison for all others, because it groups its routes below their prefix.
    path("", include("identity.api.urls")),
    path("", include("tasks.api.urls")),
    path("", include("projects.api.urls")),
    path("", include("comments.api.urls")),
    path("", include("attachments.api.urls")),
    path("", include("activity.api.urls")),
    path("", include("workspaces.api.urls")),
    path("", include("audit.api.urls")),
    path("", include("dashboards.api.urls")),
    path("", include("core.urls")),
    path("", include("clerk.api.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "core.api.errors.bad_request"
handler403 = "core.api.errors.permission_denied"
handler404 = "core.api.errors.not_found"
handler500 = "core.api.errors.server_error"
