"""Undoing what was done to workspaces, projects, columns, labels and saved filters."""

from typing import Any

import pytest

from projects.models import Project, Status
from projects.services.columns import add_column, reorder_columns, update_column
from projects.services.deletion import archive_project, delete_project
from projects.services.members import set_project_role
from projects.services.projects import update_project
from projects.services.transitions import set_transitions
from tasks.models import Label, SavedFilter, Task
from tasks.services.labels import add_label, update_label
from tasks.services.saved_filters import save_filter, update_filter
from tasks.services.tasks import create_task, update_task
from tests.activity.undoing import newest, refusal, superseding, undo, undone
from tests.support.actors import by
from tests.support.cast import Cast
from workspaces.services.deletion import delete_workspace
from workspaces.services.settings import change_settings
from workspaces.services.workspaces import update_workspace


def columns(project: Project) -> list[str]:
    return [column.key for column in project.statuses.order_by("position")]


def test_fields_of_a_project_are_put_back(cast: Cast) -> None:
    changes = {"name": "Motor", "description": "Runs.", "progress": 40}
    update_project(actor=by(cast.lea), project=cast.project, changes=changes)
    event = newest(cast.project)
    assert refusal(cast.pia, event, status=403) == "forbidden"
    assert undone(cast.lea, cast.project)[0][0] == "updated"
    project = Project.objects.get(pk=cast.project.pk)
    assert (project.name, project.description, project.progress) == ("Engine", "", 0)
    assert superseding(cast.lea, event) == [("updated", "Lea", sorted(changes))]


def test_a_project_is_archived_deleted_and_all_of_it_undone(cast: Cast) -> None:
    archive_project(actor=by(cast.lea), project=cast.project)
    archived = newest(cast.project)
    assert [action for action, _ in undone(cast.lea, cast.project)] == ["unarchived"]
    assert superseding(cast.lea, archived) == [("unarchived", "Lea", [])]
    assert [action for action, _ in undone(cast.lea, cast.project)] == ["archived"]
    delete_project(actor=by(cast.lea), project=cast.project)
    assert refusal(cast.max, newest(cast.project), status=403) == "forbidden"
    assert [action for action, _ in undone(cast.lea, cast.project)] == ["restored"]
    assert [action for action, _ in undone(cast.lea, cast.project)] == ["deleted"]


def test_nothing_in_an_archived_project_is_undone(cast: Cast, task: Task) -> None:
    archive_project(actor=by(cast.lea), project=cast.project)
    assert refusal(cast.lea, newest(task)) == "archived"


def test_columns_stand_in_their_former_order(cast: Cast) -> None:
    first, second, third = cast.project.statuses.order_by("position")
    reorder_columns(actor=by(cast.lea), project=cast.project, order=[third, first, second])
    event = newest(cast.project)
    undone(cast.lea, cast.project)
    assert columns(cast.project) == [first.key, second.key, third.key]
    assert superseding(cast.lea, event) == [("columns_reordered", "Lea", ["columns"])]
    assert refusal(cast.max, newest(cast.project), status=403) == "forbidden"


def test_the_former_moves_are_allowed_again(cast: Cast) -> None:
    first, second, third = cast.project.statuses.order_by("position")
    set_transitions(actor=by(cast.lea), project=cast.project, moves=[(first, second)])
    set_transitions(actor=by(cast.lea), project=cast.project, moves=[(second, third)])
    event = newest(cast.project)
    undone(cast.lea, cast.project)
    [move] = cast.project.transitions.all()
    assert (move.source, move.target) == (first, second)
    assert superseding(cast.lea, event) == [("transitions_changed", "Lea", ["transitions"])]
    third.delete()
    assert refusal(cast.lea, newest(cast.project)) == "former_value_gone"


def test_a_column_is_removed_as_long_as_it_is_as_it_was_added(cast: Cast) -> None:
    column = add_column(actor=by(cast.lea), project=cast.project, name="Review", category="TODO")
    added = newest(column)
    update_column(actor=by(cast.lea), column=column, changes={"wip_limit": 3})
    assert superseding(cast.lea, added) == [("updated", "Lea", ["wip_limit"])]
    undone(cast.lea, column)
    assert Status.objects.get(pk=column.pk).wip_limit is None
    other = add_column(actor=by(cast.lea), project=cast.project, name="Other", category="TODO")
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil", status=other)
    assert refusal(cast.lea, newest(other)) == "column_in_use"
    update_task(actor=by(cast.lea), task=task, changes={"status": cast.project.statuses.first()})
    assert [action for action, _ in undone(cast.lea, other)] == ["deleted"]
    assert refusal(cast.lea, newest(other)) == "not_undoable"
    assert refusal(cast.lea, newest(other, "added")) == "superseded"


def test_the_default_column_is_not_removed(cast: Cast) -> None:
    fields: dict[str, Any] = {"name": "Review", "category": "TODO", "is_default": True}
    column = add_column(actor=by(cast.lea), project=cast.project, **fields)
    assert refusal(cast.lea, newest(column)) == "default_column"


def test_a_label_is_removed_as_long_as_nothing_has_it(cast: Cast, task: Task) -> None:
    label = add_label(actor=by(cast.max), project=cast.project, name="Red")
    added = newest(label)
    update_label(actor=by(cast.lea), label=label, changes={"name": "Blue"})
    undone(cast.max, label)
    assert Label.objects.get(pk=label.pk).name == "Red"
    update_task(actor=by(cast.lea), task=task, changes={"labels": [label]})
    assert [action for action, *_ in superseding(cast.max, added)] == ["updated", "updated"]
    other = add_label(actor=by(cast.max), project=cast.project, name="Green")
    update_task(actor=by(cast.lea), task=task, changes={"labels": [other]})
    assert superseding(cast.max, newest(other)) == [("updated", "Lea", ["labels"])]
    update_task(actor=by(cast.lea), task=task, changes={"labels": []})
    assert [action for action, _ in undone(cast.max, other)] == ["deleted"]


@pytest.mark.parametrize("is_shared", [True, False])
def test_a_filter_is_removed_or_changed_back(cast: Cast, *, is_shared: bool) -> None:
    saved = save_filter(
        actor=by(cast.max), project=cast.project, name="Late", parameters={}, is_shared=is_shared
    )
    update_filter(actor=by(cast.max), saved_filter=saved, changes={"name": "Later"})
    updated, added = newest(saved), newest(saved, "added")
    if is_shared:
        undo(cast.lea, updated)
        assert SavedFilter.objects.get(pk=saved.pk).name == "Late"
    else:
        assert refusal(cast.max, updated) == "not_undoable"
        assert refusal(cast.lea, updated, status=404) == "not_found"
    assert refusal(cast.max, added) == "superseded"
    other = save_filter(actor=by(cast.max), project=cast.project, name="Mine", parameters={})
    assert [action for action, _ in undone(cast.max, other)] == ["deleted"]


def test_fields_and_settings_of_a_workspace_are_put_back(cast: Cast) -> None:
    place = cast.workspace
    update_workspace(actor=by(cast.ada), workspace=place, changes={"name": "Difference Engines"})
    assert refusal(cast.pia, newest(place), status=403) == "forbidden"
    undone(cast.ada, place)
    zone = {"time_zone": "Europe/Berlin"}
    change_settings(actor=by(cast.ada), workspace=place, changes=zone)
    first = newest(place)
    assert undone(cast.ada, place)[0][1] == {
        "settings.time_zone": {"old": "Europe/Berlin", "new": None}
    }
    place.refresh_from_db()
    assert (place.name, place.settings) == ("Analytical Engines", {})
    assert superseding(cast.ada, first) == [("updated", "Ada", ["settings.time_zone"])]


def test_a_workspace_is_restored_and_deleted_again(cast: Cast) -> None:
    delete_workspace(actor=by(cast.ada), workspace=cast.workspace)
    deleted = newest(cast.workspace)
    assert refusal(cast.ada, newest(cast.workspace, "created"), status=404) == "not_found"
    assert refusal(cast.pia, deleted, status=403) == "forbidden"
    assert refusal(cast.sam, deleted, status=403) == "not_a_member"
    assert [action for action, _ in undone(cast.ada, cast.workspace)] == ["restored"]
    assert Project.objects.get(pk=cast.project.pk).deleted_at is None
    restored = newest(cast.workspace)
    assert [action for action, _ in undone(cast.ada, cast.workspace)] == ["deleted"]
    assert refusal(cast.ada, restored, status=404) == "not_found"
    assert [action for action, _ in undone(cast.ada, cast.workspace)] == ["restored"]


def test_roles_and_beginnings_are_not_undone(cast: Cast) -> None:
    assert refusal(cast.ada, newest(cast.workspace, "created")) == "not_undoable"
    assert refusal(cast.lea, newest(cast.project, "created")) == "not_undoable"
    membership = cast.project.memberships.get(user=cast.max)
    set_project_role(actor=by(cast.lea), project=cast.project, person=cast.max, role="VIEWER")
    answer = undo(cast.lea, newest(membership), status=409)
    assert (answer["code"], answer["message"].partition(":")[0]) == (
        "not_undoable",
        "Who belongs to what, and as what, is not undone",
    )
