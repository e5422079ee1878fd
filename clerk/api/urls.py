"""The routes of Clerk's webhook."""

from django.urls import path

from clerk.api.webhook import ClerkWebhook

urlpatterns = [
    path("api/webhooks/clerk", ClerkWebhook.as_view(), name="clerk-webhook"),
    path("api/auth/webhook", ClerkWebhook.as_view(alias=True)),
]
