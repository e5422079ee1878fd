"""Moving a task to another project, and finding it by its former key."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Project
from projects.services.members import add_project_member
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services import transfers
from tasks.services.labels import add_label
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import task_document
from tests.support.log import log_of
from tests.support.relations import block, some_tasks


@pytest.fixture
def other(cast: Cast) -> Project:
    return create_project(actor=by(cast.ada), workspace=cast.workspace, name="Loom")


def transfer(cast: Cast, task: Task, project: object, status: int = 200, **headers: Any) -> Any:
    path, body = f"/api/tasks/{task.pk}/transfer", {"projectId": str(project)}
    return client_of(cast.lea).ask("POST", path, body, status=status, **headers)


def test_transfer_task_gives_it_a_number_of_the_project(
    cast: Cast, task: Task, other: Project
) -> None:
    create_task(actor=by(cast.ada), project=other, title="First")
    shown = transfer(cast, task, other.pk, 200, **{"If-Match": '"1"'})["data"]
    task = Task.objects.get(pk=task.pk)
    assert task_document(task, cast.lea).items() <= shown.items()
    assert (shown["key"], shown["status"], task.version) == (f"{other.key}-2", "TODO", 2)
    changes = {
        "key": {"old": "ENG-1", "new": f"{other.key}-2"},
        "project": {"old": str(cast.project.pk), "new": str(other.pk)},
    }
    assert ("transferred", cast.lea.pk, changes) in log_of(task)
    transfer(cast, task, cast.project.pk, 412, **{"If-Match": '"1"'})


def test_what_the_other_project_has_is_kept(cast: Cast, other: Project) -> None:
    red = [
        add_label(actor=by(cast.ada), project=each, name="Red") for each in (cast.project, other)
    ]
    blue = add_label(actor=by(cast.ada), project=cast.project, name="Blue")
    add_project_member(actor=by(cast.ada), project=other, person=cast.max)
    ticket: dict[str, Any] = {
        "actor": by(cast.lea),
        "project": cast.project,
        "labels": [red[0], blue],
    }
    kept = create_task(**ticket, title="Kept", assignee=cast.max)
    lost = create_task(**ticket, title="Lost", assignee=cast.lea)
    shown = [transfer(cast, each, other.pk)["data"] for each in (kept, lost)]
    assert [each["assignee_id"] for each in shown] == [str(cast.max.pk), None]
    assert [[label["id"] for label in each["labels"]] for each in shown] == [[str(red[1].pk)]] * 2
    assert [action for action, *_ in log_of(lost)][-1] == "assigned"


def test_what_is_lost_is_logged_and_not_overwritten(cast: Cast, task: Task, other: Project) -> None:
    """An edit that is merged with the move meets the labels and the parent that went with it."""
    blue = add_label(actor=by(cast.ada), project=cast.project, name="Blue")
    add_label(actor=by(cast.ada), project=other, name="Blue")
    red = add_label(actor=by(cast.ada), project=cast.project, name="Red")
    same: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project, "parent": task}
    part = create_task(**same, title="Part", labels=[blue, red])
    plain = create_task(**same, title="Plain", labels=[blue])
    for each in (part, plain):
        transfer(cast, each, other.pk)
    changes = log_of(part)[-1][2]
    assert changes["parent"] == {"old": str(task.pk), "new": None}
    assert changes["labels"] == {"old": ["Blue", "Red"], "new": ["Blue"]}
    assert "labels" not in log_of(plain)[-1][2]
    late: list[dict[str, Any]] = [{"labels": []}, {"parent_id": str(task.pk), "title": "New"}]
    for stale in late:
        path = f"/api/tasks/{part.pk}?merge=1"
        refusal = client_of(cast.ada).ask("PATCH", path, stale, status=412, **{"If-Match": '"1"'})
        assert len(refusal["conflicts"]) == 1


def statements_of_transfer(cast: Cast, parts: int, project: Project) -> list[str]:
    """What is asked of the database to move a task with so many parts, two levels deep."""
    red = add_label(actor=by(cast.ada), project=cast.project, name=f"Red {parts}")
    same: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project, "labels": [red]}
    top = create_task(**same, title="Top", assignee=cast.max)
    middle = create_task(**same, title="Middle", parent=top)
    for _ in range(parts - 2):
        create_task(**same, title="Part", parent=middle, assignee=cast.max)
    with CaptureQueriesContext(connection) as seen:
        transfer(cast, top, project.pk)
    assert Task.objects.filter(project=project).count() == parts
    return [each["sql"] for each in seen if "SAVEPOINT" not in each["sql"]]


def test_many_tasks_are_moved_with_as_many_statements_as_few(cast: Cast, other: Project) -> None:
    mill = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Mill")
    few, many = (
        statements_of_transfer(cast, parts, project) for parts, project in ((5, other), (50, mill))
    )
    assert len(many) <= len(few), "\n".join(sql[:150] for sql in many)


def test_a_blocked_task_is_not_completed_by_its_move(cast: Cast, other: Project) -> None:
    """Its column is one of complete tasks in a project that requires them not to be blocked."""
    blocker, task = some_tasks(cast, 2)
    block(cast, blocker, task)
    Project.objects.filter(pk=other.pk).update(completion_requires_unblocked=True)
    other.statuses.filter(key="TODO").update(category="DONE", is_default=False)
    assert transfer(cast, task, other.pk)["data"]["status"] == "IN_PROGRESS"
    assert transfer(cast, blocker, other.pk)["data"]["is_complete"]


def test_sub_tasks_go_along(cast: Cast, task: Task, other: Project) -> None:
    same: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project}
    middle = create_task(**same, title="Middle", parent=task)
    lower = create_task(**same, title="Lower", parent=middle)
    transfer(cast, middle, other.pk)
    found = {each.pk: each for each in Task.objects.filter(project=other)}
    assert found.keys() == {middle.pk, lower.pk}
    assert found[middle.pk].parent_id is None
    assert found[lower.pk].parent_id == middle.pk
    assert [found[each.pk].number for each in (middle, lower)] == [1, 2]


def test_a_former_key_leads_to_the_present_one(cast: Cast, task: Task, other: Project) -> None:
    client, path = client_of(cast.moe), f"/api/workspaces/{cast.workspace.pk}/tasks"
    assert client.ask("GET", f"{path}/eng-1")["data"]["id"] == str(task.pk)
    transfer(cast, task, other.pk)
    moved = client.get(f"{path}/ENG-1")
    assert (moved.status_code, moved["Location"]) == (308, f"{path}/{other.key}-1")
    assert client.ask("GET", moved["Location"])["data"]["id"] == str(task.pk)
    fresh = create_task(actor=by(cast.lea), project=cast.project, title="Fresh")
    assert fresh.number == 2
    for wrong in ("ENG-9", "ENG", "ENG-0x1", "E" * 99 + "-1", "ENG-1234567890"):
        client.ask("GET", f"{path}/{wrong}", status=404)


def test_transfer_task_asks_for_rights_in_both_projects(
    cast: Cast, task: Task, other: Project
) -> None:
    Project.objects.filter(pk=other.pk).update(visibility="PRIVATE")
    assert transfer(cast, task, other.pk, 400)["code"] == "invalid"
    add_project_member(actor=by(cast.ada), project=other, person=cast.lea, role="VIEWER")
    assert transfer(cast, task, other.pk, 403)["required"] == "task:create"
    assert transfer(cast, task, cast.project.pk, 400)["code"] == "not_another_project"


def test_so_many_tasks_move_together_at_most(
    cast: Cast, task: Task, other: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_task(actor=by(cast.lea), project=cast.project, title="Part", parent=task)
    monkeypatch.setattr(transfers, "MOST_MOVED", 1)
    assert transfer(cast, task, other.pk, 409)["code"] == "too_many_moved"
