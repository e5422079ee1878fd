"""Letting somebody go."""

import pytest

from projects.services.members import remove_project_member
from tasks.models import Task
from tasks.services.tasks import create_task, delete_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import at_once
from workspaces.models import Membership


@pytest.mark.parametrize("spelling", ["member", "members"])
def test_remove_project_member_hands_their_tasks_to_the_lead(cast: Cast, spelling: str) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max)
    path = f"/api/projects/{cast.project.pk}/{spelling}/{cast.max.pk}"
    assert client_of(cast.lea).ask("DELETE", path, status=204) is None
    task.refresh_from_db()
    assert (task.assignee, task.version) == (cast.lea, 2)
    change = {"old": str(cast.max.pk), "new": str(cast.lea.pk)}
    assert log_of(task)[-1] == ("assigned", cast.lea.pk, {"assignee": change})
    gone = {"old": str(cast.max.pk), "new": None}
    assert log_of(cast.project)[-1] == ("member_removed", cast.lea.pk, {"member": gone})
    assert Membership.objects.filter(user=cast.max).exists()


def test_remove_project_member_keeps_the_tasks_of_others(cast: Cast) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.lea)
    remove_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
    task.refresh_from_db()
    assert (task.assignee, task.version) == (cast.lea, 1)


def test_the_lead_cannot_be_removed(cast: Cast, unchanged: None) -> None:
    path = f"/api/projects/{cast.project.pk}/members/{cast.lea.pk}"
    refusal = client_of(cast.lea).ask("DELETE", path, status=409)
    assert refusal["code"] == "leads_the_project"


@pytest.mark.parametrize("who", ["moe", "sam"])
def test_somebody_who_is_no_member_is_not_found(cast: Cast, unchanged: None, who: str) -> None:
    path = f"/api/projects/{cast.project.pk}/members/{getattr(cast, who).pk}"
    assert client_of(cast.lea).ask("DELETE", path, status=404)["code"] == "not_found"


def test_nobody_keeps_a_task_who_leaves_while_it_is_given_to_them(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    tasks = [create_task(actor=by(cast.lea), project=cast.project, title="Oil") for _ in range(4)]
    path = f"/api/projects/{cast.project.pk}/members/{cast.max.pk}"
    lea = client_of(cast.lea)
    giving = [client_of(cast.lea) for _ in tasks]
    body = {"assigneeId": str(cast.max.pk)}

    def give(n: int) -> int:
        return giving[n].patch(f"/api/tasks/{tasks[n].pk}", body, format="json").status_code

    left, *given = at_once(
        lambda: lea.delete(path).status_code, *[lambda n=n: give(n) for n in range(4)]
    )
    assert left == 204
    assert set(given) <= {200, 400}
    assert not Task.objects.filter(assignee=cast.max).exists()


def test_a_removed_member_cannot_be_given_a_task(cast: Cast, task: Task) -> None:
    remove_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
    body = {"assignee_id": str(cast.max.pk)}
    refusal = client_of(cast.lea).ask("PATCH", f"/api/tasks/{task.pk}", body, status=400)
    assert refusal["code"] == "not_in_project"
    assert refusal["errors"] == {"assignee_id": ["The assignee is not a member of the project."]}
    assert update_task(actor=by(cast.lea), task=task, changes={}).assignee is None


def test_remove_project_member_hands_deleted_tasks_over_too(cast: Cast) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max)
    delete_task(actor=by(cast.lea), task=task)
    task.refresh_from_db()
    assert task.assignee == cast.max
    remove_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
    task.refresh_from_db()
    assert task.assignee == cast.lea
