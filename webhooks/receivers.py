"""What happens to webhooks is logged and audited."""

from activity.receivers import log
from audit.receivers import audit
from audit.services import details
from audit.services.entries import Audited
from webhooks.events import (
    WebhookAdded,
    WebhookDeleted,
    WebhookDisabled,
    WebhookSecretRotated,
    WebhookUpdated,
)

for _event, _action, _details in (
    (WebhookAdded, "added", details.none),
    (WebhookUpdated, "updated", details.changes),
    (WebhookSecretRotated, "secret_rotated", details.none),
    (WebhookDisabled, "disabled", details.none),
    (WebhookDeleted, "deleted", details.none),
):
    log(_event, "webhook", _action)
    audit(_event, Audited(f"webhook.{_action}", "webhook", _details))
