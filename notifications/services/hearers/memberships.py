"""Who hears of places in workspaces and projects: those who get, change or lose one.

Whoever does not belong to the workspace is told without it: the facts hold its name.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.models import uuid7
from notifications.models import Notification, NotificationKind
from projects.events import (
    ProjectLeadChanged,
    ProjectMemberAdded,
    ProjectMemberRemoved,
    ProjectRoleChanged,
)
from projects.models import Project
from projects.services.access import readers_of
from workspaces.events import (
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    OwnerChanged,
)

ADDED, ROLE_CHANGED, OWNER, REMOVED = "added", "role_changed", "owner", "removed"
"""`change` in the facts of MEMBERSHIP_CHANGED."""


def hearers_of_new_members(
    events: Sequence[MemberAdded | ProjectMemberAdded],
) -> list[Notification]:
    """Who was added; not by an identity provider, whose members find themselves in the place."""
    if events[0].actor.is_system:
        return []
    return [_of_membership(event, ADDED) for event in events]


def hearers_of_new_roles(
    events: Sequence[MemberRoleChanged | ProjectRoleChanged],
) -> list[Notification]:
    return [_of_membership(event, ROLE_CHANGED) for event in events]


def hearers_of_new_owners(events: Sequence[OwnerChanged]) -> list[Notification]:
    """The new owner."""
    return [
        _of_place(
            event.workspace.owner_id,
            f"{event.workspace.pk}:{OWNER}:{event.workspace.version}",
            {"change": OWNER},
            workspace_id=event.workspace.pk,
        )
        for event in events
        if event.workspace.owner_id
    ]


def hearers_of_workspace_removals(events: Sequence[MemberRemoved]) -> list[Notification]:
    """Who was removed."""
    return [
        _of_place(event.person.pk, uuid7(), {"change": REMOVED, "name": event.workspace.name})
        for event in events
    ]


def hearers_of_project_removals(events: Sequence[ProjectMemberRemoved]) -> list[Notification]:
    """Who was removed; as a member of the workspace, which one may be no longer a moment later."""
    return [
        _of_place(
            event.person.pk,
            uuid7(),
            {"change": REMOVED, "name": event.project.name},
            workspace_id=event.project.workspace_id,
        )
        for event in events
    ]


def hearers_of_lead_changes(events: Sequence[ProjectLeadChanged]) -> list[Notification]:
    """The new lead; and the one before, if they may still read the project."""
    found = []
    for event in events:
        project, former = event.project, event.before
        people = [project.team_lead_id] if project.team_lead_id else []
        if former and not event.actor.is_person(former):
            people += readers_of(project).filter(user=former).values_list("user_id", flat=True)
        found += [_of_lead(person, project) for person in people]
    return found


def _of_lead(person: UUID, project: Project) -> Notification:
    kind = NotificationKind.LEAD_CHANGED
    return Notification(
        kind=kind,
        key=f"{kind}:{project.pk}:{project.version}",
        recipient_id=person,
        workspace_id=project.workspace_id,
        project_id=project.pk,
        facts={"is_lead": person == project.team_lead_id},
    )


def _of_membership(event: Any, change: str) -> Notification:
    place = event.membership
    return _of_place(
        place.user_id,
        f"{place.pk}:{place.version}",
        {"change": change, "role": str(place.role)},
        workspace_id=place.workspace_id,
        project_id=getattr(place, "project_id", None),
    )


def _of_place(person: UUID, key: object, facts: dict[str, str], **where: Any) -> Notification:
    kind = NotificationKind.MEMBERSHIP_CHANGED
    about = {"kind": kind, "key": f"{kind}:{key}", "facts": facts}
    return Notification(recipient_id=person, **about, **where)
