"""Relations between tasks are added, listed and removed, from both sides."""

from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Visibility
from projects.services.deletion import archive_project, delete_project
from projects.services.projects import create_project
from tasks.models import Relation, Task
from tasks.services.relations import MOST_RELATIONS, MOST_SHOWN
from tasks.services.tasks import create_task, delete_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import at, person
from tests.support.log import log_of
from tests.support.relations import block, other_task, rows_of_blocks, rows_of_tasks, some_tasks


def ask(cast: Cast, method: str, task: Task, path: str, body: Any = None, **options: Any) -> Any:
    return client_of(cast.max).ask(method, f"/api/tasks/{task.pk}/{path}", body, **options)


def listed(cast: Cast, task: Task, path: str) -> list[tuple[str, str]]:
    """The kind and the other task's title of each relation."""
    return [(each["kind"], each["task"]["title"]) for each in ask(cast, "GET", task, path)["data"]]


def test_add_relation_is_shown_from_both_sides(cast: Cast) -> None:
    one, other = some_tasks(cast, 2)
    body = {"kind": "blocked_by", "taskId": str(other.pk)}
    shown = ask(cast, "POST", one, "relations", body, status=201)["data"]
    relation = Relation.objects.get()
    assert shown == {
        "id": str(relation.pk),
        "kind": "BLOCKED_BY",
        "task": other_task(other),
        "created_by": person(cast.max),
        "created_at": at(relation.created_at),
    }
    assert ask(cast, "GET", one, "relations")["data"] == [shown]
    assert ask(cast, "GET", one, "dependencies")["data"] == [shown]
    assert ask(cast, "GET", one, "dependents")["data"] == []
    assert listed(cast, other, "relations") == [("BLOCKS", "T0")]
    assert listed(cast, other, "dependents") == [("BLOCKS", "T0")]
    assert log_of(one)[1:] == [
        ("related", cast.max.pk, {"blocked_by": {"old": None, "new": str(other.pk)}})
    ]
    assert log_of(other)[1:] == [
        ("related", cast.max.pk, {"blocks": {"old": None, "new": str(one.pk)}})
    ]


@pytest.mark.parametrize(
    ("kind", "inverse"),
    [
        ("BLOCKS", "BLOCKED_BY"),
        ("BLOCKED_BY", "BLOCKS"),
        ("RELATES_TO", "RELATES_TO"),
        ("DUPLICATES", "DUPLICATED_BY"),
        ("DUPLICATED_BY", "DUPLICATES"),
    ],
)
def test_every_kind_is_added_once_and_removed_from_either_side(
    cast: Cast, kind: str, inverse: str
) -> None:
    one, other = some_tasks(cast, 2)
    body = {"kind": kind, "task_id": str(other.pk)}
    made = ask(cast, "POST", one, "relations", body, status=201)["data"]["id"]
    assert listed(cast, one, "relations") == [(kind, "T1")]
    assert listed(cast, other, "relations") == [(inverse, "T0")]
    again = ask(cast, "POST", one, "relations", body, status=409)
    twin = {"kind": inverse, "task_id": str(one.pk)}
    assert ask(cast, "POST", other, "relations", twin, status=409)["code"] == again["code"]
    assert again["code"] == "already_related"
    ask(cast, "DELETE", other, f"relations/{made}", status=204)
    ask(cast, "DELETE", one, f"relations/{made}", status=404)
    assert listed(cast, one, "relations") == []
    assert log_of(one)[-1][0] == log_of(other)[-1][0] == "unrelated"
    ask(cast, "POST", one, "relations", body, status=201)


def test_add_and_remove_dependency(cast: Cast) -> None:
    one, other, third = some_tasks(cast, 3)
    body = {"dependsOn": str(other.pk)}
    shown = ask(cast, "POST", one, "dependencies", body, status=201)["data"]
    assert (shown["kind"], shown["task"]["title"]) == ("BLOCKED_BY", "T1")
    ask(cast, "POST", one, "dependencies", {"taskId": str(third.pk)}, status=201)
    assert listed(cast, one, "dependencies") == [("BLOCKED_BY", "T1"), ("BLOCKED_BY", "T2")]
    for wrong in (one.pk, cast.project.pk, "x"):
        ask(cast, "DELETE", one, f"dependencies/{wrong}", status=404)
    ask(cast, "DELETE", other, f"dependencies/{one.pk}", status=404)
    ask(cast, "DELETE", one, f"dependencies/{other.pk}", status=204)
    assert listed(cast, one, "dependencies") == [("BLOCKED_BY", "T2")]


@pytest.mark.parametrize("path", ["relations", "dependencies"])
def test_add_relation_refuses_itself_and_what_is_elsewhere(cast: Cast, path: str) -> None:
    task, gone = some_tasks(cast, 2)
    delete_task(actor=by(cast.ada), task=gone)
    foreign = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Foreign")
    theirs = create_task(actor=by(cast.sam), project=foreign, title="Theirs")
    field = "task_id" if path == "relations" else "depends_on"

    def refusal(wrong: Any) -> Any:
        body = {"kind": "RELATES_TO", field: wrong}
        return ask(cast, "POST", task, path, body, status=400)

    unknown = refusal("01890000-0000-7000-8000-000000000000")["errors"]
    assert unknown == {field: ["Not found."]}
    for wrong in (str(theirs.pk), str(gone.pk), str(cast.project.pk)):
        assert refusal(wrong)["errors"] == unknown
    assert refusal(str(task.pk))["code"] == "same_task"
    assert Relation.objects.count() == 0


def test_a_task_of_another_workspace_of_ones_own_is_unknown(cast: Cast, task: Task) -> None:
    aside = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Aside")
    theirs = create_task(actor=by(cast.sam), project=aside, title="Theirs")
    cast.workspace.memberships.create(user=cast.sam, role="ADMIN")
    body = {"kind": "BLOCKS", "task_id": str(theirs.pk)}
    path = f"/api/tasks/{task.pk}/relations"
    refusal = client_of(cast.sam).ask("POST", path, body, status=400)
    assert refusal["errors"] == {"task_id": ["Not found."]}


def test_a_cycle_is_refused_and_named(cast: Cast) -> None:
    tasks = some_tasks(cast, 4)
    block(cast, *tasks)
    body = {"depends_on": str(tasks[3].pk)}
    refusal = ask(cast, "POST", tasks[0], "dependencies", body, status=409)
    named = [{"id": str(t.pk), "key": f"ENG-{t.number}"} for t in (tasks[3], *tasks[:3])]
    assert refusal == {
        "success": False,
        "code": "dependency_cycle",
        "message": "The tasks would block each other.",
        "cycle": named,
        "cycle_length": 4,
        "request_id": refusal["request_id"],
    }
    body = {"kind": "BLOCKS", "task_id": str(tasks[0].pk)}
    assert ask(cast, "POST", tasks[1], "relations", body, status=409)["cycle_length"] == 2
    body = {"kind": "RELATES_TO", "task_id": str(tasks[0].pk)}
    ask(cast, "POST", tasks[3], "relations", body, status=201)


def test_a_cycle_through_tasks_one_must_not_know_does_not_name_them(cast: Cast) -> None:
    secret = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Secret")
    first, last = some_tasks(cast, 2)
    block(cast, first, *some_tasks(cast, 1, secret), last)
    secret.visibility = Visibility.PRIVATE
    secret.save()
    body = {"depends_on": str(last.pk)}
    refusal = ask(cast, "POST", first, "dependencies", body, status=409)
    assert [each["id"] for each in refusal["cycle"]] == [str(last.pk), str(first.pk)]
    assert refusal["cycle_length"] == 3
    assert listed(cast, first, "dependents") == []


def test_a_cycle_of_deleted_tasks_is_one_too(cast: Cast) -> None:
    first, gone, last = some_tasks(cast, 3)
    block(cast, first, gone, last)
    delete_task(actor=by(cast.ada), task=gone)
    body = {"depends_on": str(last.pk)}
    assert ask(cast, "POST", first, "dependencies", body, status=409)["cycle_length"] == 3


def test_a_chain_of_a_thousand_tasks_is_searched(cast: Cast, task: Task) -> None:
    chain = rows_of_tasks(cast, 1000)
    rows_of_blocks(cast, pairwise(chain))
    body = {"depends_on": str(chain[-1].pk)}
    refusal = ask(cast, "POST", chain[0], "dependencies", body, status=409)
    assert (refusal["cycle_length"], len(refusal["cycle"])) == (1000, MOST_SHOWN)
    ask(cast, "POST", task, "dependencies", body, status=201)


def test_a_task_has_only_so_many_relations(cast: Cast) -> None:
    one, *others = some_tasks(cast, 3)
    many = rows_of_tasks(cast, MOST_RELATIONS - 1)
    rows_of_blocks(cast, [(one, other) for other in many])
    for task, other, expected in ((one, others[0], 201), (one, others[1], 409)):
        body = {"kind": "RELATES_TO", "task_id": str(other.pk)}
        answer = ask(cast, "POST", task, "relations", body, status=expected)
    assert answer["code"] == "too_many_relations"
    body = {"kind": "RELATES_TO", "task_id": str(one.pk)}
    ask(cast, "POST", others[1], "relations", body, status=409)


def test_relations_of_deleted_tasks_are_hidden_until_they_are_restored(cast: Cast) -> None:
    one, other = some_tasks(cast, 2)
    block(cast, one, other)
    [relation] = ask(cast, "GET", other, "relations")["data"]
    client_of(cast.ada).ask("DELETE", f"/api/tasks/{one.pk}", status=204)
    assert listed(cast, other, "relations") == listed(cast, other, "dependencies") == []
    ask(cast, "DELETE", other, f"relations/{relation['id']}", status=404)
    client_of(cast.ada).ask("POST", f"/api/tasks/{one.pk}/restore")
    assert listed(cast, other, "relations") == [("BLOCKED_BY", "T0")]


def test_relations_lead_into_other_projects_that_are_open(cast: Cast) -> None:
    aside = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Aside")
    [task], [there, more] = some_tasks(cast, 1), some_tasks(cast, 2, aside)
    ask(cast, "POST", task, "dependencies", {"depends_on": str(there.pk)}, status=201)
    assert listed(cast, there, "dependents") == [("BLOCKS", "T0")]
    archive_project(actor=by(cast.ada), project=aside)
    refusal = ask(cast, "POST", task, "dependencies", {"depends_on": str(more.pk)}, status=409)
    assert refusal["code"] == "archived"
    ask(cast, "DELETE", there, f"relations/{Relation.objects.get().pk}", status=409)
    ask(cast, "DELETE", task, f"dependencies/{there.pk}", status=204)
    aside.visibility = Visibility.PRIVATE
    aside.save()
    ask(cast, "POST", task, "dependencies", {"depends_on": str(there.pk)}, status=400)


def test_who_only_reads_the_other_task_may_relate_their_own(cast: Cast) -> None:
    private = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Aside", team_members=[cast.gus]
    )
    private.memberships.filter(user=cast.gus).update(role="VIEWER")
    [task], [theirs] = some_tasks(cast, 1), some_tasks(cast, 1, private)
    cast.project.memberships.create(user=cast.gus, workspace=cast.workspace, role="MEMBER")
    gus, body = client_of(cast.gus), {"kind": "RELATES_TO", "task_id": str(theirs.pk)}
    gus.ask("POST", f"/api/tasks/{task.pk}/relations", body, status=201)
    refusal = gus.ask("POST", f"/api/tasks/{theirs.pk}/relations", body, status=403)
    assert refusal["required"] == "task:update"


def test_relations_into_a_deleted_project_are_hidden(cast: Cast) -> None:
    aside = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Aside")
    [task], [there] = some_tasks(cast, 1), some_tasks(cast, 1, aside)
    block(cast, there, task)
    delete_project(actor=by(cast.ada), project=aside)
    assert listed(cast, task, "relations") == []


def test_add_relation_finds_each_task_once(cast: Cast) -> None:
    one, other = some_tasks(cast, 2)
    for path, body in (
        ("dependencies", {"depends_on": str(other.pk)}),
        ("relations", {"kind": "RELATES_TO", "task_id": str(other.pk)}),
    ):
        with CaptureQueriesContext(connection) as seen:
            ask(cast, "POST", one, path, body, status=201)
        found = [each["sql"] for each in seen if each["sql"].startswith('SELECT "tasks_task"."id"')]
        assert len([sql for sql in found if " FOR " not in sql]) == 2, path
