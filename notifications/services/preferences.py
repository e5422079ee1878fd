"""Reading and changing what a person wants to hear of, and by which channels."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from core.actor import Actor
from core.context import as_system
from core.errors import Invalid, NotFound
from notifications.models import (
    MailBatch,
    MailSchedule,
    NotificationKind,
    Preference,
    ReminderChoice,
)
from notifications.services.channels import DEFAULTS, Channels
from projects.models import Project
from workspaces.models import Membership, Workspace

KINDS = [kind for kind in NotificationKind if kind is not NotificationKind.INVITED]
"""What people choose channels for; who is invited to a workspace has no preferences there yet."""
TWICE = "The same kind stands here twice for the same place."
ELSEWHERE = "A project of another workspace."


class Choice(NamedTuple):
    """The channels of a kind in a workspace, or in a project of it.

    `default` are those that would hold without `own`, which is None if nothing was chosen.
    """

    kind: NotificationKind
    project_id: UUID | None
    default: Channels
    own: Channels | None

    @property
    def effective(self) -> Channels:
        return self.default if self.own is None else self.own


class Change(NamedTuple):
    """A choice to be made; without channels it is reset, and those that are None stay."""

    kind: NotificationKind
    project: Project | None
    inbox: bool | None
    mail: bool | None
    is_reset: bool


def choices_of(*, actor: Actor, workspace: Workspace) -> list[Choice]:
    """One choice for each of the KINDS, then those made for projects the person may read."""
    readable = Project.objects.reachable_by(actor).filter(workspace=workspace)
    rows = Preference.objects.filter(
        Q(project=None) | Q(project__in=readable), person=actor.person, workspace=workspace
    )
    own = {(row.project_id, row.kind): _channels(row) for row in rows.order_by("created_at", "pk")}
    general = {
        str(kind): Choice(kind, None, DEFAULTS[kind], own.pop((None, kind), None)) for kind in KINDS
    }
    special = [
        Choice(NotificationKind(kind), project_id, general[kind].effective, channels)
        for (project_id, kind), channels in own.items()
    ]
    return [*general.values(), *special]


@transaction.atomic
def change_preferences(*, actor: Actor, workspace: Workspace, changes: Sequence[Change]) -> None:
    """Make or reset the choices; those that are not named stay."""
    _check(workspace, changes)
    members = Membership.objects.filter(workspace=workspace, user=actor.person)
    # So that the person's preferences change in turns, and not while they leave.
    if members.select_for_update(no_key=True, of=("self",)).first() is None:
        raise NotFound
    own = Preference.objects.filter(person=actor.person, workspace=workspace)
    rows = {(row.project_id, row.kind): row for row in own}
    reset = [rows.pop(_place(each), None) for each in changes if each.is_reset]
    own.filter(pk__in=[row.pk for row in reset if row]).delete()
    kept = {place: _channels(row) for place, row in rows.items()}
    chosen = [_chosen(each, kept) for each in changes if not each.is_reset]
    Preference.objects.bulk_create(
        [
            Preference(
                workspace=workspace,
                person=actor.person,
                project_id=project_id,
                kind=kind,
                in_inbox=channels.inbox,
                by_mail=channels.mail,
            )
            for project_id, kind, channels in chosen
        ],
        update_conflicts=True,
        unique_fields=["person", "workspace", "project", "kind"],
        update_fields=["in_inbox", "by_mail", "unsubscribed"],
    )


@as_system("the preferences of somebody who leaves")
def erase_preferences(*, person: User, workspace: Workspace | None = None) -> None:
    """Delete what the person chose in a workspace they leave; of a deleted person, everything."""
    for model in (Preference, MailBatch, ReminderChoice):
        rows = model._default_manager.filter(person=person)
        (rows.filter(workspace=workspace) if workspace else rows).delete()
    if workspace is None:
        MailSchedule.objects.filter(person=person).delete()


@as_system("the preferences of two accounts that become one")
def move_preferences(*, person: User, former: User) -> None:
    """Give the person what the former account chose, where they have chosen nothing."""
    chosen = Preference.objects.filter(person=person).values("workspace")
    Preference.objects.filter(person=former).exclude(workspace__in=chosen).update(person=person)
    if not MailSchedule.objects.filter(person=person).exists():
        MailSchedule.objects.filter(person=former).update(person=person)


def _check(workspace: Workspace, changes: Sequence[Change]) -> None:
    if len({_place(each) for each in changes}) < len(changes):
        raise Invalid(errors={"preferences": [TWICE]})
    if any(each.project and each.project.workspace_id != workspace.pk for each in changes):
        raise Invalid(errors={"preferences": [ELSEWHERE]})


def _place(change: Change) -> tuple[UUID | None, str]:
    return (change.project.pk if change.project else None, change.kind)


def _chosen(
    change: Change, kept: dict[tuple[UUID | None, str], Channels]
) -> tuple[UUID | None, str, Channels]:
    project_id, kind = _place(change)
    default = kept.get((None, kind), DEFAULTS[change.kind])
    before = kept.get((project_id, kind), default)
    inbox = before.inbox if change.inbox is None else change.inbox
    mail = before.mail if change.mail is None else change.mail
    return project_id, kind, Channels(inbox=inbox, mail=mail)


def _channels(row: Preference) -> Channels:
    return Channels(inbox=row.in_inbox, mail=row.by_mail)
