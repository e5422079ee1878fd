"""Creating and editing projects; see `members.py` and `deletion.py` for the rest."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from core.actor import Actor
from core.errors import Invalid
from core.events import publish
from core.rights import require
from projects.events import ProjectCreated, ProjectUpdated
from projects.models import Project, Status, Transition
from projects.rights import UPDATE_PROJECT
from projects.services.locks import locked_project
from projects.services.members import add_members, make_lead
from projects.services.workflows import COLUMNS, STRICTLY_FORWARD, Workflow
from workspaces.models import Workspace
from workspaces.rights import CREATE_PROJECT

KEY_LENGTH = 4


class EndsBeforeItStarts(Invalid):
    message = "The end date lies before the start date."


@transaction.atomic
def create_project(
    *,
    actor: Actor,
    workspace: Workspace,
    team_lead: User | None = None,
    team_members: Iterable[User] = (),
    workflow: str = Workflow.SIMPLE,
    **fields: Any,
) -> Project:
    """A project with the columns of its workflow, its members and, if given, its lead."""
    workspace = Workspace.objects.locked(workspace.pk, alive=True)
    require(CREATE_PROJECT, workspace, actor)
    project = Project(workspace=workspace, created_by=actor.person, **fields)
    _check_dates(project)
    project.key = _free_key(workspace, project.name)
    project.save(force_insert=True)
    _create_columns(project, Workflow(workflow))
    publish(ProjectCreated(actor=actor, project=project))
    add_members(project, [actor.person, *team_members], actor=actor)
    if team_lead:
        add_members(project, [team_lead], actor=actor, field="team_lead")
        make_lead(project, team_lead)
    return project


@transaction.atomic
def update_project(
    *, actor: Actor, project: Project, changes: dict[str, Any], version: int | None = None
) -> Project:
    """Change the fields given; the same values again change nothing."""
    project = locked_project(UPDATE_PROJECT, project, actor, version=version)
    changed = project.change(**changes)
    _check_dates(project)
    if changed:
        project.save_changes(*changed)
        publish(ProjectUpdated(actor=actor, project=project, changes=changed))
    return project


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


def _create_columns(project: Project, workflow: Workflow) -> None:
    """Create the columns of the workflow, and transitions if it only allows moving forward."""
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
