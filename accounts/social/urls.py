"""Where sign-in through providers answers."""

from django.urls import path

from accounts.social import api
from accounts.social.pages import callback

urlpatterns = [
    path("api/auth/providers", api.Providers.as_view()),
    path("api/auth/provider/token", api.TokenSignIn.as_view()),
    path("api/auth/provider/redirect", api.BeginSignIn.as_view()),
    path("api/auth/provider/accounts", api.LinkedAccounts.as_view()),
    path("api/auth/provider/accounts/redirect", api.BeginLink.as_view()),
    path("api/auth/provider/accounts/<int:account_id>", api.Linked.as_view()),
    path("accounts/provider/<slug:provider_id>/callback/", callback, name="provider-callback"),
]
