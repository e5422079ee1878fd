"""Reassigning the open tasks of somebody who leaves; complete ones stay theirs."""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from core.actor import Actor
from core.events import Changes, publish_all
from core.models import as_event_value
from projects.models import Project, ProjectMembership
from projects.services.members import NotInProject
from tasks.events import TaskAssigned, TasksHandedOver
from tasks.models import FINISHED, Task
from workspaces.reassignment import Handover

Successors = dict[UUID, User]
"""Who takes over, by the id of the project; nobody in projects that are missing."""


@transaction.atomic
def hand_over_tasks(
    *, actor: Actor, person: User, projects: Sequence[Project], handover: Handover
) -> None:
    """Assign the person's open tasks to the successor in each project, or to nobody.

    Deleted tasks as well, which would otherwise be restored with an assignee who has left. The
    caller has locked the projects, so that their members stay the same meanwhile.
    """
    by_id = {project.pk: project for project in projects}
    tasks = _locked_open_tasks(by_id, person)
    concerned = {task.project_id for task in tasks if task.deleted_at is None}
    successors = _leads(projects) if handover.to_lead else _where_member(handover.person, by_id)
    if handover.person and (lacking := [by_id[pk] for pk in concerned - successors.keys()]):
        _refuse([project for project in lacking if project.deleted_at is None], actor)
    for task in tasks:
        task.project = by_id[task.project_id]
    _assign(tasks, successors)
    _publish(tasks, person, actor)


def _locked_open_tasks(projects: dict[UUID, Project], person: User) -> list[Task]:
    open_tasks = Task.objects.filter(project__in=projects, assignee=person)
    open_tasks = open_tasks.exclude(category__in=FINISHED).defer("description", "description_html")
    return list(open_tasks.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def _leads(projects: Sequence[Project]) -> Successors:
    leads = {project.pk: project.team_lead_id for project in projects}
    found = User.objects.active().in_bulk({lead for lead in leads.values() if lead})
    return {project: found[lead] for project, lead in leads.items() if lead in found}


def _where_member(successor: User | None, projects: dict[UUID, Project]) -> Successors:
    if successor is None:
        return {}
    places = ProjectMembership.objects.filter(
        project__in=projects, user=successor, user__is_active=True, user__deleted_at=None
    )
    return dict.fromkeys(places.values_list("project_id", flat=True), successor)


def _refuse(lacking: list[Project], actor: Actor) -> None:
    """NotInProject with the projects the successor is no member of; hidden ones only counted."""
    if not lacking:
        return
    shown = Project.objects.filter(pk__any_of=[project.pk for project in lacking]).order_by("pk")
    if actor is not None and not actor.in_admin:
        shown = shown.visible_to(actor)
    named = [{"id": str(project.pk), "key": project.key} for project in shown]
    message = "This person is not a member of every project with open tasks to take over."
    raise NotInProject(
        message,
        errors={"reassign_to": [message]},
        projects=named,
        hidden_projects=len(lacking) - len(named),
    )


def _assign(tasks: list[Task], successors: Successors) -> None:
    """Save the new assignees, with one statement for each of them."""
    by_successor: dict[User | None, list[Task]] = {}
    for task in tasks:
        by_successor.setdefault(successors.get(task.project_id), []).append(task)
    now = timezone.now()
    for successor, theirs in by_successor.items():
        Task.objects.filter(pk__any_of=[task.pk for task in theirs]).update(
            assignee=successor, version=F("version") + 1, updated_at=now
        )
        for task in theirs:
            task.assignee, task.version, task.updated_at = successor, task.version + 1, now


def _publish(tasks: list[Task], person: User, actor: Actor) -> None:
    publish_all(
        [
            TaskAssigned(
                actor=actor,
                task=task,
                before=person,
                in_handover=True,
                changes=_changes(task, person),
            )
            for task in tasks
        ]
    )
    handed_over = [task for task in tasks if task.assignee_id and task.deleted_at is None]
    handed_over.sort(key=lambda task: task.project_id)
    publish_all(
        [
            TasksHandedOver(actor=actor, project=project, person=person, tasks=list(theirs))
            for project, theirs in groupby(handed_over, key=lambda task: task.project)
        ]
    )


def _changes(task: Task, person: User) -> Changes:
    return {"assignee": {"old": as_event_value(person), "new": as_event_value(task.assignee)}}
