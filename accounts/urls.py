"""Where accounts answers."""

from django.urls import include, path

from accounts.api import Login, Logout, Myself, RefreshTokens, Register

urlpatterns = [
    path("api/auth/register", Register.as_view(), name="register"),
    path("api/auth/login", Login.as_view(), name="login"),
    path("api/auth/refresh", RefreshTokens.as_view(), name="refresh"),
    path("api/auth/logout", Logout.as_view(), name="logout"),
    path("api/auth/me", Myself.as_view(), name="me"),
    path("", include("accounts.mfa.urls")),
    path("accounts/", include("allauth.urls")),
]
