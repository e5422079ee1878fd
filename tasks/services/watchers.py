"""Following tasks."""

from django.db import transaction

from accounts.models import User
from core.actor import Actor
from core.context import as_system
from core.errors import Conflict, Invalid
from core.events import publish
from core.models import as_event_value
from core.queries import insert
from core.rights import require
from projects.rights import READ_PROJECT
from tasks.events import TaskUnwatched, TaskWatched
from tasks.models import Task, Watcher
from tasks.rights import UPDATE_TASK
from tasks.services.locks import lock_task
from workspaces.models import Workspace

MOST_WATCHERS = 200


class TooManyWatchers(Conflict):
    message = f"A task has at most {MOST_WATCHERS} watchers."


class MayNotRead(Invalid):
    message = "This person may not read the task."


@transaction.atomic
def watch_task(*, actor: Actor, task: Task, person: User) -> Watcher:
    """Let the person follow the task; for others than oneself as who may change it."""
    task = _locked_task(actor, task, person)
    standing = task.standing_of(Actor(user=person))
    if not (person.is_active and standing.covers(READ_PROJECT)):
        raise MayNotRead(errors={"user_id": [MayNotRead.message]})
    watchers = Watcher.objects.filter(task=task)
    if watcher := watchers.filter(user=person).first():
        return watcher
    if watchers.count() >= MOST_WATCHERS:
        raise TooManyWatchers
    watcher = Watcher(workspace_id=task.workspace_id, task=task, user=person)
    insert(watcher)
    change = {"watcher": {"old": None, "new": as_event_value(person)}}
    publish(TaskWatched(actor=actor, task=task, changes=change))
    return watcher


@transaction.atomic
def unwatch_task(*, actor: Actor, task: Task, person: User) -> None:
    """Let the person follow the task no longer; one who does not already changes nothing."""
    task = _locked_task(actor, task, person)
    removed, _ = Watcher.objects.filter(task=task, user=person).delete()
    if removed:
        change = {"watcher": {"old": as_event_value(person), "new": None}}
        publish(TaskUnwatched(actor=actor, task=task, changes=change))


def end_watching(*, workspace: Workspace, person: User) -> None:
    """Remove what somebody watches in a workspace they have left."""
    Watcher.objects.filter(workspace=workspace, user=person).delete()


@as_system("watched tasks of somebody who is gone, in all workspaces")
def end_all_watching(*, person: User) -> None:
    Watcher.objects.filter(user=person).delete()


def _locked_task(actor: Actor, task: Task, person: User) -> Task:
    task = lock_task(task)  # not shared: watchers are counted, and added once
    require(READ_PROJECT if person == actor.user else UPDATE_TASK, task, actor)
    return task
