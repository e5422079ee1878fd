"""Documents as clients see them, spelled out key by key."""

from datetime import datetime
from typing import Any

from accounts.models import User
from attachments.models import Attachment
from comments.models import Comment
from core.markdown import as_html
from core.rights import is_own
from projects.models import Project, ProjectMembership, Status
from tasks.models import Label, SavedFilter, Task
from tests.support.actors import by
from tests.support.rights import ABILITIES
from workspaces.models import Invitation, Membership, Workspace


def at(moment: datetime) -> str:
    """An instant as JSON has it."""
    return moment.isoformat()


def person(user: User) -> dict[str, Any]:
    return {
        "id": user.public_id,
        "name": user.name,
        "email": user.email,
        "avatar_url": "",
        "image": "",
    }


def workspace_document(workspace: Workspace, reader: User) -> dict[str, Any]:
    return {
        "id": workspace.public_id,
        "name": workspace.name,
        "slug": workspace.slug,
        "image_url": workspace.image_url,
        "owner_id": workspace.owner.public_id if workspace.owner else None,
        "pending_owner_id": workspace.offered_to.public_id if workspace.offered_to else None,
        "pending_owner_until": at(workspace.offer_expires_at)
        if workspace.offer_expires_at
        else None,
        "created_at": at(workspace.created_at),
        "updated_at": at(workspace.updated_at),
        "version": workspace.version,
        "abilities": _abilities("workspace", workspace, reader),
    }


def member_document(membership: Membership) -> dict[str, Any]:
    user = membership.user
    return {
        "id": user.public_id,
        "userId": user.public_id,
        "email": user.email,
        "name": user.name,
        "avatar_url": "",
        "role": membership.role,
        "message": membership.message,
        "workspace_id": membership.workspace.public_id,
        "workspaceId": membership.workspace.public_id,
        "joined_at": at(membership.created_at),
        "user": person(user),
        "version": membership.version,
        "truncated": {},
    }


def project_member_document(membership: ProjectMembership) -> dict[str, Any]:
    return {
        "id": str(membership.pk),
        "user_id": membership.user.public_id,
        "userId": membership.user.public_id,
        "project_id": str(membership.project_id),
        "projectId": str(membership.project_id),
        "role": membership.role,
        "user": person(membership.user),
        "created_at": at(membership.created_at),
        "version": membership.version,
    }


def project_document(project: Project, reader: User) -> dict[str, Any]:
    """As the canonical routes show it: with members, without tasks."""
    lead = project.team_lead
    return {
        "id": str(project.pk),
        "workspace_id": project.workspace.public_id,
        "workspaceId": project.workspace.public_id,
        "key": project.key,
        "name": project.name,
        "description": project.description,
        "visibility": project.visibility,
        "status": project.status,
        "priority": project.priority,
        "progress": project.progress,
        "start_date": _day(project.start_date),
        "end_date": _day(project.end_date),
        "completion_requires_unblocked": project.completion_requires_unblocked,
        "team_lead": lead.public_id if lead else None,
        "lead": person(lead) if lead else None,
        "created_by": person(project.created_by),
        "archived_at": at(project.archived_at) if project.archived_at else None,
        "created_at": at(project.created_at),
        "updated_at": at(project.updated_at),
        "version": project.version,
        "abilities": _abilities("project", project, reader),
        "truncated": {},
        "members": [project_member_document(m) for m in project.memberships.order_by("created_at")],
    }


def project_alone(project: Project, reader: User) -> dict[str, Any]:
    """As every answer about one project shows it, and the lists of older clients: with tasks."""
    tasks = project.tasks.filter(deleted_at=None).order_by("-created_at", "-id")
    return {**project_document(project, reader), "tasks": [task_in_project(task) for task in tasks]}


def filter_document(saved: SavedFilter) -> dict[str, Any]:
    return {
        "id": str(saved.pk),
        "project_id": str(saved.project_id),
        "name": saved.name,
        "parameters": saved.parameters,
        "is_shared": saved.is_shared,
        "owner": person(saved.owner),
        "created_at": at(saved.created_at),
        "updated_at": at(saved.updated_at),
        "version": saved.version,
    }


def task_alone(task: Task, reader: User) -> dict[str, Any]:
    """As every answer about one task shows it, and the lists of older clients: with comments."""
    comments = task.comments.filter(deleted_at=None).order_by("created_at", "id")
    shown = [comment_alone(comment, reader) for comment in comments]
    return {**task_document(task, reader), **parts_of(task), "comments": shown}


def parts_of(task: Task) -> dict[str, Any]:
    """What answers about one task show besides."""
    subtasks = Task.objects.filter(parent=task, deleted_at=None)
    total, complete = subtasks.count(), subtasks.filter(is_complete=True).count()
    percent = 100 * complete // total if total else None
    labels = [held.label for held in task.task_labels.order_by("created_at", "pk")]
    return {
        "labels": [{"id": str(x.pk), "name": x.name, "color": x.color} for x in labels],
        "description_html": as_html(task.description),
        "subtasks": {"total": total, "complete": complete, "percent": percent},
        "mentions": [person(each.user) for each in task.mentions.order_by("created_at", "id")],
    }


def label_document(label: Label) -> dict[str, Any]:
    return {
        "id": str(label.pk),
        "project_id": str(label.project_id),
        "name": label.name,
        "color": label.color,
        "created_at": at(label.created_at),
        "updated_at": at(label.updated_at),
        "version": label.version,
    }


def status_document(column: Status) -> dict[str, Any]:
    return {
        "id": str(column.pk),
        "key": column.key,
        "name": column.name,
        "color": column.color,
        "position": column.position,
        "category": column.category,
        "is_default": column.is_default,
        "wip_limit": column.wip_limit,
        "created_at": at(column.created_at),
        "updated_at": at(column.updated_at),
        "version": column.version,
    }


def task_document(task: Task, reader: User) -> dict[str, Any]:
    """As the canonical routes show it: with the number of comments, without them."""
    assignee, project = task.assignee, task.project
    return {
        "id": str(task.pk),
        "key": f"{project.key}-{task.number}",
        "number": task.number,
        "title": task.title,
        "description": task.description,
        "type": task.type,
        "priority": task.priority,
        "status": task.status.key,
        "status_id": str(task.status_id),
        "category": task.category,
        "is_complete": task.is_complete,
        "assignee_id": assignee.public_id if assignee else None,
        "assigneeId": assignee.public_id if assignee else None,
        "assignee": person(assignee) if assignee else None,
        "created_by": person(task.created_by),
        "workspace_id": task.workspace.public_id,
        "project_id": str(project.pk),
        "projectId": str(project.pk),
        "project": {
            "id": str(project.pk),
            "key": project.key,
            "name": project.name,
            "status": project.status,
            "priority": project.priority,
            "team_lead": project.team_lead.public_id if project.team_lead else None,
            "workspace_id": task.workspace.public_id,
            "workspaceId": task.workspace.public_id,
        },
        "is_blocked": task.is_blocked,
        "parent_id": str(task.parent_id) if task.parent_id else None,
        "position": task.position,
        "estimate_minutes": task.estimate_minutes,
        "start_date": _day(task.start_date),
        "due_date": _day(task.due_date),
        "due_time": _day(task.due_time),
        "recurrence": {"every": task.repeat_every, "unit": task.repeat_unit}
        if task.repeat_every
        else None,
        "completed_at": at(task.completed_at) if task.completed_at else None,
        "created_at": at(task.created_at),
        "updated_at": at(task.updated_at),
        "version": task.version,
        "abilities": _abilities("task", task, reader),
        "truncated": {},
        "comment_count": task.comments.filter(deleted_at=None).count(),
    }


def task_in_project(task: Task) -> dict[str, Any]:
    """The short form in which a project shows its tasks."""
    assignee = person(task.assignee) if task.assignee else {}
    short = {key: assignee[key] for key in ("id", "name", "email", "image") if assignee}
    return {
        "id": str(task.pk),
        "title": task.title,
        "status": task.status.key,
        "type": task.type,
        "priority": task.priority,
        "due_date": _day(task.due_date),
        "projectId": str(task.project_id),
        "assignee": short or None,
    }


def comment_alone(comment: Comment, reader: User) -> dict[str, Any]:
    """As every answer about one comment shows it: with HTML."""
    return {**comment_document(comment, reader), "content_html": as_html(comment.content)}


def task_with_files(task: Task, reader: User) -> dict[str, Any]:
    """As clients see it that ask for its attachments."""
    files = task.attachments.filter(deleted_at=None, state="READY").order_by("created_at", "id")
    shown = [attachment_document(file, reader) for file in files]
    return {**task_alone(task, reader), "attachments": shown, "attachment_count": len(shown)}


def attachment_document(attachment: Attachment, reader: User) -> dict[str, Any]:
    return {
        "id": str(attachment.pk),
        "task_id": str(attachment.task_id),
        "comment_id": str(attachment.comment_id) if attachment.comment_id else None,
        "file_name": attachment.file_name,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "content_type": attachment.content_type,
        "claimed_type": attachment.claimed_type,
        "state": attachment.state,
        "thumbnail_size": attachment.thumbnail_size,
        "uploaded_by": person(attachment.uploaded_by),
        "created_at": at(attachment.created_at),
        "updated_at": at(attachment.updated_at),
        "version": attachment.version,
        "abilities": _abilities("attachment", attachment, reader),
    }


def comment_document(comment: Comment, reader: User) -> dict[str, Any]:
    reactions: dict[str, list[User]] = {}
    for reaction in comment.reactions.order_by("created_at"):
        reactions.setdefault(reaction.emoji, []).append(reaction.user)
    return {
        "id": str(comment.pk),
        "task_id": str(comment.task_id),
        "taskId": str(comment.task_id),
        "parent_id": str(comment.parent_id) if comment.parent_id else None,
        "content": comment.content,
        "mentions": [person(each.user) for each in comment.mentions.order_by("created_at", "id")],
        "reactions": [
            {"emoji": emoji, "count": len(people), "mine": reader in people}
            for emoji, people in reactions.items()
        ],
        "reply_count": comment.replies.filter(deleted_at=None).count(),
        "author": person(comment.author),
        "user": person(comment.author),
        "created_at": at(comment.created_at),
        "createdAt": at(comment.created_at),
        "updated_at": at(comment.updated_at),
        "edited_at": at(comment.edited_at) if comment.edited_at else None,
        "version": comment.version,
        "abilities": _abilities("comment", comment, reader),
        "truncated": {},
    }


def _abilities(kind: str, row: Any, reader: User) -> dict[str, bool]:
    standing, own = row.standing_of(by(reader)), is_own(row, by(reader))
    return {name: standing.covers(code, own=own) for name, code in ABILITIES[kind].items()}


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


def invitation_document(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": str(invitation.pk),
        "workspace_id": invitation.workspace.public_id,
        "email": invitation.email,
        "role": invitation.role,
        "message": invitation.message,
        "status": invitation.status,
        "invited_by": person(invitation.invited_by) if invitation.invited_by else None,
        "sent_at": at(invitation.sent_at),
        "expires_at": at(invitation.expires_at),
        "created_at": at(invitation.created_at),
        "version": invitation.version,
    }
