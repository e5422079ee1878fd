"""Where people answer."""

from django.urls import path

from accounts.api.export import OwnData

urlpatterns = [
    path("api/auth/me/export", OwnData.as_view(), name="export"),
]
