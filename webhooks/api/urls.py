"""The routes of webhooks."""

from django.urls import path

from core.api.routes import LIST, MANY, ONE, Verbs
from webhooks.api.views import Rotations, WebhookDeliveries, Webhooks, WorkspaceWebhooks

ROTATE: Verbs = {"post": "rotate"}
TEST: Verbs = {"post": "test"}
REPLAY: Verbs = {"post": "replay"}
every = "api/workspaces/<str:pk>/webhooks"
one = f"{every}/<str:webhook>"

urlpatterns = [
    path(every, WorkspaceWebhooks.as_view(MANY), name="webhooks"),
    path(one, Webhooks.as_view(ONE), name="webhook"),
    path(f"{one}/rotate", Rotations.as_view(ROTATE)),
    path(f"{one}/deliveries", WebhookDeliveries.as_view(LIST), name="webhook-deliveries"),
    path(f"{one}/test", WebhookDeliveries.as_view(TEST)),
    path(f"{one}/replay", WebhookDeliveries.as_view(REPLAY)),
]
