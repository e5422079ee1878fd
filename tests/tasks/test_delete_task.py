"""Deleting tasks, one or many."""

from typing import Any
from uuid import uuid4

import pytest

from tasks.models import RelatedAs, Task
from tasks.services.relations import add_relation
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import at_once, times


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    """Two of Lea's, one of Max's."""
    makers = (cast.lea, cast.lea, cast.max)
    return [create_task(actor=by(maker), project=cast.project, title="Oil") for maker in makers]


def delete(cast: Cast, body: Any, who: str = "lea", status: int = 200) -> Any:
    return client_of(getattr(cast, who)).ask("DELETE", "/api/tasks", body, status=status)


def test_delete_task_takes_it_out_of_sight(cast: Cast, task: Task) -> None:
    lea, path = client_of(cast.lea), f"/api/tasks/{task.pk}"
    assert lea.ask("DELETE", path, status=204) is None
    for method, place in [
        ("GET", path),
        ("PATCH", path),
        ("DELETE", path),
        ("GET", f"{path}/comments"),
    ]:
        assert lea.ask(method, place, status=404)["code"] == "not_found"
    assert Task.objects.get().deleted_at is not None
    assert log_of(task)[1:] == [("deleted", cast.lea.pk, {})]


BESIDE_IT = [
    "/api/projects/{project}/tasks",
    "/api/tasks/project/{project}/tasks",
    "/api/projects/{project}/board",
    "/api/projects/{project}/critical-path",
    "/api/tasks/mine",
    "/api/tasks/recent?workspace={workspace}",
    "/api/tasks/search?q=zebra&workspace={workspace}",
    "/api/tasks/{other}/relations",
    "/api/tasks/{other}/dependencies",
    "/api/tasks/{lower}/dependents",
]
BELOW_IT = ("", *(f"/{name}" for name in ("comments", "attachments", "relations", "watchers")))
BELOW_IT += ("/dependencies", "/dependents", "/can?action=task:update")


def test_a_deleted_task_is_shown_nowhere(cast: Cast, task: Task) -> None:
    """In no list that has shown it, and at none of its own addresses."""
    same: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project}
    gone = create_task(**same, title="Zebra", assignee=cast.lea, parent=task)
    lower = create_task(**same, title="Lower", parent=gone)
    for blocker, blocked in ((gone, task), (lower, gone)):
        add_relation(actor=by(cast.lea), task=blocker, other=blocked, kind=RelatedAs.BLOCKS)
    named = {"project": cast.project.pk, "workspace": cast.workspace.pk}
    named |= {"other": task.pk, "lower": lower.pk}
    client, key = client_of(cast.lea), f"{cast.project.key}-{gone.number}"
    lists = [path.format(**named) for path in BESIDE_IT]
    own = [f"/api/tasks/{gone.pk}{path}" for path in BELOW_IT]
    own.append(f"/api/workspaces/{cast.workspace.pk}/tasks/{key}")
    assert [path for path in lists if str(gone.pk) not in client.get(path).content.decode()] == []
    assert {client.get(path).status_code for path in own} == {200}
    client.ask("DELETE", own[0], status=204)
    found = {path: client.get(path) for path in lists}
    assert {answer.status_code for answer in found.values()} == {200}
    assert [path for path in lists if str(gone.pk) in found[path].content.decode()] == []
    assert {client.get(path).status_code for path in own} == {404}


def test_a_deleted_task_keeps_its_number(cast: Cast, task: Task) -> None:
    client_of(cast.lea).ask("DELETE", f"/api/tasks/{task.pk}", status=204)
    assert create_task(actor=by(cast.lea), project=cast.project, title="Next").number == 2


@pytest.mark.parametrize("key", ["task_ids", "taskIds"])
def test_delete_tasks_all_at_once(cast: Cast, tasks: list[Task], key: str) -> None:
    named = [str(task.pk) for task in tasks]
    assert delete(cast, {key: [*named, named[0]]}) == {"success": True, "data": {"deleted": 3}}
    assert not Task.objects.alive().exists()
    assert [log_of(task)[-1][0] for task in tasks] == ["deleted"] * 3


def test_delete_tasks_is_all_or_nothing(cast: Cast, tasks: list[Task]) -> None:
    named = [str(task.pk) for task in tasks]
    assert delete(cast, {"taskIds": [*named, str(uuid4())]}, status=404)["code"] == "not_found"
    refusal = delete(cast, {"taskIds": named}, "max", 403)
    assert (refusal["code"], refusal["required"]) == ("forbidden", "task:delete")
    assert Task.objects.alive().count() == 3


def test_delete_tasks_twice(cast: Cast, tasks: list[Task]) -> None:
    body = {"taskIds": [str(tasks[2].pk)]}
    delete(cast, body, "max")
    assert delete(cast, body, "max", 404)["code"] == "not_found"


def test_delete_task_four_times_at_once_deletes_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    clients = [client_of(cast.lea) for _ in range(4)]
    answers = times(4, lambda n: clients[n].delete(f"/api/tasks/{task.pk}").status_code)
    assert sorted(answers) == [204, 404, 404, 404]
    assert [action for action, _, _ in log_of(task)] == ["created", "deleted"]


def test_an_edit_never_reaches_a_task_being_deleted(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    lea, editors = client_of(cast.lea), [client_of(cast.max) for _ in range(4)]
    path = f"/api/tasks/{task.pk}"

    def edit(n: int) -> int:
        return editors[n].patch(path, {"title": f"Edit {n}"}, format="json").status_code

    deleted, *edited = at_once(
        lambda: lea.delete(path).status_code, *[lambda n=n: edit(n) for n in range(4)]
    )
    assert deleted == 204
    assert set(edited) <= {200, 404}
    assert log_of(task)[-1][0] == "deleted"
    assert len(log_of(task)) == 2 + edited.count(200)
