"""The mail to ADMINs about a webhook that was disabled."""

from notifications.mails import link_to_workspace
from outbox.mail import EMAIL
from outbox.mail.drafts import MailDraft
from outbox.mail.headers import of_list
from outbox.mail.text import plain
from outbox.models import Delivery
from outbox.registry import Skip, composes
from webhooks.letters import disabled
from webhooks.models import Webhook
from webhooks.services.webhooks import DISABLED
from workspaces.models import Membership
from workspaces.rights import WorkspaceRole


@composes(DISABLED, channel=EMAIL)
def disabled_mail(delivery: Delivery) -> MailDraft | Skip:
    rows = Webhook.objects.select_related("workspace").filter(pk=delivery.payload["webhook"])
    webhook = rows.filter(workspace__deleted_at=None).first()
    if webhook is None or webhook.is_enabled:
        return Skip("the webhook was deleted, or enabled again")
    places = Membership.objects.filter(workspace=webhook.workspace, role=WorkspaceRole.ADMIN)
    place = places.select_related("user").filter(user=delivery.recipient_id).first()
    if place is None or not place.user.is_active:
        return Skip("the recipient does not administer the workspace any more")
    workspace = webhook.workspace
    letter = disabled(
        name=plain(webhook.name),
        workspace=plain(workspace.name),
        reason=webhook.disabled_reason,
        link=link_to_workspace(workspace),
    )
    return MailDraft(
        to=place.user.email,
        letter=letter,
        sender=workspace.name,
        headers=of_list(str(workspace.pk)),
    )
