"""Changing many tasks with one request."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Reminder
from outbox.models import Delivery
from projects.services.members import add_project_member
from projects.services.projects import create_project
from tasks.models import StatusChange, Task
from tasks.services.labels import TooManyLabelsOfTask, add_label, delete_label
from tasks.services.tasks import create_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import during, succeeds, times


def titled(cast: Cast, count: int, **fields: Any) -> list[Task]:
    return [
        create_task(actor=by(cast.lea), project=cast.project, title=f"Task {n}", **fields)
        for n in range(count)
    ]


def bulk(cast: Cast, tasks: list[Task], changes: Any, status: int = 200, **more: Any) -> Any:
    body = {"task_ids": [str(task.pk) for task in tasks], "changes": changes, **more}
    return client_of(cast.max).ask("POST", "/api/tasks/bulk", body, status=status)


def of_ada(cast: Cast) -> dict[str, Any]:
    return {"actor": by(cast.ada), "workspace": cast.workspace}


def now(tasks: list[Task]) -> list[Task]:
    found = Task.objects.select_related("status").in_bulk([task.pk for task in tasks])
    return [found[task.pk] for task in tasks]


def test_change_tasks_as_one_would_be(cast: Cast) -> None:
    add_label(actor=by(cast.lea), project=cast.project, name="Red")
    tasks = titled(cast, 3)
    body = {"status": "done", "priority": "high", "assigneeId": str(cast.max.pk)}
    answer = bulk(cast, tasks, {**body, "add_labels": ["red"], "estimate_minutes": 5})
    done = now(tasks)
    assert answer["data"]["results"] == [
        {"id": str(task.pk), "is_changed": True, "version": 2} for task in tasks
    ]
    assert {(t.status.key, t.priority, t.assignee_id, t.estimate_minutes) for t in done} == {
        ("DONE", "HIGH", cast.max.pk, 5)
    }
    assert all(task.completed_at and task.task_labels.count() == 1 for task in done)
    assert StatusChange.objects.filter(target="DONE").count() == 3
    logged = [action for action, *_ in log_of(tasks[0])]
    assert logged == ["created", "updated", "status_changed", "assigned"]
    changes = log_of(tasks[0])[1][2]
    assert changes["labels"] == {"old": [], "new": ["Red"]}


def test_what_is_so_already_changes_nothing(cast: Cast) -> None:
    tasks = titled(cast, 2)
    update_task(actor=by(cast.lea), task=tasks[0], changes={"priority": "HIGH"})
    bulk(cast, tasks, {"priority": "HIGH"})
    assert [task.version for task in now(tasks)] == [2, 2]
    assert len(log_of(tasks[0])) == 2


def test_all_are_changed_or_none(cast: Cast) -> None:
    tasks = titled(cast, 2)
    desk = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Desk", workflow="TICKET"
    )
    strict = create_task(actor=by(cast.ada), project=desk, title="Strict")
    update_task(actor=by(cast.lea), task=tasks[0], changes={"due_date": None})
    refusal = bulk(cast, [*tasks, strict], {"is_complete": True}, 409)
    [result] = refusal["results"]
    assert (refusal["code"], result["id"]) == ("bulk_refused", str(strict.pk))
    assert (result["code"], result["allowed"]) == ("illegal_transition", ["in_progress"])
    assert {task.status.key for task in now(tasks)} == {"TODO"}
    results = bulk(cast, [strict, *tasks], {"is_complete": True}, is_atomic=False)["data"][
        "results"
    ]
    assert [each["is_changed"] for each in results] == [False, True, True]
    assert {task.status.key for task in now(tasks)} == {"DONE"}


def test_a_task_that_cannot_be_seen_is_not_found(cast: Cast) -> None:
    tasks = titled(cast, 1)
    theirs = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Theirs")
    foreign = create_task(actor=by(cast.sam), project=theirs, title="Theirs")
    bulk(cast, [*tasks, foreign], {"priority": "HIGH"}, 403)
    results = bulk(cast, [foreign, *tasks], {"priority": "HIGH"}, atomic=False)["data"]["results"]
    assert [(each["is_changed"], each.get("code")) for each in results] == [
        (False, "not_found"),
        (True, None),
    ]


def test_those_that_may_be_changed_are_changed(cast: Cast) -> None:
    """Neither a right that is lacking nor a name unknown in one project is in the way of others."""
    add_label(actor=by(cast.lea), project=cast.project, name="Red")
    plain, loom = titled(cast, 1)[0], create_project(**of_ada(cast), name="Loom")
    elsewhere = create_task(actor=by(cast.ada), project=loom, title="Without the label")
    read = create_project(**of_ada(cast), name="Read", visibility="PRIVATE")
    add_project_member(actor=by(cast.ada), project=read, person=cast.max, role="VIEWER")
    shown = create_task(actor=by(cast.ada), project=read, title="Read only")
    asked = {"add_labels": ["Red"]}
    answer = bulk(cast, [shown, elsewhere, plain], asked, is_atomic=False)["data"]["results"]
    codes = [(each["is_changed"], each.get("code")) for each in answer]
    assert codes == [(False, "forbidden"), (False, "unknown_label"), (True, None)]
    assert answer[0]["required"] == "task:update"
    assert [task.version for task in now([shown, elsewhere, plain])] == [1, 1, 2]
    bulk(cast, [shown, plain], asked, 403)
    bulk(cast, [elsewhere, plain], asked, 400)
    none = bulk(cast, [shown, elsewhere], asked, is_atomic=False)["data"]["results"]
    assert not any(each["is_changed"] for each in none)
    both = {"add_labels": ["Red"], "remove_labels": ["red"]}
    assert bulk(cast, [plain], both, 400)["errors"].keys() == {"remove_labels"}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"changes": {}},
        {"changes": {"priority": "EXTREME"}},
        {"changes": {"status": "NOWHERE"}},
        {"changes": {"add_labels": ["none"]}},
        {"changes": {"due_time": "09:00"}},
        {"changes": {"assignee_id": "x"}},
        {"task_ids": []},
        {"task_ids": ["x"]},
        {"task_ids": ["01890000-0000-7000-8000-000000000000"] * 501},
    ],
)
def test_what_is_no_change_is_refused(cast: Cast, task: Task, wrong: dict[str, Any]) -> None:
    usual = {"task_ids": [str(task.pk)], "changes": {"priority": "HIGH"}}
    body = {**usual, **wrong} if wrong else {}
    code = 409 if "due_time" in body.get("changes", ()) else 400
    client_of(cast.max).ask("POST", "/api/tasks/bulk", body, status=code)
    assert now([task])[0].version == 1


@pytest.mark.parametrize(
    "changes",
    [{"priority": "HIGH"}, {"status": "DONE"}, {"due_date": "2030-02-01"}, {"assignee": "lea"}],
)
def test_a_hundred_tasks_take_few_statements(cast: Cast, changes: dict[str, str]) -> None:
    tasks = titled(cast, 100, due_date=date(2030, 1, 31), assignee=cast.max)
    body = {"assignee_id": str(cast.lea.pk)} if "assignee" in changes else changes
    asked = {"task_ids": [str(task.pk) for task in tasks], "changes": body}
    client = client_of(cast.max)
    with CaptureQueriesContext(connection) as seen:
        client.ask("POST", "/api/tasks/bulk", asked)
    sent = [each["sql"] for each in seen if "SAVEPOINT" not in each["sql"]]
    assert len(sent) <= 18, "\n".join(sql[:150] for sql in sent)
    if "assignee" in changes:
        told = Delivery.objects.get(recipient_id=cast.lea.pk, kind="tasks_assigned")
        assert sorted(told.payload["tasks"]) == sorted(asked["task_ids"])
    planned = Reminder.objects.filter(state="PLANNED").count()
    assert planned == (0 if "status" in changes else 100)


def test_bulk_and_single_changes_at_the_same_moment(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    """Locked in the order of ids: none waits for another in a circle."""
    tasks = titled(cast, 30)

    def change(n: int) -> bool:
        if n % 2:
            shuffled = tasks[n:] + tasks[:n]
            return bool(bulk(cast, shuffled, {"priority": ("LOW", "HIGH")[n % 4 == 1]}))
        for task in tasks[:: n + 1]:
            changes = {"title": f"By {n}"}
            if not succeeds(update_task, actor=by(cast.lea), task=task, changes=changes):
                return False
        return True

    assert all(times(6, change))
    assert len({task.priority for task in now(tasks)}) == 1


def test_a_task_gets_twenty_labels_at_most(cast: Cast) -> None:
    """However they are given: the others of many tasks get theirs."""
    lea: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project}
    labels = [add_label(**lea, name=f"L{n}") for n in range(21)]
    names = [label.name for label in labels]
    full, other = titled(cast, 1, labels=labels[:20])[0], titled(cast, 1)[0]
    asked = {"add_labels": names[20:]}
    refusal = bulk(cast, [full, other], asked, 409)
    assert [each["code"] for each in refusal["results"]] == ["too_many_labels_of_task"]
    results = bulk(cast, [full, other], asked, is_atomic=False)["data"]["results"]
    assert [each["is_changed"] for each in results] == [False, True]
    assert [each.task_labels.count() for each in (full, other)] == [20, 1]
    bulk(cast, [full], {**asked, "remove_labels": names[:1]})
    assert full.task_labels.count() == 20
    with pytest.raises(TooManyLabelsOfTask):
        update_task(actor=by(cast.lea), task=other, changes={"labels": labels})


def test_a_label_deleted_meanwhile_is_unknown(committed_db: CommittedDatabase, cast: Cast) -> None:
    red = add_label(actor=by(cast.lea), project=cast.project, name="Red")
    tasks = titled(cast, 1)
    ask = partial(bulk, cast, tasks, {"add_labels": ["red"]}, 409)
    refusal = during(partial(delete_label, actor=by(cast.lea), label=red), ask)
    assert [each["code"] for each in refusal["results"]] == ["unknown_label"]
    assert now(tasks)[0].version == 1


@pytest.mark.parametrize("changes", [{"status": "DONE"}, {"assignee": "max"}])
def test_what_changes_meanwhile_is_read_under_the_lock(
    committed_db: CommittedDatabase, cast: Cast, changes: dict[str, Any]
) -> None:
    """A join with the former column would not find the task, one with nobody no assignee."""
    tasks = titled(cast, 1)
    done = cast.project.statuses.get(key="DONE")
    first = {"status": done} if "status" in changes else {"assignee": cast.max}
    change = partial(update_task, actor=by(cast.lea), task=tasks[0], changes=first)
    asked = {"priority": "HIGH", "assignee_id": None}
    [result] = during(change, partial(bulk, cast, tasks, asked))["data"]["results"]
    [task] = now(tasks)
    assert (result["is_changed"], task.priority, task.assignee) == (True, "HIGH", None)
    assert task.status.key == changes.get("status", "TODO")
