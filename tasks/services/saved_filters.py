"""Saving, changing and deleting filters of a project's tasks. The project is locked, then one."""

from typing import Any

from django.db import transaction

from accounts.models import User
from core.actor import Actor
from core.context import as_system
from core.errors import Conflict, NotFound
from core.events import publish
from core.rights import require
from projects.models import Project
from projects.rights import CREATE_TASK, READ_PROJECT
from projects.services.locks import check_open, locked_project
from tasks.events import FilterDeleted, FilterSaved, FilterUpdated
from tasks.models import MOST_FILTERS, SavedFilter


class TooManyFilters(Conflict):
    message = f"A person has at most {MOST_FILTERS} filters in a project."


@transaction.atomic
def save_filter(
    *,
    actor: Actor,
    project: Project,
    name: str,
    parameters: dict[str, Any],
    is_shared: bool = False,
) -> SavedFilter:
    """A filter of the person; who shares it with the project may create tasks there."""
    project = locked_project(CREATE_TASK if is_shared else READ_PROJECT, project, actor)
    check_open(project)
    if SavedFilter.objects.filter(project=project, owner=actor.person).count() >= MOST_FILTERS:
        raise TooManyFilters
    saved = SavedFilter(
        workspace_id=project.workspace_id,
        project=project,
        owner=actor.person,
        name=name,
        parameters=parameters,
        is_shared=is_shared,
    )
    saved.save(force_insert=True)
    publish(FilterSaved(actor=actor, saved_filter=saved))
    return saved


@transaction.atomic
def update_filter(
    *,
    actor: Actor,
    saved_filter: SavedFilter,
    changes: dict[str, Any],
    version: int | None = None,
) -> SavedFilter:
    """Change the fields given; of a shared filter whoever may create tasks in the project."""
    saved = _locked_filter(actor, saved_filter, version)
    was_shared = saved.is_shared
    if changed := saved.change(**changes):
        if saved.is_shared:
            require(CREATE_TASK, saved.project, actor)
        saved.save_changes(*changed)
        told = changed if was_shared and saved.is_shared else {}
        seen = was_shared or saved.is_shared
        publish(FilterUpdated(actor=actor, saved_filter=saved, changes=told, seen_by_others=seen))
    return saved


@transaction.atomic
def delete_filter(*, actor: Actor, saved_filter: SavedFilter, version: int | None = None) -> None:
    saved = _locked_filter(actor, saved_filter, version)
    publish(FilterDeleted(actor=actor, saved_filter=saved))
    SavedFilter.objects.filter(pk=saved.pk).delete()


@as_system("filters of somebody who is gone, in all workspaces")
def delete_private_filters_of(*, actor: Actor, person: User) -> None:
    """Delete what nobody else sees; shared filters stay."""
    SavedFilter.objects.filter(owner=person, is_shared=False).delete()


def delete_filters_of(*, actor: Actor, project: Project) -> None:
    """Delete all filters of a project whose texts are purged."""
    SavedFilter.objects.filter(project=project).delete()


def _locked_filter(actor: Actor, wanted: SavedFilter, version: int | None) -> SavedFilter:
    """The filter as it is now, after its project, which has to be open."""
    project = locked_project(READ_PROJECT, wanted.project, actor)
    check_open(project)
    saved: SavedFilter = SavedFilter.objects.locked(wanted.pk)
    if saved.is_shared:
        require(CREATE_TASK, project, actor)
    elif not actor.is_trusted and not actor.is_person(saved.owner_id):
        raise NotFound
    saved.check_version(version)
    saved.project = project
    return saved
