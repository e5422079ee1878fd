"""The root URL configuration; each app declares its routes with full paths."""

from importlib import import_module

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path
from django.utils.module_loading import autodiscover_modules

from core.apps import FOR_REQUESTS

admin.autodiscover()
autodiscover_modules(*FOR_REQUESTS)

# Django tries patterns in order: the most requested ones are first.
ROUTES = (
    # One comparison for all others, because it groups its routes below their prefix.
    "identity.api.urls",
    "tasks.api.urls",
    "projects.api.urls",
    "comments.api.urls",
    "attachments.api.urls",
    "activity.api.urls",
    "workspaces.api.urls",
    "audit.api.urls",
    "dashboards.api.urls",
    "webhooks.api.urls",
    "jobs.api.urls",
    "imports.api.urls",
    "reports.api.urls",
    "calendars.api.urls",
    "realtime.api.urls",
    "notifications.api.urls",
    "core.urls",
    "outbox.pages",
    "clerk.api.urls",
)
# All in one list: what `include` adds is another match to be made for every request.
urlpatterns: list[URLPattern | URLResolver] = [
    *(route for name in ROUTES for route in import_module(name).urlpatterns),
    path("admin/", admin.site.urls),
]

handler400 = "core.api.errors.bad_request"
handler403 = "core.api.errors.permission_denied"
handler404 = "core.api.errors.not_found"
handler500 = "core.api.errors.server_error"
