"""What is posted: an event as ADMINs of its workspace read it, or a sentence about it."""

from typing import Any

import orjson

from activity.models import Event
from activity.services.names import Asker
from core.actor import Actor, Audience
from core.rights import Standing
from notifications.mails import link_to, link_to_project, link_to_workspace
from outbox.mail.text import plain
from projects.models import Project
from tasks.models import Task
from webhooks.models import Format
from workspaces.models import Membership, Workspace
from workspaces.rights import WorkspaceRole

LONGEST_TEXT = 2000
"""Characters that Discord takes."""
TEXT_OF: dict[str, str] = {Format.SLACK.value: "text", Format.DISCORD.value: "content"}
SAVED_FILTER = "saved_filter"
ESCAPED = {
    Format.SLACK.value: str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"}),
    Format.DISCORD.value: str.maketrans({"<": "\u2039", ">": "\u203a"}),
}
"""What would name a channel or begin a link: escaped, or replaced by what looks similar."""


def reader_of(event: Event, workspace: Workspace) -> Asker | None:
    """Who stands for all ADMINs of the workspace; None if there is none who reads the event.

    A filter that only its owner sees may be an ADMIN's, which the others do not read.
    """
    standing = Standing(workspace_role=WorkspaceRole.ADMIN)
    if event.entity == SAVED_FILTER:
        asking: Actor | Audience = Audience(event.project_id)
    else:
        places = Membership.objects.filter(workspace=workspace, role=WorkspaceRole.ADMIN)
        place = places.select_related("user").order_by("created_at", "pk").first()
        if place is None:
            return None
        asking = Actor(user=place.user)
    rows = Event.objects.visible_to(asking).filter(pk=event.pk, private_to=None)
    return Asker(asking, standing) if rows.exists() else None


def whole_body(kind: str, workspace: Workspace, document: dict[str, Any]) -> str:
    """The JSON of an event, as Standard Webhooks recommends it."""
    body = {
        "type": kind,
        "timestamp": document.get("committed_at") or document["created_at"],
        "workspace_id": workspace.public_id,
        "data": document,
    }
    return orjson.dumps(body).decode()


def sentence_body(format_: str, event: Event, workspace: Workspace, shown: dict[str, Any]) -> str:
    """The JSON of a message with the sentence about the event and a link to what it is about."""
    task = shown["task"] or {}
    title = f": {task['title']}" if task.get("title") else ""
    return text_body(format_, f"{shown['sentence']}{title}", _link(event, workspace))


def text_body(format_: str, text: str, link: str = "") -> str:
    """The JSON of a message; nothing in the text names people or groups of the other side."""
    key, rest = TEXT_OF[format_], f"\n{link}" if link else ""
    body: dict[str, Any] = {key: _fitting(plain(text), ESCAPED[format_], len(rest)) + rest}
    if format_ == Format.DISCORD:
        body["allowed_mentions"] = {"parse": []}
    return orjson.dumps(body).decode()


def _fitting(text: str, escaped: dict[int, str], taken: int) -> str:
    """The text escaped, with what is taken besides within LONGEST_TEXT characters."""
    room = LONGEST_TEXT - taken
    whole = text.translate(escaped)
    if len(whole) <= room:
        return whole
    parts, size = [], 1
    for part in (letter.translate(escaped) for letter in text):
        if size + len(part) > room:
            break
        parts.append(part)
        size += len(part)
    return f"{''.join(parts)}…"


def _link(event: Event, workspace: Workspace) -> str:
    """The page of the task, the project or the workspace."""
    if event.task_id:
        rows = Task.objects.filter(pk=event.task_id, deleted_at=None)
        if task := rows.select_related("project__workspace").first():
            return link_to(task)
    if event.project_id:
        projects = Project.objects.filter(pk=event.project_id, deleted_at=None)
        if project := projects.select_related("workspace").first():
            return link_to_project(project)
    return link_to_workspace(workspace)
