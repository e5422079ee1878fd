"""Reading what a mail about news tells, just before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.models import User
from comments.models import Comment
from core.actor import Actor
from notifications.models import MutedTask, Notification
from notifications.sentences import About, sentence
from notifications.services.channels import channels_for
from notifications.services.recheck import ACCOUNT_CLOSED, WORKSPACE_DELETED
from notifications.services.telling import MEANT_FOR_ONE
from outbox.models import Delivery
from outbox.registry import Skip
from projects.models import Project
from tasks.models import Task
from workspaces.models import Workspace, role_in_workspace

NOTHING_LEFT = "all of it was read in the inbox, or is not to be told any more"


@dataclass(frozen=True)
class Entry:
    """One thing that is told: a sentence, and the comment it is about, or ""."""

    sentence: str
    comment: str


@dataclass
class Topic:
    """What is told of a task, of a project, or of the workspace itself (neither)."""

    task: Task | None
    project: Project | None
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class News:
    recipient: User
    workspace: Workspace
    topics: Sequence[Topic]
    count: int
    """How many entries there are in all, with those left out."""


def recheck_news(delivery: Delivery, *, most: int) -> News | Skip:
    """What the mail tells: at most so many entries, the oldest first.

    Without what was read meanwhile, unless staff send it again, and without what the recipient may
    not read any more, or wants no mail of. A Skip if nothing is left.
    """
    recipient = User.objects.active().filter(pk=delivery.recipient_id).first()
    if recipient is None:
        return Skip(ACCOUNT_CLOSED)
    workspace = Workspace.objects.alive().filter(pk=delivery.workspace_id).first()
    if workspace is None:
        return Skip(WORKSPACE_DELETED)
    if not role_in_workspace.first(actor=recipient, workspace=workspace.pk):
        return Skip("the person left the workspace")
    told = _wanted(delivery)
    places = _Places.of(told, recipient, workspace)
    kept = [each for each in told if places.has(each)]
    if not kept:
        return Skip(NOTHING_LEFT)
    topics = places.topics_of(kept[:most])
    return News(recipient=recipient, workspace=workspace, topics=topics, count=len(kept))


def _wanted(delivery: Delivery) -> list[Notification]:
    """Those of the delivery that are unread, and of which the recipient wants mail."""
    rows = Notification.objects.filter(delivery_id=delivery.pk).order_by("created_at", "pk")
    if not delivery.generation:
        rows = rows.filter(read_at=None)
    told = list(rows)
    channels = channels_for(told)
    return [each for each, chosen in zip(told, channels, strict=True) if chosen.mail]


@dataclass(frozen=True)
class _Places:
    """The tasks, projects and comments that the recipient may read, and names of people, by id."""

    workspace: Workspace
    tasks: dict[UUID | None, Task]
    projects: dict[UUID | None, Project]
    comments: dict[UUID | None, str]
    names: dict[UUID | None, str]
    muted: set[UUID]

    @classmethod
    def of(cls, told: Sequence[Notification], recipient: User, workspace: Workspace) -> "_Places":
        asking = Actor(user=recipient)
        tasks = Task.objects.visible_to(asking).select_related("project__workspace")
        tasks = tasks.defer("description", "description_html")
        projects = Project.objects.reachable_by(asking).select_related("workspace")
        comments = Comment.objects.filter(pk__any_of=_ids(told, "comment_id"), deleted_at=None)
        people = User.objects.filter(pk__any_of=_ids(told, "actor_id"))
        muted = MutedTask.objects.filter(person=recipient, task__any_of=_ids(told, "task_id"))
        return cls(
            workspace=workspace,
            tasks={each.pk: each for each in tasks.filter(pk__any_of=_ids(told, "task_id"))},
            projects={
                each.pk: each for each in projects.filter(pk__any_of=_ids(told, "project_id"))
            },
            comments=dict(comments.values_list("pk", "content")),
            names=dict(people.values_list("pk", "name")),
            muted={*muted.values_list("task_id", flat=True)},
        )

    def has(self, told: Notification) -> bool:
        """Whether the recipient may still read what it is about, and wants to hear of it."""
        if told.task_id and told.task_id not in self.tasks:
            return False
        if told.project_id and told.project_id not in self.projects:
            return False
        if told.comment_id and told.comment_id not in self.comments:
            return False
        return told.task_id not in self.muted or told.kind in MEANT_FOR_ONE

    def topics_of(self, told: Sequence[Notification]) -> list[Topic]:
        """By task, project or workspace, in the order of the first of each."""
        topics: dict[UUID | None, Topic] = {}
        for each in told:
            about = each.task_id or each.project_id
            task = self.tasks[each.task_id] if each.task_id else None
            project = self.projects[each.project_id] if each.project_id else None
            topic = topics.setdefault(about, Topic(task, project))
            topic.entries.append(self._entry(each))
        return list(topics.values())

    def _entry(self, told: Notification) -> Entry:
        task, project = self.tasks.get(told.task_id), self.projects.get(told.project_id)
        about = About(
            actor=self.names.get(told.actor_id, ""),
            task=task.spoken_key if task else "",
            project=project.name if project else "",
            workspace=self.workspace.name,
            is_comment=told.comment_id is not None,
        )
        comment = self.comments.get(told.comment_id, "")
        return Entry(sentence(told.kind, about, told.facts), comment)


def _ids(told: Sequence[Notification], name: str) -> list[Any]:
    """The values of the column of these notifications that are not null."""
    return list({getattr(each, name) for each in told} - {None})
