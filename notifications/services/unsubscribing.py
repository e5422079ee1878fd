"""Switching off mails of some kinds by the link in a mail, and undoing that."""

from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from notifications.models import Preference
from notifications.services.channels import DEFAULTS
from notifications.services.unsubscribe_links import Subscription
from workspaces.models import Membership


class MailState(StrEnum):
    """Whether mails of these kinds come: ON, OFF, or OFF by a link (UNSUBSCRIBED)."""

    ON = "on"
    OFF = "off"
    UNSUBSCRIBED = "unsubscribed"


def state_of(subscription: Subscription) -> MailState:
    """OFF also for who does not belong to the workspace, which sends them none of these."""
    if not _membership(subscription).exists():
        return MailState.OFF
    rows = list(_preferences(subscription))
    chosen = {row.kind: row.by_mail for row in rows if row.project_id is None}
    is_mailed = any(chosen.get(kind, DEFAULTS[kind].mail) for kind in subscription.kinds)
    if is_mailed or any(row.by_mail for row in rows):
        return MailState.ON
    is_undoable = any(row.unsubscribed for row in rows)
    return MailState.UNSUBSCRIBED if is_undoable else MailState.OFF


@transaction.atomic
def unsubscribe(subscription: Subscription) -> None:
    """Switch the mails off, in all projects too; doing it twice changes nothing."""
    if not _lock_membership(subscription):
        return
    rows = _preferences(subscription)
    chosen = {*rows.filter(project=None).values_list("kind", flat=True)}
    rows.filter(by_mail=True).update(by_mail=False, unsubscribed=True)
    Preference.objects.bulk_create(
        Preference(
            workspace_id=subscription.workspace_id,
            person_id=subscription.person_id,
            kind=kind,
            in_inbox=DEFAULTS[kind].inbox,
            by_mail=False,
            unsubscribed=True,
        )
        for kind in subscription.kinds
        if kind not in chosen and DEFAULTS[kind].mail
    )


@transaction.atomic
def undo_unsubscribing(subscription: Subscription) -> None:
    """Switch on again what a link has switched off, and what was not changed since."""
    if _lock_membership(subscription):
        rows = _preferences(subscription).filter(unsubscribed=True)
        rows.update(by_mail=True, unsubscribed=False)


def _lock_membership(subscription: Subscription) -> bool:
    """Lock the person's membership, so that preferences change in turns; False without one."""
    found = _membership(subscription).select_for_update(no_key=True, of=("self",)).first()
    return found is not None


def _membership(subscription: Subscription) -> QuerySet[Membership]:
    rows = Membership.objects.filter(workspace=subscription.workspace_id)
    return rows.filter(user=subscription.person_id)


def _preferences(subscription: Subscription) -> QuerySet[Preference]:
    return Preference.objects.filter(
        workspace=subscription.workspace_id,
        person=subscription.person_id,
        kind__in=subscription.kinds,
    )
