"""The link in each mail of notifications that switches off mails of its kind."""

from typing import Any

from notifications.models import Notification, NotificationKind, Preference
from notifications.services.channels import DEFAULTS
from notifications.services.collecting import MORE, ONE, SEVERAL
from notifications.services.mail_plans import DIGEST, MAILED_OTHERWISE, NEWS
from notifications.services.unsubscribe_links import token_for, unsubscribe_link
from outbox.mail.drafts import Mail
from outbox.mail.letters import Note
from outbox.models import Delivery
from outbox.registry import Skip

ASSIGNED = NotificationKind.ASSIGNED
KINDS = {
    ONE: (ASSIGNED,),
    SEVERAL: (ASSIGNED,),
    MORE: (ASSIGNED,),
    "tasks_handed_over": (ASSIGNED,),
    "task_due_soon": (NotificationKind.DUE_SOON,),
    "task_due": (NotificationKind.DUE_TODAY,),
    "task_overdue": (NotificationKind.OVERDUE,),
    "job_ended": (NotificationKind.JOB_ENDED,),
    DIGEST: tuple(kind for kind in NotificationKind if kind not in MAILED_OTHERWISE),
}
"""What mails tell of whose kind alone says it; a digest may tell of all these."""
UNWANTED = "the recipient wants no mail of this kind"
HEADER = "List-Unsubscribe"


def with_unsubscribe_link(delivery: Delivery, mail: Mail) -> Mail | Skip:
    """The mail with its link in both parts and in the headers of RFC 8058; others as they are.

    A Skip if the recipient has switched such mails off since it was enqueued. A mail that has
    another such header keeps it: those who have never opened the workspace are offered to leave.
    """
    if delivery.workspace_id is None or not (kinds := _kinds_of(delivery)):
        return mail
    if _is_switched_off(delivery, kinds):
        return Skip(UNWANTED)
    if HEADER in mail.headers:
        return mail
    token = token_for(delivery.workspace_id, delivery.recipient_id, kinds)
    link = unsubscribe_link(token)
    note = Note(before="You can ", words="switch off mails of this kind", after="", link=link)
    headers = {HEADER: f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return mail.with_note(note, headers=headers, secret=token)


def _kinds_of(delivery: Delivery) -> tuple[str, ...]:
    """What the mail tells of; nothing if it is no mail about notifications."""
    if delivery.kind == NEWS:
        rows = Notification.objects.filter(delivery_id=delivery.pk).order_by("kind")
        return tuple(rows.values_list("kind", flat=True).distinct())
    return KINDS.get(delivery.kind, ())


def _is_switched_off(delivery: Delivery, kinds: tuple[Any, ...]) -> bool:
    """Whether mail of none of these kinds is wanted, in no project either.

    News have been checked one by one, and assignments with their projects when enqueued.
    """
    rows = Preference.objects.filter(
        workspace=delivery.workspace_id, person=delivery.recipient_id, kind__in=kinds
    )
    chosen = list(rows.values_list("kind", "project_id", "by_mail"))
    by_kind = {kind: by_mail for kind, project_id, by_mail in chosen if project_id is None}
    is_default = any(by_kind.get(kind, DEFAULTS[kind].mail) for kind in kinds)
    return not is_default and not any(by_mail for *_, by_mail in chosen)
