"""Where accounts answers."""

from django.urls import include, path

from accounts.api import Login, Logout, RefreshTokens, Register
from accounts.export_api import OwnData
from accounts.own_api import OwnAccount

urlpatterns = [
    path("api/auth/register", Register.as_view(), name="register"),
    path("api/auth/login", Login.as_view(), name="login"),
    path("api/auth/refresh", RefreshTokens.as_view(), name="refresh"),
    path("api/auth/logout", Logout.as_view(), name="logout"),
    path("api/auth/me", OwnAccount.as_view(), name="me"),
    path("api/auth/me/export", OwnData.as_view(), name="export"),
    path("accounts/", include("allauth.urls")),
]
