"""A task is blocked as long as an open task blocks it, whatever happens to that."""

from typing import Any

import pytest

from projects.models import Visibility
from projects.services.columns import delete_column, update_column
from projects.services.deletion import delete_project, restore_project
from projects.services.projects import create_project
from tasks.models import RelatedAs, Relation, Task
from tasks.services.deletion import restore_task
from tasks.services.relations import add_relation, remove_relation
from tasks.services.tasks import create_task, delete_task, transition_task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.databases import CommittedDatabase
from tests.support.invariants import faults
from tests.support.relations import block, is_blocked, some_tasks
from tests.support.threads import times


def move(cast: Cast, task: Task, key: str) -> None:
    status = task.project.statuses.get(key=key)
    transition_task(actor=by(cast.ada), task=Task.objects.get(pk=task.pk), status=status)


def test_a_task_is_blocked_until_the_last_blocker_is_complete(cast: Cast) -> None:
    first, second, task = some_tasks(cast, 3)
    block(cast, first, task)
    block(cast, second, task)
    move(cast, first, "DONE")
    assert is_blocked(cast, task)
    assert not is_blocked(cast, second)
    move(cast, second, "DONE")
    assert not is_blocked(cast, task)
    move(cast, second, "IN_PROGRESS")
    assert is_blocked(cast, task)
    assert Task.objects.get(pk=task.pk).version == 1


def test_a_task_is_not_blocked_by_what_is_complete_or_no_blocker(cast: Cast) -> None:
    done, other, task = some_tasks(cast, 3)
    move(cast, done, "DONE")
    block(cast, done, task)
    for kind in (RelatedAs.RELATES_TO, RelatedAs.DUPLICATED_BY, RelatedAs.BLOCKS):
        add_relation(actor=by(cast.ada), task=task, other=other, kind=kind)
    assert not is_blocked(cast, task)
    move(cast, done, "TODO")
    assert is_blocked(cast, task)
    relation = Relation.objects.get(source=done)
    remove_relation(actor=by(cast.ada), task=task, relation=relation)
    assert not is_blocked(cast, task)
    move(cast, done, "DONE")
    assert not is_blocked(cast, task)


def test_a_deleted_task_blocks_again_when_it_is_restored(cast: Cast) -> None:
    blocker, task = some_tasks(cast, 2)
    block(cast, blocker, task)
    delete_task(actor=by(cast.ada), task=blocker)
    assert not is_blocked(cast, task)
    restore_task(actor=by(cast.ada), task=blocker)
    assert is_blocked(cast, task)
    delete_task(actor=by(cast.ada), task=task)
    move(cast, blocker, "DONE")
    restore_task(actor=by(cast.ada), task=task)
    assert not is_blocked(cast, task)


def test_a_deleted_project_blocks_nothing(cast: Cast) -> None:
    aside = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Aside")
    [task], blockers = some_tasks(cast, 1), some_tasks(cast, 3, aside)
    for blocker in blockers:
        block(cast, blocker, task)
    move(cast, blockers[0], "DONE")
    delete_project(actor=by(cast.ada), project=aside)
    assert not is_blocked(cast, task)
    restore_project(actor=by(cast.ada), project=aside)
    assert Task.objects.get(pk=task.pk).open_blockers == 2


def test_a_changed_or_deleted_column_completes_blockers(cast: Cast) -> None:
    blocker, task = some_tasks(cast, 2)
    block(cast, blocker, task)
    todo, done = (cast.project.statuses.get(key=key) for key in ("TODO", "DONE"))
    update_column(actor=by(cast.lea), column=todo, changes={"category": "CLOSED"})
    assert not is_blocked(cast, task)
    update_column(actor=by(cast.lea), column=todo, changes={"category": "TODO"})
    assert is_blocked(cast, task)
    delete_column(actor=by(cast.lea), column=todo, move_to=done)
    assert not is_blocked(cast, task)


@pytest.mark.parametrize(("query", "titles"), [("true", ["T1"]), ("false", ["T0", "T2"])])
def test_tasks_are_listed_by_whether_they_are_blocked(
    cast: Cast, query: str, titles: list[str]
) -> None:
    block(cast, *some_tasks(cast, 3)[:2])
    path = f"/api/projects/{cast.project.pk}/tasks?ordering=number&blocked={query}"
    assert [task["title"] for task in client_of(cast.moe).ask("GET", path)["data"]] == titles
    client_of(cast.moe).ask("GET", f"{path}x", status=400)


@pytest.fixture
def strict(cast: Cast) -> str:
    """The project requires that what is completed is not blocked; its path."""
    path = f"/api/projects/{cast.project.pk}"
    body = {"completionRequiresUnblocked": True}
    shown = client_of(cast.lea).ask("PATCH", path, body)["data"]
    assert shown["completion_requires_unblocked"] is True
    return path


def refusal_of(cast: Cast, task: Task, body: Any) -> Any:
    return client_of(cast.max).ask("PATCH", f"/api/tasks/{task.pk}", body, status=409)


def test_a_blocked_task_is_not_completed_where_that_is_required(cast: Cast, strict: str) -> None:
    blocker, task = some_tasks(cast, 2)
    block(cast, blocker, task)
    refusal = refusal_of(cast, task, {"status": "DONE"})
    named = {"id": str(blocker.pk), "key": f"ENG-{blocker.number}", "title": "T0"}
    assert refusal == {
        "success": False,
        "code": "illegal_transition",
        "message": "Open tasks block this one.",
        "allowed": ["IN_PROGRESS"],
        "unmet": [{"code": "open_dependencies", "tasks": [named], "hidden_tasks": 0}],
        "request_id": refusal["request_id"],
    }
    assert refusal_of(cast, task, {"is_complete": True})["unmet"] == refusal["unmet"]
    path, max_ = f"/api/tasks/{task.pk}/transition", client_of(cast.max)
    assert max_.ask("POST", path, {"status": "DONE"}, status=409)["unmet"] == refusal["unmet"]
    max_.ask("POST", path, {"status": "IN_PROGRESS"})
    move(cast, blocker, "DONE")
    max_.ask("POST", path, {"status": "DONE"})
    move(cast, blocker, "TODO")
    assert is_blocked(cast, task)


def test_without_the_setting_a_blocked_task_is_completed(cast: Cast) -> None:
    block(cast, *(tasks := some_tasks(cast, 2)))
    client_of(cast.max).ask("PATCH", f"/api/tasks/{tasks[1].pk}", {"status": "DONE"})


def test_a_completed_task_moves_on_while_a_reopened_one_blocks_it(cast: Cast, strict: str) -> None:
    body = {"name": "Archive", "category": "CLOSED"}
    client_of(cast.lea).ask("POST", f"{strict}/statuses", body, status=201)
    blocker, task = some_tasks(cast, 2)
    move(cast, task, "DONE")
    block(cast, blocker, task)
    move(cast, task, "ARCHIVE")
    move(cast, task, "TODO")
    assert refusal_of(cast, task, {"status": "ARCHIVE"})["allowed"] == ["IN_PROGRESS"]


def test_blockers_one_must_not_know_are_counted(cast: Cast, strict: str) -> None:
    aside = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Aside")
    [task], [secret] = some_tasks(cast, 1), some_tasks(cast, 1, aside)
    block(cast, secret, task)
    aside.visibility = Visibility.PRIVATE
    aside.save()
    [unmet] = refusal_of(cast, task, {"status": "DONE"})["unmet"]
    assert unmet == {"code": "open_dependencies", "tasks": [], "hidden_tasks": 1}


def test_a_strict_workflow_tells_what_a_blocked_task_may_enter(cast: Cast, strict: str) -> None:
    moves = [("TODO", "DONE"), ("TODO", "IN_PROGRESS"), ("IN_PROGRESS", "DONE")]
    body = {"transitions": [{"from": source, "to": target} for source, target in moves]}
    client_of(cast.lea).ask("PUT", f"{strict}/transitions", body)
    blocker, task = some_tasks(cast, 2)
    block(cast, blocker, task)
    assert refusal_of(cast, task, {"status": "DONE"})["allowed"] == ["IN_PROGRESS"]
    move(cast, task, "IN_PROGRESS")
    assert refusal_of(cast, task, {"status": "DONE"})["allowed"] == []
    assert "unmet" not in refusal_of(cast, task, {"status": "TODO"})


def test_counts_are_right_after_everything_at_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    blockers, (task,) = some_tasks(cast, 4), some_tasks(cast, 1)
    client = client_of(cast.ada)

    def change(n: int) -> None:
        blocker = blockers[n % 4]
        path = f"/api/tasks/{blocker.pk}"
        if n < 4:
            body = {"depends_on": str(blocker.pk)}
            client.post(f"/api/tasks/{task.pk}/dependencies", body, "json")
        elif n < 8:
            client.patch(path, {"is_complete": n % 2 == 0}, "json")
        else:
            client.delete(path if n % 2 else f"/api/tasks/{task.pk}/dependencies/{blocker.pk}")

    for _ in range(2):
        times(12, change)
        blocking = Relation.objects.filter(target=task).values("source")
        assert task.pk not in blocking
        found = Task.objects.open().filter(pk__in=blocking).count()
        assert Task.objects.get(pk=task.pk).open_blockers == found
    assert faults() == {}


def test_a_task_is_never_completed_with_a_blocker_added_at_the_same_time(
    committed_db: CommittedDatabase, cast: Cast, strict: str
) -> None:
    for _ in range(3):
        blocker, task = some_tasks(cast, 2)
        path, client = f"/api/tasks/{task.pk}", client_of(cast.ada)
        asked: list[Any] = [
            (f"{path}/dependencies", {"depends_on": str(blocker.pk)}),
            (f"{path}/transition", {"status": "DONE"}),
        ]

        def send(n: int, client: Client = client, asked: list[Any] = asked) -> int:
            path, body = asked[n]
            return client.post(path, body, "json").status_code

        added, moved = times(2, send)
        shown = Task.objects.get(pk=task.pk)
        assert (added, moved) in ((201, 409), (201, 200)), (added, moved)
        assert (shown.is_blocked, shown.is_complete) == (True, moved == 200)


def test_created_tasks_are_not_blocked(cast: Cast) -> None:
    task = create_task(actor=by(cast.ada), project=cast.project, title="T")
    assert (task.open_blockers, task.is_blocked) == (0, False)
