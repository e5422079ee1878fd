"""What can happen to a webhook."""

from dataclasses import dataclass

from core.events import Event
from webhooks.models import Webhook


@dataclass(frozen=True, kw_only=True)
class WebhookAdded(Event):
    webhook: Webhook


@dataclass(frozen=True, kw_only=True)
class WebhookUpdated(Event):
    """Of an address that changes, only its server is told: the rest may be a secret."""

    webhook: Webhook


@dataclass(frozen=True, kw_only=True)
class WebhookDeleted(Event):
    webhook: Webhook


@dataclass(frozen=True, kw_only=True)
class WebhookSecretRotated(Event):
    """The former secret signs along for a while."""

    webhook: Webhook


@dataclass(frozen=True, kw_only=True)
class WebhookDisabled(Event):
    """The server gave up posting to it."""

    webhook: Webhook
