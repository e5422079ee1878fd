"""The columns of a project are added, changed, put into another order and deleted."""

from functools import partial
from typing import Any

import pytest

from projects.models import Status
from projects.services.columns import MOST_COLUMNS, delete_column
from projects.services.projects import create_project
from tasks.models import StatusChange, Task
from tasks.services.tasks import create_task, transition_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import status_document
from tests.support.invariants import faults
from tests.support.log import log_of
from tests.support.threads import at_once


def ask(cast: Cast, method: str, path: str = "", body: Any = None, **options: Any) -> Any:
    path = f"/api/projects/{cast.project.pk}/statuses{path}"
    return client_of(cast.lea).ask(method, path, body, **options)


def column(cast: Cast, key: str) -> Status:
    found: Status = cast.project.statuses.get(key=key)
    return found


def keys(cast: Cast) -> list[str]:
    return [shown["key"] for shown in ask(cast, "GET")["data"]]


def test_add_column_at_the_end(cast: Cast) -> None:
    body = {"name": "In review", "category": "in_progress", "color": "#F59E0B", "wipLimit": 3}
    shown = ask(cast, "POST", "", body, status=201)["data"]
    made = column(cast, "IN_REVIEW")
    assert shown == status_document(made)
    assert (made.position, made.wip_limit, made.is_default) == (3, 3, False)
    assert [(action, actor) for action, actor, _ in log_of(made)] == [("added", cast.lea.pk)]
    again = ask(cast, "POST", "", {**body, "name": "In  Review!"}, status=201)["data"]
    assert again["key"] == "IN_REVIEW_2"
    assert ask(cast, "POST", "", {**body, "name": "完成"}, status=201)["data"]["key"] == "COLUMN"
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil", status=made)
    assert task.category == "IN_PROGRESS"


def test_a_new_default_column_is_the_only_one(cast: Cast) -> None:
    ask(cast, "POST", "", {"name": "Inbox", "category": "TODO", "is_default": True}, status=201)
    assert [c.key for c in cast.project.statuses.filter(is_default=True)] == ["INBOX"]
    assert create_task(actor=by(cast.lea), project=cast.project, title="Oil").status.key == "INBOX"
    refusal = ask(cast, "PATCH", f"/{column(cast, 'INBOX').pk}", {"is_default": False}, status=400)
    assert list(refusal["errors"]) == ["is_default"]
    ask(cast, "PATCH", f"/{column(cast, 'TODO').pk}", {"is_default": True})
    assert [c.key for c in cast.project.statuses.filter(is_default=True)] == ["TODO"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"category": "PERHAPS"}, "category"),
        ({"color": "red"}, "color"),
        ({"wip_limit": 0}, "wip_limit"),
        ({"wip_limit": 10**9}, "wip_limit"),
    ],
)
def test_a_column_that_makes_no_sense_is_refused(
    cast: Cast, wrong: dict[str, Any], field: str
) -> None:
    body = {"name": "Review", "category": "IN_PROGRESS", **wrong}
    refusal = ask(cast, "POST", "", body, status=400)
    assert list(refusal["errors"]) == [field]
    assert keys(cast) == ["TODO", "IN_PROGRESS", "DONE"]


def test_a_project_has_only_so_many_columns(cast: Cast) -> None:
    same = {"project": cast.project, "workspace": cast.workspace, "category": "TODO"}
    Status.objects.bulk_create(
        Status(key=f"K{n}", name="K", position=n, **same) for n in range(3, MOST_COLUMNS)
    )
    refusal = ask(cast, "POST", "", {"name": "More", "category": "TODO"}, status=409)
    assert refusal["code"] == "too_many_columns"


def test_update_column_under_a_version(cast: Cast) -> None:
    todo = column(cast, "TODO")
    path = f"/{todo.pk}"
    shown = ask(cast, "PATCH", path, {"name": "Backlog", "wip_limit": 5}, **{"If-Match": '"1"'})
    todo.refresh_from_db()
    assert shown["data"] == status_document(todo)
    assert (todo.key, todo.name, todo.version) == ("TODO", "Backlog", 2)
    ask(cast, "PUT", path, {"name": "Late"}, **{"If-Match": '"1"'}, status=412)
    assert ask(cast, "GET", path)["data"]["name"] == "Backlog"
    [(action, _, changes)] = log_of(todo)
    assert (action, changes["name"]) == ("updated", {"old": "To do", "new": "Backlog"})


def test_a_new_category_is_that_of_its_tasks(cast: Cast, task: Task) -> None:
    path = f"/{column(cast, 'TODO').pk}"
    ask(cast, "PATCH", path, {"category": "DONE"})
    task.refresh_from_db()
    assert (task.category, task.is_complete, task.version) == ("DONE", True, 2)
    assert task.completed_at is not None
    ask(cast, "PATCH", path, {"category": "TODO"})
    task = Task.objects.get(pk=task.pk)
    assert (task.category, task.is_complete, task.completed_at) == ("TODO", False, None)


def test_reorder_columns(cast: Cast) -> None:
    order = ["DONE", str(column(cast, "TODO").pk), "in_progress"]
    shown = ask(cast, "POST", "/reorder", {"order": order})["data"]
    assert [each["key"] for each in shown] == ["DONE", "TODO", "IN_PROGRESS"] == keys(cast)
    action, _, changes = log_of(cast.project)[-1]
    assert action == "columns_reordered"
    assert changes["columns"]["new"] == ["DONE", "TODO", "IN_PROGRESS"]
    for wrong in ([], order[:2], [*order, "TODO"], ["DONE", "DONE", "TODO"], [*order[:2], "NOPE"]):
        assert ask(cast, "POST", "/reorder", {"order": wrong}, status=400)["errors"]["order"]
    assert keys(cast) == ["DONE", "TODO", "IN_PROGRESS"]


def test_delete_column_moves_its_tasks(cast: Cast, task: Task) -> None:
    todo, doing = column(cast, "TODO"), column(cast, "IN_PROGRESS")
    refusal = ask(cast, "DELETE", f"/{todo.pk}", status=409)
    assert refusal["code"] == "column_in_use"
    for wrong in (todo.key, "NOPE", "x" * 41):
        ask(cast, "DELETE", f"/{todo.pk}?move_to={wrong}", status=400)
    ask(cast, "DELETE", f"/{todo.pk}?move_to={doing.pk}", status=204)
    task.refresh_from_db()
    assert (task.status, task.category, task.version) == (doing, "IN_PROGRESS", 2)
    steps = StatusChange.objects.filter(task=task).order_by("created_at")
    assert [(s.source, s.target) for s in steps] == [("", "TODO"), ("TODO", "IN_PROGRESS")]
    doing.refresh_from_db()
    assert doing.is_default
    assert keys(cast) == ["IN_PROGRESS", "DONE"]
    assert [action for action, _, _ in log_of(todo)] == ["deleted"]


def test_the_last_column_stays(cast: Cast) -> None:
    for key in ("TODO", "IN_PROGRESS"):
        ask(cast, "DELETE", f"/{column(cast, key).pk}", status=204)
    refusal = ask(cast, "DELETE", f"/{column(cast, 'DONE').pk}", status=409)
    assert refusal["code"] == "last_column"
    assert column(cast, "DONE").is_default


def test_columns_of_another_project_are_not_found(cast: Cast) -> None:
    other = f"/api/projects/{cast.workspace.pk}/statuses/{column(cast, 'TODO').pk}"
    for method in ("GET", "PATCH", "DELETE"):
        client_of(cast.lea).ask(method, other, {} if method == "PATCH" else None, status=404)


def test_a_task_takes_the_category_that_its_new_column_has_by_then(cast: Cast, task: Task) -> None:
    seen_before = column(cast, "DONE")
    ask(cast, "PATCH", f"/{seen_before.pk}", {"category": "IN_PROGRESS"})
    moved = transition_task(actor=by(cast.lea), task=task, status=seen_before)
    assert (moved.category, moved.completed_at) == ("IN_PROGRESS", None)
    fresh = create_task(actor=by(cast.lea), project=cast.project, title="T", status=seen_before)
    assert fresh.category == "IN_PROGRESS"
    target = column(cast, "IN_PROGRESS")
    ask(cast, "PATCH", f"/{target.pk}", {"category": "DONE"})
    # As it was read before the change.
    delete_column(actor=by(cast.lea), column=column(cast, "DONE"), move_to=target)
    moved.refresh_from_db()
    assert (moved.category, moved.status.key) == ("DONE", "IN_PROGRESS")


def test_columns_of_other_projects_are_no_places_to_go(cast: Cast) -> None:
    other = create_project(actor=by(cast.ada), name="Other", workspace=cast.workspace)
    foreign = create_project(actor=by(cast.sam), name="Foreign", workspace=cast.elsewhere)
    todo, path = column(cast, "TODO"), f"/api/projects/{cast.project.pk}/transitions"
    for project in (other, foreign):
        wrong = str(project.statuses.get(key="DONE").pk)
        ask(cast, "DELETE", f"/{todo.pk}?move_to={wrong}", status=400)
        ask(cast, "POST", "/reorder", {"order": ["TODO", "IN_PROGRESS", wrong]}, status=400)
        body = {"transitions": [{"from": "TODO", "to": wrong}]}
        client_of(cast.lea).ask("PUT", path, body, status=400)
    right = str(column(cast, "DONE").pk)
    body = {"transitions": [{"from": "TODO", "to": right}]}
    client_of(cast.lea).ask("PUT", path, body)
    ask(cast, "POST", "/reorder", {"order": ["TODO", "IN_PROGRESS", right]})
    ask(cast, "DELETE", f"/{todo.pk}?move_to={right}", status=204)


def test_a_task_enters_no_column_that_is_being_deleted(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    for n in range(4):
        made = ask(cast, "POST", "", {"name": f"R{n}", "category": "TODO"}, status=201)["data"]
        tasks = [create_task(actor=by(cast.lea), project=cast.project, title="T") for _ in range(3)]

        def enter(task: Task, key: str = made["key"]) -> int:
            path, body = f"/api/tasks/{task.pk}/transition", f'{{"status": "{key}"}}'
            answer = client_of(cast.lea).generic("POST", path, body, "application/json")
            return answer.status_code

        delete = partial(ask, cast, "DELETE", f"/{made['id']}?move_to=DONE", status=204)
        _, *moved = at_once(delete, *(partial(enter, task) for task in tasks))
        assert set(moved) <= {200, 400}
        assert not Task.objects.filter(status_id=made["id"]).exists()
        assert faults() == {}
