"""Deleting and restoring attachments. Their files stay until they can no longer be restored."""

from django.db import transaction
from django.utils import timezone

from attachments.events import AttachmentDeleted, AttachmentQuarantined, AttachmentRestored
from attachments.models import Attachment, State
from attachments.rights import DELETE_ATTACHMENT
from attachments.services.quota import check_number
from core.actor import Actor
from core.errors import Conflict
from core.events import publish
from projects.services.locks import check_restorable
from tasks.services.locks import locked_on_task


class NotReady(Conflict):
    message = "The file is not complete."


@transaction.atomic
def delete_attachment(*, actor: Actor, attachment: Attachment, version: int | None = None) -> None:
    """Mark the attachment as deleted; an upload that is not complete ends for good."""
    attachment = locked_on_task(DELETE_ATTACHMENT, attachment, actor, version=version)
    attachment.deleted_at = timezone.now()
    if attachment.state == State.PENDING:
        attachment.purged_at = attachment.deleted_at
    attachment.save_changes("deleted_at", "purged_at")
    if attachment.state != State.PENDING:
        publish(AttachmentDeleted(actor=actor, attachment=attachment))


@transaction.atomic
def restore_attachment(
    *, actor: Actor, attachment: Attachment, version: int | None = None
) -> Attachment:
    """Restore one deleted within RESTORE_WINDOW, else NotFound; one not deleted stays."""
    attachment = locked_on_task(DELETE_ATTACHMENT, attachment, actor, version=version, deleted=True)
    if attachment.deleted_at is None:
        return attachment
    check_restorable(attachment)
    check_number(attachment.task)
    attachment.deleted_at = None
    attachment.save_changes("deleted_at")
    publish(AttachmentRestored(actor=actor, attachment=attachment))
    return attachment


@transaction.atomic
def set_quarantine(*, actor: Actor, attachment: Attachment, is_suspect: bool) -> Attachment:
    """Keep a complete file from being read, or let it be read again; for staff and scanners."""
    locked: Attachment = Attachment.objects.locked(attachment.pk, alive=True)
    if locked.state == State.PENDING:
        raise NotReady
    state = State.QUARANTINED if is_suspect else State.READY
    if changed := locked.change(state=state.value):
        locked.save_changes("state")
        publish(AttachmentQuarantined(actor=actor, attachment=locked, changes=changed))
    return locked
