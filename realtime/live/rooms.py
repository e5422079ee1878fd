"""Rooms: what a socket follows, a whole workspace, one project of it, or one's own inbox."""

import re
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from activity.services.pages import last_number
from core.actor import Actor
from core.api.public_ids import find_row
from core.context import show_workspaces_of
from core.errors import Forbidden
from core.queries import compiled
from projects.models import Project
from realtime.live.inboxes import InboxRoom, find_inbox
from workspaces.models import Workspace
from workspaces.rights import READ_WORKSPACE

NAME = re.compile(r"(workspace|project|user):([A-Za-z0-9_-]{1,64})", re.ASCII)
MODELS: dict[str, Any] = {"workspace": Workspace, "project": Project}


class RoomRefused(Forbidden):
    """Unknown, deleted, or not for this person: the answer is the same."""

    message = "You cannot follow this room."


class Room(NamedTuple):
    """`project_id` is None for the whole workspace."""

    workspace_id: UUID
    project_id: UUID | None

    @property
    def key(self) -> str:
        """The room's name among processes."""
        return str(self.project_id or self.workspace_id)


def find_room(actor: Actor, name: str) -> tuple[Room | InboxRoom, int]:
    """The room with this name and the number of its workspace's last event, or RoomRefused.

    Of an inbox, the last number given there.
    """
    with transaction.atomic():
        show_workspaces_of(actor.person_id, actor.credential.workspaces)
        return _found(actor, name)


def check_readable(actor: Actor, room: Room) -> None:
    """Raise RoomRefused if the person may not read it, or not any more."""
    if room.project_id is not None:
        found = _reachable_project.first(actor=actor, project=room.project_id)
    else:
        found = _visible_workspace.first(actor=actor, workspace=room.workspace_id)
    if found is None:
        raise RoomRefused


@compiled
def _reachable_project(actor: Any, project: Any) -> QuerySet[Project, Any]:
    return Project.objects.reachable_by(actor).filter(pk=project).values_list("pk", flat=True)


@compiled
def _visible_workspace(actor: Any, workspace: Any) -> QuerySet[Workspace, Any]:
    rows = Workspace.objects.visible_to(actor).filter(pk=workspace)
    return rows.values_list("pk", flat=True)


def _found(actor: Actor, name: str) -> tuple[Room | InboxRoom, int]:
    match = NAME.fullmatch(name)
    if match and match[1] == "user":
        if own := find_inbox(actor, match[2]):
            return own
        raise RoomRefused
    row = find_row(MODELS[match[1]], match[2], actor=actor) if match else None
    if isinstance(row, Project):
        room = Room(row.workspace_id, row.pk)
    elif row is not None and row.standing_of(actor).covers(READ_WORKSPACE):
        room = Room(row.pk, None)
    else:
        raise RoomRefused
    last = last_number(room.workspace_id)
    # Again, after the number: who loses the right from now on does so by a later event.
    check_readable(actor, room)
    return room, last
