"""Undoing what was done to tasks."""

from datetime import date, time
from typing import Any

import pytest

from activity.models import TextChange
from projects.models import Project, Status
from projects.services.projects import create_project
from tasks.models import RelatedAs, Relation, Task
from tasks.services.deletion import restore_task
from tasks.services.labels import add_label
from tasks.services.moves import Place, move_task
from tasks.services.relations import add_relation, remove_relation
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tasks.services.transfers import transfer_task
from tasks.services.watchers import unwatch_task, watch_task
from tests.activity.undoing import newest, refusal, superseding, undo, undone
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.relations import some_tasks


def change(cast: Cast, task: Task, **changes: Any) -> None:
    update_task(actor=by(cast.lea), task=task, changes=changes)


def column(project: Project, key: str) -> Status:
    found: Status = project.statuses.get(key=key)
    return found


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Oil"},
        {"priority": "HIGH", "type": "BUG"},
        {"description": "Slowly.\nThen fast."},
        {"start_date": date(2030, 1, 2), "due_date": date(2030, 1, 3), "due_time": time(12, 30)},
        {"estimate_minutes": 90},
        {"repeat_every": 2, "repeat_unit": "WEEK"},
    ],
)
def test_fields_get_their_former_values(cast: Cast, task: Task, changes: dict[str, Any]) -> None:
    before = {name: getattr(task, name) for name in changes}
    change(cast, task, **changes)
    [(action, told)] = undone(cast.max, task, "updated")
    task.refresh_from_db()
    assert (action, told.keys()) == ("updated", changes.keys())
    assert {name: getattr(task, name) for name in changes} == before
    undone(cast.max, task, "updated")
    task.refresh_from_db()
    assert {name: getattr(task, name) for name in changes} == changes


def test_the_answer_is_the_new_event(cast: Cast, task: Task) -> None:
    change(cast, task, title="Oil")
    event = newest(task)
    [shown] = undo(cast.max, event)["data"]
    made = newest(task)
    assert (shown["id"], shown["seq"]) == (str(made.pk), made.seq)
    assert shown["seq"] > event.seq
    assert shown["sentence"] == "Max changed the title of ENG-1"
    assert shown["changes"] == {"title": {"old": "Oil", "new": "Grind the gears"}}
    assert shown["undoable"] is True


def test_labels_and_parent_come_back(cast: Cast, task: Task) -> None:
    [parent] = some_tasks(cast, 1)
    red = add_label(actor=by(cast.lea), project=cast.project, name="Red")
    change(cast, task, labels=[red], parent=parent)
    change(cast, task, labels=[], parent=None)
    [(_, told)] = undone(cast.max, task)
    task.refresh_from_db()
    assert told["labels"] == {"old": [], "new": ["Red"]}
    assert task.parent == parent


def test_an_assignment_is_given_back(cast: Cast, task: Task) -> None:
    change(cast, task, assignee=cast.max)
    assert undone(cast.lea, task, "assigned")[0][0] == "assigned"
    task.refresh_from_db()
    assert task.assignee is None
    undone(cast.lea, task, "assigned")
    task.refresh_from_db()
    assert task.assignee == cast.max


def test_a_column_is_entered_again_by_the_workflow(cast: Cast, task: Task) -> None:
    project = cast.project
    transition_task(actor=by(cast.lea), task=task, status=column(project, "DONE"))
    done = newest(task, "status_changed")
    [(action, told)] = undone(cast.max, task, "status_changed")
    assert (action, told) == ("status_changed", {"status": {"old": "DONE", "new": "TODO"}})
    project.transitions.create(
        workspace=cast.workspace,
        source=column(project, "TODO"),
        target=column(project, "IN_PROGRESS"),
    )
    assert refusal(cast.max, newest(task, "status_changed")) == "illegal_transition"
    assert superseding(cast.lea, done) == [("status_changed", "Max", ["status"])]


def test_a_column_that_is_gone_is_not_entered(cast: Cast, task: Task) -> None:
    transition_task(actor=by(cast.lea), task=task, status=column(cast.project, "DONE"))
    column(cast.project, "TODO").delete()
    assert refusal(cast.lea, newest(task)) == "former_value_gone"


def test_a_place_is_taken_again_or_the_one_next_to_it(cast: Cast, task: Task) -> None:
    first, second = some_tasks(cast, 2)
    place = task.position
    move_task(actor=by(cast.lea), task=task, place=Place(after=second))
    moved = newest(task, "moved")
    Task.objects.filter(pk=first.pk).update(position=place)
    undo(cast.max, moved)
    task.refresh_from_db()
    assert abs(task.position - place) == 1
    undone(cast.max, task, "moved")
    Task.objects.filter(pk=first.pk).update(position=place + 9)
    undone(cast.max, task, "moved")
    task.refresh_from_db()
    assert abs(task.position - place) == 1


def test_a_task_moves_back_to_its_project(cast: Cast, task: Task) -> None:
    other = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    [parent] = some_tasks(cast, 1)
    red = add_label(actor=by(cast.lea), project=cast.project, name="Red")
    change(cast, task, labels=[red], parent=parent)
    transfer_task(actor=by(cast.ada), task=task, project=other)
    assert [action for action, _ in undone(cast.ada, task, "transferred")] == [
        "transferred",
        "updated",
    ]
    task.refresh_from_db()
    assert (task.project, task.parent) == (cast.project, parent)
    assert [each.label for each in task.task_labels.all()] == [red]


def test_a_creation_a_deletion_and_a_restoration_are_undone(cast: Cast, task: Task) -> None:
    created = newest(task)
    assert [action for action, _ in undone(cast.lea, task)] == ["deleted"]
    assert superseding(cast.lea, created) == [("deleted", "Lea", [])]
    assert [action for action, _ in undone(cast.lea, task)] == ["restored"]
    assert [action for action, _ in undone(cast.lea, task)] == ["deleted"]


def test_what_is_gone_was_deleted_and_not_labelled(cast: Cast) -> None:
    red = add_label(actor=by(cast.lea), project=cast.project, name="Red")
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil", labels=[red])
    created = newest(task)
    change(cast, task, labels=[])
    undo(cast.lea, created)
    assert superseding(cast.lea, created) == [("deleted", "Lea", [])]


def test_relations_are_removed_and_added_again(cast: Cast, task: Task) -> None:
    [other] = some_tasks(cast, 1)
    add_relation(actor=by(cast.lea), task=task, other=other, kind=RelatedAs.BLOCKED_BY)
    added = newest(other)
    assert undone(cast.max, task) == [
        ("unrelated", {"blocked_by": {"old": str(other.pk), "new": None}})
    ]
    assert superseding(cast.max, added) == [("unrelated", "Max", ["blocks"])]
    undone(cast.max, other)
    relation = Relation.objects.get()
    assert (relation.source, relation.target) == (other, task)
    assert superseding(cast.max, newest(task, "unrelated")) == [("related", "Max", ["blocked_by"])]
    remove_relation(actor=by(cast.lea), task=task, relation=relation)
    delete_task(actor=by(cast.lea), task=other)
    assert refusal(cast.max, newest(task, "unrelated")) == "former_value_gone"


def test_following_is_undone(cast: Cast, task: Task) -> None:
    watch_task(actor=by(cast.lea), task=task, person=cast.max)
    watch_task(actor=by(cast.moe), task=task, person=cast.moe)
    watched = newest(task, "watched")
    undo(cast.moe, watched)
    assert [each.user for each in task.watchers.all()] == [cast.max]
    assert superseding(cast.moe, watched) == [("unwatched", "Moe", ["watcher"])]
    undone(cast.moe, task, "unwatched")
    assert task.watchers.count() == 2
    unwatch_task(actor=by(cast.lea), task=task, person=cast.max)
    undone(cast.lea, task, "unwatched")
    assert task.watchers.count() == 2


def test_what_was_changed_again_is_not_undone(cast: Cast, task: Task) -> None:
    change(cast, task, title="Oil", priority="HIGH")
    event = newest(task)
    update_task(actor=by(cast.max), task=task, changes={"priority": "LOW"})
    change(cast, task, type="BUG")
    assert superseding(cast.lea, event) == [("updated", "Max", ["priority"])]
    task.refresh_from_db()
    assert task.title == "Oil"
    update_task(actor=by(cast.max), task=task, changes={"priority": "HIGH"})
    undo(cast.lea, event)


def test_a_text_that_was_edited_again_is_not_undone(cast: Cast, task: Task) -> None:
    """Also where the edits do not overlap, and not if it is what it was again."""
    lines = [f"Line {n} of a long text.\n" for n in range(9)]
    change(cast, task, description="".join(lines))
    change(cast, task, description="".join(["First", *lines]))
    event = newest(task)
    change(cast, task, description="".join(["First", *lines, "Last"]))
    assert superseding(cast.lea, event) == [("updated", "Lea", ["description"])]
    change(cast, task, description="".join(["First", *lines]))
    undo(cast.lea, event)
    task.refresh_from_db()
    assert task.description == "".join(lines)
    assert task.description_html.startswith("<p>Line 0")


def test_an_erased_text_is_not_put_back(cast: Cast, task: Task) -> None:
    change(cast, task, description="Slowly")
    event = newest(task)
    TextChange.objects.update(edits=None)
    assert refusal(cast.lea, event) == "text_erased"


def test_a_deleted_task_says_so(cast: Cast, task: Task) -> None:
    change(cast, task, title="Oil")
    event = newest(task)
    delete_task(actor=by(cast.lea), task=task)
    assert superseding(cast.max, event) == [("deleted", "Lea", [])]
    restore_task(actor=by(cast.lea), task=task)
    undo(cast.max, event)


def test_a_key_repeats_and_undoing_twice_does_it_once(cast: Cast, task: Task) -> None:
    change(cast, task, title="Oil")
    event = newest(task)
    first = undo(cast.max, event, key="once")
    assert undo(cast.max, event, key="once") == first
    assert superseding(cast.lea, event) == [("updated", "Max", ["title"])]
