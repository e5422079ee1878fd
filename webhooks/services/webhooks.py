"""Adding, changing, rotating and deleting webhooks. The workspace is locked, then the webhook."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.actor import Actor
from core.errors import Conflict, Invalid
from core.events import Changes, publish
from core.rights import require
from outbox.mail import EMAIL
from outbox.models import Delivery
from outbox.services import enqueue_all
from webhooks.events import (
    WebhookAdded,
    WebhookDeleted,
    WebhookDisabled,
    WebhookSecretRotated,
    WebhookUpdated,
)
from webhooks.models import Webhook
from webhooks.services.secrets import OVERLAP, new_secret
from webhooks.services.targets import NotAllowed, target_of
from workspaces.models import Membership, Workspace
from workspaces.rights import MANAGE_WEBHOOKS, WorkspaceRole

MOST_WEBHOOKS = 20
DISABLED = "webhook_disabled"
"""The kind of the mail to the ADMINs."""
ADDRESS_HIDDEN = {"old": None, "new": None}


class TooManyWebhooks(Conflict):
    message = f"A workspace has at most {MOST_WEBHOOKS} webhooks."


@transaction.atomic
def add_webhook(*, actor: Actor, workspace: Workspace, **fields: Any) -> tuple[Webhook, str]:
    """A webhook, and its secret, which is not shown again."""
    workspace = _locked_workspace(workspace.pk, actor)
    if Webhook.objects.filter(workspace=workspace).count() >= MOST_WEBHOOKS:
        raise TooManyWebhooks
    check_url(fields["url"])
    text, sealed = new_secret()
    webhook = Webhook(workspace=workspace, secret=sealed, **fields)
    webhook.save(force_insert=True)
    publish(WebhookAdded(actor=actor, webhook=webhook))
    return webhook, text


@transaction.atomic
def update_webhook(
    *, actor: Actor, webhook: Webhook, changes: dict[str, Any], version: int | None = None
) -> Webhook:
    """Change the fields given; one that is enabled again has no failures behind it."""
    webhook = _locked(webhook, actor, version)
    if "url" in changes:
        check_url(changes["url"])
    before = webhook.url
    if changed := webhook.change(**changes):
        written = [*changed]
        if changed.keys() & {"url", "is_enabled"}:
            written += _forgive(webhook)
        webhook.save_changes(*written)
        told = _without_address(changed, before, webhook.url)
        publish(WebhookUpdated(actor=actor, webhook=webhook, changes=told))
    return webhook


@transaction.atomic
def rotate_secret(*, actor: Actor, webhook: Webhook) -> tuple[Webhook, str]:
    """A new secret; the one before signs along for OVERLAP, any older one no more."""
    webhook = _locked(webhook, actor)
    webhook.former_secret, webhook.former_until = webhook.secret, timezone.now() + OVERLAP
    text, webhook.secret = new_secret()
    webhook.save_changes("secret", "former_secret", "former_until")
    publish(WebhookSecretRotated(actor=actor, webhook=webhook))
    return webhook, text


@transaction.atomic
def delete_webhook(*, actor: Actor, webhook: Webhook, version: int | None = None) -> None:
    """Delete it; what still waits for it is skipped when its turn comes."""
    webhook = _locked(webhook, actor, version)
    publish(WebhookDeleted(actor=actor, webhook=webhook))
    Webhook.objects.filter(pk=webhook.pk).delete()


def give_up(*, webhook: Webhook, reason: str) -> None:
    """Disable a locked webhook that takes nothing any more, and tell the ADMINs by mail."""
    actor = Actor.system("a webhook that takes nothing is disabled")
    webhook.is_enabled, webhook.disabled_reason = False, reason
    webhook.save_changes("is_enabled", "disabled_reason")
    changes = {"is_enabled": {"old": True, "new": False}}
    publish(WebhookDisabled(actor=actor, webhook=webhook, changes=changes))
    enqueue_all(deliveries=[_mail_about(webhook, each) for each in _admins(webhook)])


def _admins(webhook: Webhook) -> list[Any]:
    """The ids of the ADMINs of the workspace."""
    active = Q(user__is_active=True, user__deleted_at=None, role=WorkspaceRole.ADMIN)
    places = Membership.objects.filter(active, workspace_id=webhook.workspace_id)
    return list(places.order_by("user_id").values_list("user_id", flat=True))


def _mail_about(webhook: Webhook, admin: Any) -> Delivery:
    return Delivery(
        channel=EMAIL,
        kind=DISABLED,
        recipient_id=admin,
        dedupe_key=f"{DISABLED}:{webhook.pk}:{webhook.version}:{admin}",
        payload={"webhook": str(webhook.pk), "version": webhook.version},
        workspace_id=webhook.workspace_id,
    )


def check_url(url: str) -> None:
    """Refuse an address to which nothing would be posted."""
    try:
        target_of(url)
    except NotAllowed as refusal:
        raise Invalid(errors={"url": [str(refusal)]}) from None


def _forgive(webhook: Webhook) -> list[str]:
    """Forget failures; returns the fields to save."""
    webhook.failures, webhook.failing_since, webhook.rests_until = 0, None, None
    webhook.disabled_reason = ""
    return ["failures", "failing_since", "rests_until", "disabled_reason"]


def _without_address(changed: Changes, before: str, after: str) -> Changes:
    """The changes as they are logged: the address may hold a key of the other side."""
    if "url" not in changed:
        return changed
    told = {"old": _origin(before), "new": _origin(after)}
    return changed | {"url": told if told["old"] != told["new"] else ADDRESS_HIDDEN}


def _origin(url: str) -> str | None:
    try:
        return target_of(url).origin
    except NotAllowed:  # one that a setting allowed once
        return None


def _locked(wanted: Webhook, actor: Actor, version: int | None = None) -> Webhook:
    """The webhook as it is now, after its workspace; NotFound if it is gone."""
    workspace = _locked_workspace(wanted.workspace_id, actor)
    webhook: Webhook = Webhook.objects.locked(wanted.pk)
    webhook.check_version(version)
    webhook.workspace = workspace
    return webhook


def _locked_workspace(workspace_id: Any, actor: Actor) -> Workspace:
    workspace: Workspace = Workspace.objects.locked(workspace_id, alive=True)
    require(MANAGE_WEBHOOKS, workspace, actor)
    return workspace
