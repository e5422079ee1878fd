"""Where accounts answers."""

from django.urls import include, path
from django.views.generic import RedirectView

from accounts.api import Login, Logout, Myself, RefreshTokens, Register
from accounts.exchange import ExchangeSession

SIGN_IN_PAGES = [
    path(
        "login", RedirectView.as_view(pattern_name="account_login", query_string=True), name="login"
    ),
    path("logout", RedirectView.as_view(pattern_name="account_logout"), name="logout"),
]
"""What the browsable API links to; its own pages know neither limits nor second factors."""

urlpatterns = [
    path("api/auth/register", Register.as_view(), name="register"),
    path("api/auth/login", Login.as_view(), name="login"),
    path("api/auth/refresh", RefreshTokens.as_view(), name="refresh"),
    path("api/auth/logout", Logout.as_view(), name="logout"),
    path("api/auth/me", Myself.as_view(), name="me"),
    path("api/auth/session/exchange", ExchangeSession.as_view(), name="session-exchange"),
    path("", include("accounts.mfa.urls")),
    path("api-auth/", include((SIGN_IN_PAGES, "rest_framework"))),
    path("accounts/", include("allauth.urls")),
]
