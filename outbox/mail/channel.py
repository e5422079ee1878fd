"""Mail as a channel of the outbox."""

from collections.abc import Collection
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models.functions import Now

from outbox.mail import smtp
from outbox.mail.drafts import Mail, MailDraft
from outbox.mail.failures import note_failure
from outbox.mail.sending import Rejected, message_id_of, send, set_up_problem
from outbox.models import Delivery, MailContent
from outbox.registry import Channel, Failure, reason_of

RECORDED = ("message_id", "address", "subject", "text", "html", "composed_at")

log = structlog.get_logger("gantry.mail")


class EmailChannel(Channel[MailDraft | Mail, Mail]):
    """Sends by the mail server of the settings; records mails in `MailContent` for staff."""

    def render(self, delivery: Delivery, draft: MailDraft | Mail) -> Mail:
        return draft.render() if isinstance(draft, MailDraft) else draft

    def record(self, delivery: Delivery, message: Mail) -> None:
        content = MailContent(
            delivery=delivery,
            workspace_id=delivery.workspace_id,
            message_id=message_id_of(delivery),
            address=message.to,
            subject=message.subject,
            text=message.kept_text,
            html=message.kept_html,
            composed_at=Now(),
        )
        MailContent.objects.bulk_create(
            [content], update_conflicts=True, unique_fields=["delivery"], update_fields=RECORDED
        )

    def send(self, delivery: Delivery, message: Mail) -> str:
        return send(message, message_id=message_id_of(delivery))

    def after_sent(self, delivery: Delivery, message: Mail, receipt: str) -> None:
        if settings.LOG_SENT_MAIL:
            _log_sent(delivery, message, file=receipt)

    def classify(self, error: Exception) -> Failure:
        if isinstance(error, Rejected):
            return Failure(reason=str(error), is_final=True)
        outage = set_up_problem(error)
        is_expected = bool(outage) or isinstance(error, OSError)
        return Failure(reason=reason_of(error), is_expected=is_expected, outage=outage)

    def record_outage(self, outage: str) -> None:
        note_failure(reason=outage)

    def disconnect(self) -> None:
        smtp.close()

    def erase(self, *, to: Collection[UUID], naming: Collection[UUID]) -> None:
        MailContent.objects.filter(pk__in=to).update(address="")
        MailContent.objects.filter(pk__in=naming).update(subject="", text="", html="")


def _log_sent(delivery: Delivery, mail: Mail, file: str) -> None:
    """Log where to read the mail: the admin, with secrets masked, and the file, with secrets."""
    places = {"file": file} if file else {}
    places["admin"] = f"{settings.PUBLIC_URL}/admin/outbox/delivery/{delivery.pk}/change/"
    log.info("mail_sent", to=mail.to, subject=mail.subject, **places)
