"""Everything that changes a project itself; its people stand in `membership`."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from core.errors import Conflict, Invalid
from core.events import publish
from projects.events import (
    ProjectArchived,
    ProjectCreated,
    ProjectDeleted,
    ProjectUnarchived,
    ProjectUpdated,
)
from projects.membership import join, lead
from projects.models import Project, Status, Transition
from projects.templates import COLUMNS, STRICTLY_FORWARD, Workflow
from workspaces.models import Workspace

KEY_LENGTH = 4


class EndsBeforeItStarts(Invalid):
    message = "The end date lies before the start date."


class Archived(Conflict):
    message = "The project is archived."


@transaction.atomic
def create_project(
    *,
    actor: User,
    workspace: Workspace,
    team_lead: User | None = None,
    team_members: Iterable[User] = (),
    workflow: str = Workflow.SIMPLE,
    **fields: Any,
) -> Project:
    """A project with its columns, its people and, where one is named, its lead."""
    workspace = Workspace.objects.alive().locked(workspace.pk)
    project = Project(workspace=workspace, created_by=actor, **fields)
    _check_dates(project)
    project.key = _free_key(workspace, project.name)
    project.save(force_insert=True)
    _lay_out(project, Workflow(workflow))
    publish(ProjectCreated(actor=actor, project=project))
    join(project, [actor, *team_members], actor=actor)
    if team_lead:
        join(project, [team_lead], actor=actor, field="team_lead")
        lead(project, team_lead)
    return project


@transaction.atomic
def update_project(
    *, actor: User, project: Project, changes: dict[str, Any], version: int | None = None
) -> Project:
    """Change the fields given; the same values again change nothing."""
    project = Project.objects.alive().locked(project.pk)
    project.check_version(version)
    changed = project.change(**changes)
    _check_dates(project)
    if changed:
        project.save_changes(*changed)
        publish(ProjectUpdated(actor=actor, project=project, changes=changed))
    return project


@transaction.atomic
def archive_project(*, actor: User, project: Project) -> Project:
    """Put the project aside; archiving twice changes nothing."""
    project = Project.objects.alive().locked(project.pk)
    if project.archived_at is None:
        project.archived_at = timezone.now()
        project.save_changes("archived_at")
        publish(ProjectArchived(actor=actor, project=project))
    return project


@transaction.atomic
def unarchive_project(*, actor: User, project: Project) -> Project:
    """Take the project up again."""
    project = Project.objects.alive().locked(project.pk)
    if project.archived_at is not None:
        project.archived_at = None
        project.save_changes("archived_at")
        publish(ProjectUnarchived(actor=actor, project=project))
    return project


@transaction.atomic
def delete_project(*, actor: User | None, project: Project, version: int | None = None) -> None:
    """Take the project and all its tasks out of sight; the rows stay for a restore."""
    project = Project.objects.alive().locked(project.pk)
    project.check_version(version)
    project.deleted_at = timezone.now()
    project.save_changes("deleted_at")
    publish(ProjectDeleted(actor=actor, project=project))


@transaction.atomic
def delete_projects_of(*, actor: User | None, workspace: Workspace) -> None:
    """Take every project of a workspace that goes out of sight with it."""
    for pk in Project.objects.alive().filter(workspace=workspace).order_by("pk").values("pk"):
        delete_project(actor=actor, project=Project(**pk))


def check_open(project: Project) -> None:
    """Refuse work inside a locked project that is archived or gone."""
    if project.deleted_at is not None:
        raise Conflict("The project is deleted.")
    if project.archived_at is not None:
        raise Archived


def _check_dates(project: Project) -> None:
    if project.start_date and project.end_date and project.end_date < project.start_date:
        raise EndsBeforeItStarts(errors={"end_date": [EndsBeforeItStarts.message]})


def _free_key(workspace: Workspace, name: str) -> str:
    """`ENG` from "Engineering", `WR` from "Website relaunch"; a taken key gets a number.

    The workspace is locked, so a key found free stays free.
    """
    words = re.findall(r"[a-z0-9]+", slugify(name)) or ["project"]
    letters = "".join(word[0] for word in words) if len(words) > 1 else words[0][:3]
    key = letters[:KEY_LENGTH].upper()
    taken = set(
        Project.objects.filter(workspace=workspace, key__startswith=key).values_list(
            "key", flat=True
        )
    )
    candidates = (f"{key}{n}" for n in range(2, len(taken) + 3))
    return key if key not in taken else next(c for c in candidates if c not in taken)


def _lay_out(project: Project, workflow: Workflow) -> None:
    """The columns of the workflow, and its moves where not every move is allowed."""
    columns = Status.objects.bulk_create(
        Status(
            workspace_id=project.workspace_id,
            project=project,
            position=position,
            is_default=position == 0,
            **column._asdict(),
        )
        for position, column in enumerate(COLUMNS[workflow])
    )
    if workflow in STRICTLY_FORWARD:
        Transition.objects.bulk_create(
            Transition(
                workspace_id=project.workspace_id, project=project, source=source, target=target
            )
            for source, target in pairwise(columns)
        )
