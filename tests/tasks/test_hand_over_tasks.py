"""Whose the tasks of somebody are who leaves."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.services.deletion import delete_person
from clerk.services.organizations import remove_organization_member
from clerk.services.people import Organization, delete_external_person
from projects.models import Project
from projects.services.members import add_project_member, remove_project_member, set_project_lead
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.tasks import create_task, delete_task, transition_task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import at_once
from workspaces.models import Membership
from workspaces.services.members import remove_member

Ways = dict[str, Callable[[Cast], object]]


def by_http(cast: Cast, who: str, path: str) -> None:
    client_of(getattr(cast, who)).ask("DELETE", f"/api/{path}", status=204)


def deleted_at_clerk(cast: Cast) -> None:
    cast.max.external_id = "user_max"
    cast.max.save()
    delete_external_person(external_id="user_max", at=1)


def left_at_clerk(cast: Cast) -> None:
    cast.max.external_id, cast.workspace.external_org_id = "user_max", "org_1"
    cast.max.save()
    cast.workspace.save()
    remove_organization_member(
        person=cast.max, person_id="user_max", organization=Organization(id="org_1"), at=1
    )


WAYS: Ways = {
    "project": lambda at: by_http(at, "lea", f"projects/{at.project.pk}/members/{at.max.pk}"),
    "alias": lambda at: by_http(at, "lea", f"projects/{at.project.pk}/member/{at.max.pk}"),
    "workspace": lambda at: by_http(at, "pia", f"workspaces/{at.workspace.pk}/members/{at.max.pk}"),
    "leaving": lambda at: by_http(at, "max", f"workspaces/{at.workspace.pk}/members/me"),
    "leaving at the provider": left_at_clerk,
    "deletion": lambda at: delete_person(actor=by(at.max), person=at.max),
    "deletion at the provider": deleted_at_clerk,
}


def given(cast: Cast, title: str = "Oil", project: Project | None = None, **more: Any) -> Task:
    """A task of Max's."""
    return create_task(
        actor=by(cast.ada), project=project or cast.project, title=title, assignee=cast.max, **more
    )


def finished(cast: Cast) -> Task:
    task = given(cast, "Done")
    return transition_task(
        actor=by(cast.lea), task=task, status=cast.project.statuses.get(key="DONE")
    )


def assignee_of(task: Task) -> Any:
    return Task.objects.select_related("assignee").get(pk=task.pk).assignee


def second_project(cast: Cast, **fields: Any) -> Project:
    """One more project with Max in it."""
    return create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Loom", team_members=[cast.max], **fields
    )


def remove(cast: Cast, status: int = 204, who: str = "pia", query: str = "", **body: Any) -> Any:
    path = f"/api/workspaces/{cast.workspace.pk}/members/{cast.max.pk}{query}"
    return client_of(getattr(cast, who)).ask("DELETE", path, body or None, status=status)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_the_lead_takes_over_open_tasks_only(cast: Cast, way: Callable[[Cast], object]) -> None:
    task, done = given(cast), finished(cast)

    way(cast)

    assert (assignee_of(task), assignee_of(done)) == (cast.lea, cast.max)
    change = {"old": str(cast.max.pk), "new": str(cast.lea.pk)}
    assert (log_of(task)[-1][0], log_of(task)[-1][2]) == ("assigned", {"assignee": change})
    task.refresh_from_db()
    assert task.version == 2


def test_without_a_lead_who_can_sign_in_nobody_takes_over(cast: Cast) -> None:
    unled = given(cast, project=second_project(cast))
    led = given(cast)
    cast.lea.is_active = False
    cast.lea.save()

    remove(cast)

    assert (assignee_of(unled), assignee_of(led)) == (None, None)


def test_nobody_inherits_from_the_lead(cast: Cast) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.lea)

    client_of(cast.lea).ask("DELETE", f"/api/workspaces/{cast.workspace.pk}/members/me", status=204)

    assert assignee_of(task) is None


@pytest.mark.parametrize("key", ["reassign_to", "reassignTo", "query"])
@pytest.mark.parametrize("who", ["moe", "nobody"])
def test_removal_names_who_takes_over(cast: Cast, key: str, who: str) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.moe)
    task = given(cast)
    named = str(cast.moe.pk) if who == "moe" else None

    if key == "query":
        remove(cast, query=f"?reassign_to={named or ''}")
    else:
        client = client_of(cast.pia)
        path = f"/api/workspaces/{cast.workspace.pk}/members/{cast.max.pk}"
        client.ask("DELETE", path, {key: named}, status=204)

    assert assignee_of(task) == (cast.moe if named else None)


@pytest.mark.parametrize("spelling", ["member", "members"])
def test_removal_from_a_project_names_who_takes_over(cast: Cast, spelling: str) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.moe)
    task = given(cast)
    path = f"/api/projects/{cast.project.pk}/{spelling}/{cast.max.pk}"

    client_of(cast.lea).ask("DELETE", path, {"reassign_to": str(cast.moe.pk)}, status=204)

    assert assignee_of(task) == cast.moe


def test_body_and_query_may_not_differ(cast: Cast, unchanged: None) -> None:
    same = remove(cast, 400, query="?reassign_to=", reassign_to=str(cast.lea.pk))
    assert same["errors"] == {"reassign_to": ["Named twice, and not the same."]}


@pytest.mark.parametrize(
    ("who", "code"),
    [("sam", "invalid"), ("max", "not_in_workspace"), ("idle", "not_in_workspace")],
)
def test_who_takes_over_is_another_active_member(
    cast: Cast, unchanged: None, who: str, code: str
) -> None:
    successor = cast.moe if who == "idle" else getattr(cast, who)
    type(successor).objects.filter(pk=cast.moe.pk).update(is_active=who != "idle")
    refusal = remove(cast, 400, reassign_to=str(successor.pk))
    type(successor).objects.filter(pk=cast.moe.pk).update(is_active=True)
    assert (refusal["code"], [*refusal["errors"]]) == (code, ["reassign_to"])


def test_who_takes_over_is_in_every_project_with_open_tasks(cast: Cast) -> None:
    loom, secret = second_project(cast), second_project(cast, visibility="PRIVATE")
    idle = second_project(cast)
    tasks = [given(cast), given(cast, project=loom), given(cast, project=secret)]

    refusal = remove(cast, 400, reassign_to=str(cast.lea.pk))

    assert refusal["code"] == "not_in_project"
    assert refusal["projects"] == [{"id": str(loom.pk), "key": loom.key}]
    assert refusal["hidden_projects"] == 1
    assert [assignee_of(task) for task in tasks] == [cast.max] * 3
    assert Membership.objects.filter(user=cast.max).exists()
    assert str(secret.pk) not in str(refusal)
    assert str(idle.pk) not in str(refusal)
    assert len(remove(cast, 400, "ada", reassign_to=str(cast.lea.pk))["projects"]) == 2


def test_deleted_tasks_and_projects_are_no_reason_to_refuse(cast: Cast) -> None:
    loom = second_project(cast)
    task = given(cast, project=loom)
    delete_task(actor=by(cast.ada), task=task)
    gone = second_project(cast)
    lost = given(cast, project=gone)
    client_of(cast.ada).ask("DELETE", f"/api/projects/{gone.pk}", status=204)

    remove(cast, reassign_to=str(cast.lea.pk))

    assert (assignee_of(task), assignee_of(lost)) == (None, None)


def test_hundreds_of_tasks_take_no_more_statements(cast: Cast) -> None:
    counts = []
    for number in (2, 20):
        for n in range(number):
            given(cast, f"Task {n}", due_date=date(2031, 7, 1))
        with CaptureQueriesContext(connection) as asked:
            remove_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
        counts.append(len(asked))
        updates = [each["sql"] for each in asked if each["sql"].startswith('UPDATE "tasks_task"')]
        # One array of ids: PostgreSQL takes 65,535 parameters at most.
        assert updates
        assert all(" IN (" not in sql for sql in updates)
        add_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
    assert counts[0] == counts[1]
    assert Task.objects.filter(assignee=cast.lea).count() == 22


REOPENINGS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/transition", {"status": "TODO"}),
    ("PATCH", "", {"status": "IN_PROGRESS"}),
    ("PATCH", "", {"is_complete": False}),
    ("PUT", "", {"title": "Again", "status": "TODO"}),
]


@pytest.mark.parametrize(("method", "path", "body"), REOPENINGS)
def test_a_reopened_task_of_somebody_who_left_is_nobodys(
    cast: Cast, method: str, path: str, body: dict[str, Any]
) -> None:
    task = finished(cast)
    remove(cast)
    lea = client_of(cast.lea)
    assert lea.ask("GET", f"/api/tasks/{task.pk}")["data"]["assignee"]["name"] == "Max"
    lea.ask("PATCH", f"/api/tasks/{task.pk}", {"title": "Well done"})

    reopened = lea.ask(method, f"/api/tasks/{task.pk}{path}", body)["data"]

    assert (reopened["is_complete"], reopened["assignee"]) == (False, None)
    change = {"assignee": {"old": str(cast.max.pk), "new": None}}
    assert log_of(task)[-1] == ("assigned", cast.lea.pk, change)


def test_reopening_names_somebody_of_the_project(cast: Cast) -> None:
    task = finished(cast)
    remove(cast)
    lea, path = client_of(cast.lea), f"/api/tasks/{task.pk}"

    same = {"assigneeId": str(cast.max.pk)}
    assert lea.ask("PUT", path, {**same, "title": "Kept"})["data"]["assignee"]["name"] == "Max"
    refusal = lea.ask("PUT", path, {**same, "status": "TODO"}, status=400)
    assert refusal["code"] == "not_in_project"
    body = {"assigneeId": str(cast.lea.pk), "status": "TODO"}
    assert lea.ask("PUT", path, body)["data"]["assignee"]["name"] == "Lea"


def test_a_task_reopened_by_a_members_hand_stays_theirs(cast: Cast) -> None:
    task = finished(cast)
    body = {"status": "TODO"}
    shown = client_of(cast.lea).ask("PATCH", f"/api/tasks/{task.pk}", body)["data"]
    assert shown["assignee"]["name"] == "Max"


def test_nobody_outside_keeps_an_open_task(committed_db: CommittedDatabase, cast: Cast) -> None:
    """They are removed while they are given tasks, old and new, and while the lead changes."""
    tasks = [create_task(actor=by(cast.lea), project=cast.project, title="Oil") for _ in range(2)]
    given(cast)
    body = {"assigneeId": str(cast.max.pk)}
    new = {**body, "title": "New"}
    clients = [client_of(cast.ada) for _ in range(5)]

    def call(client: Client, method: str, path: str, sent: Any = None) -> int:
        return int(getattr(client, method)(f"/api/{path}", sent, format="json").status_code)

    member = f"workspaces/{cast.workspace.pk}/members/{cast.max.pk}"
    in_project = f"projects/{cast.project.pk}"
    removed, *others = at_once(
        lambda: call(clients[0], "delete", member),
        lambda: call(clients[1], "patch", f"tasks/{tasks[0].pk}", body),
        lambda: call(clients[2], "patch", f"tasks/{tasks[1].pk}", body),
        lambda: call(clients[3], "post", f"{in_project}/tasks", new),
        lambda: call(clients[4], "put", f"{in_project}/lead", {"team_lead": "moe@example.com"}),
    )
    assert removed == 204
    assert set(others) <= {200, 201, 400}
    assert not Task.objects.filter(assignee=cast.max).exists()


def test_whoever_takes_over_may_be_removed_at_the_same_moment(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.moe)
    task = given(cast)
    place = f"/api/projects/{cast.project.pk}/members"
    clients = [client_of(cast.lea) for _ in range(2)]
    body = {"reassign_to": str(cast.moe.pk)}

    first, second = at_once(
        lambda: clients[0].delete(f"{place}/{cast.max.pk}", body, format="json").status_code,
        lambda: clients[1].delete(f"{place}/{cast.moe.pk}").status_code,
    )

    assert (first, second) in {(204, 204), (400, 204)}
    assert assignee_of(task) == (cast.lea if first == 204 else cast.max)


def test_the_last_lead_and_a_member_who_leave_at_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    task = given(cast)
    places = {
        name: Membership.objects.get(workspace=cast.workspace, user=getattr(cast, name))
        for name in ("lea", "max")
    }
    at_once(
        lambda: remove_member(actor=by(cast.lea), membership=places["lea"]),
        lambda: remove_member(actor=by(cast.max), membership=places["max"]),
    )
    assert assignee_of(task) is None


def test_a_new_lead_takes_over(cast: Cast) -> None:
    set_project_lead(actor=by(cast.ada), project=cast.project, person=cast.moe)
    task = given(cast)
    remove(cast)
    assert assignee_of(task) == cast.moe
