"""Where sign-in through providers answers."""

from django.urls import path

from identity.api import providers
from identity.api.provider_callbacks import callback

urlpatterns = [
    path("api/auth/providers", providers.Providers.as_view()),
    path("api/auth/provider/token", providers.TokenSignIn.as_view()),
    path("api/auth/provider/redirect", providers.BeginSignIn.as_view()),
    path("api/auth/provider/accounts", providers.LinkedAccounts.as_view()),
    path("api/auth/provider/accounts/redirect", providers.BeginLink.as_view()),
    path("api/auth/provider/accounts/<int:account_id>", providers.Linked.as_view()),
    path("accounts/provider/<slug:provider_id>/callback/", callback, name="provider-callback"),
]
