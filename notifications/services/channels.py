"""By which channels a person is told: their preferences, or else the defaults."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from core.queries import compiled
from notifications.models import Notification, NotificationKind, Preference


class Channels(NamedTuple):
    """Whether the person finds it in the inbox, and whether they get a mail."""

    inbox: bool
    mail: bool


BOTH, ONLY_INBOX = Channels(inbox=True, mail=True), Channels(inbox=True, mail=False)
DEFAULTS = {
    NotificationKind.ASSIGNED: BOTH,
    NotificationKind.UNASSIGNED: ONLY_INBOX,
    NotificationKind.STATUS_CHANGED: ONLY_INBOX,
    NotificationKind.COMMENTED: BOTH,
    NotificationKind.MENTIONED: BOTH,
    NotificationKind.DUE_SOON: BOTH,
    NotificationKind.DUE_TODAY: BOTH,
    NotificationKind.OVERDUE: BOTH,
    NotificationKind.INVITED: BOTH,
    NotificationKind.MEMBERSHIP_CHANGED: ONLY_INBOX,
    NotificationKind.LEAD_CHANGED: BOTH,
    NotificationKind.JOB_ENDED: BOTH,
}

Place = tuple[UUID | None, UUID | None, UUID | None, str]
"""Ids of the person, the workspace and the project, None for all projects of it, and the kind."""


def channels_for(notifications: Sequence[Notification]) -> list[Channels]:
    """The channels of each of these (unsaved) notifications, in their order.

    The preference for the project counts before that for the workspace. One statement, none if
    there is nothing to be told in a workspace.
    """
    chosen = _chosen(notifications)
    return [_channels_of(each, chosen) for each in notifications]


def _channels_of(told: Notification, chosen: Mapping[Place, Channels]) -> Channels:
    for project in (told.project_id, None):
        found = chosen.get((told.recipient_id, told.workspace_id, project, told.kind))
        if found is not None:
            return found
    return DEFAULTS[NotificationKind(told.kind)]


def _chosen(notifications: Sequence[Notification]) -> dict[Place, Channels]:
    """The preferences of these recipients for these kinds in these workspaces."""
    told = [each for each in notifications if each.workspace_id]
    if not told:
        return {}
    rows = _preferences.rows(
        people=list({each.recipient_id for each in told}),
        workspaces=list({each.workspace_id for each in told}),
        kinds=list({str(each.kind) for each in told}),
    )
    return {
        (person, workspace, project, kind): Channels(inbox=in_inbox, mail=by_mail)
        for person, workspace, project, kind, in_inbox, by_mail in rows
    }


@compiled
def _preferences(people: Any, workspaces: Any, kinds: Any) -> QuerySet[Preference, Any]:
    rows = Preference.objects.filter(
        person__any_of=people, workspace__any_of=workspaces, kind__any_of=kinds
    )
    names = ("person_id", "workspace_id", "project_id", "kind", "in_inbox", "by_mail")
    return rows.values_list(*names)
