"""Bringing a deleted task back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from activity.models import Event
from comments.models import Comment
from notifications.models import Reminder
from projects.services.deletion import archive_project, delete_project
from projects.services.members import add_project_member
from tasks.models import Task
from tasks.services.tasks import create_task, delete_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import task_alone
from tests.support.log import log_of
from tests.support.threads import times


@pytest.fixture
def deleted(cast: Cast, comment: Comment) -> Task:
    delete_task(actor=by(cast.lea), task=comment.task)
    return Task.objects.get()


def restore(cast: Cast, who: str, status: int = 200, **headers: str) -> Any:
    path = f"/api/tasks/{Task.objects.get().pk}/restore"
    return client_of(getattr(cast, who)).ask("POST", path, status=status, **headers)


def age(task: Task, **past: int) -> None:
    Task.objects.filter(pk=task.pk).update(deleted_at=timezone.now() - timedelta(**past))


@pytest.mark.parametrize("who", ["lea", "pia", "ada"])
def test_restore_task_brings_everything_back(cast: Cast, deleted: Task, who: str) -> None:
    answer = restore(cast, who)
    deleted.refresh_from_db()
    assert deleted.deleted_at is None
    assert answer == {"success": True, "data": task_alone(deleted, getattr(cast, who))}
    assert deleted.comments.filter(deleted_at=None).count() == 1
    assert log_of(deleted)[-1] == ("restored", getattr(cast, who).pk, {})


def test_restore_task_that_is_there_changes_nothing(cast: Cast, unchanged: None) -> None:
    restore(cast, "lea")


@pytest.mark.parametrize("who", ["max", "moe"])
def test_who_may_not_delete_may_not_restore(cast: Cast, deleted: Task, who: str) -> None:
    assert restore(cast, who, 403)["required"] == "task:delete"


def test_restore_own_task(cast: Cast, deleted: Task) -> None:
    Task.objects.update(assignee=cast.max)
    restore(cast, "max")


def test_restore_task_within_thirty_days(cast: Cast, deleted: Task) -> None:
    age(deleted, days=30, seconds=1)
    assert restore(cast, "ada", 404)["code"] == "not_found"
    age(deleted, days=29, hours=23)
    restore(cast, "ada")


def test_restore_task_of_an_archived_or_deleted_project(cast: Cast, deleted: Task) -> None:
    archive_project(actor=by(cast.lea), project=cast.project)
    assert restore(cast, "lea", 409)["code"] == "archived"
    delete_project(actor=by(cast.lea), project=cast.project)
    assert restore(cast, "lea", 404)["code"] == "not_found"


def test_restore_task_under_the_version_read(cast: Cast, deleted: Task) -> None:
    assert restore(cast, "lea", 412, **{"If-Match": '"1"'})["code"] == "stale"
    restore(cast, "lea", 200, **{"If-Match": '"2"'})


def test_restore_task_plans_its_reminder_anew(cast: Cast) -> None:
    due = date(2031, 7, 1)
    task = create_task(
        actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max, due_date=due
    )
    delete_task(actor=by(cast.lea), task=task)
    restore(cast, "lea")
    states = Reminder.objects.order_by("rev").values_list("state", flat=True)
    assert list(states) == ["CANCELLED", "PLANNED"]


def test_restore_task_four_times_at_once_restores_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    delete_task(actor=by(cast.lea), task=task)
    clients = [client_of(cast.lea) for _ in range(4)]
    path = f"/api/tasks/{task.pk}/restore"
    assert times(4, lambda n: clients[n].post(path).status_code) == [200] * 4
    assert Event.objects.filter(action="restored").count() == 1


@pytest.mark.parametrize("path", ["projects/{}/tasks", "tasks/project/{}/tasks"])
def test_list_what_can_be_restored(cast: Cast, deleted: Task, path: str) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.gus, role="VIEWER")
    here = f"/api/{path.format(cast.project.pk)}?deleted="
    people = {
        who: client_of(getattr(cast, who)) for who in ("ada", "pia", "lea", "max", "moe", "gus")
    }

    def listed(word: str) -> dict[str, list[str]]:
        answers = {who: client.ask("GET", f"{here}{word}") for who, client in people.items()}
        return {who: [task["id"] for task in answer["data"]] for who, answer in answers.items()}

    found = {who: [str(deleted.pk)] if who in ("ada", "pia", "lea") else [] for who in people}
    nothing: dict[str, list[str]] = {who: [] for who in people}
    assert (listed("true"), listed("false")) == (found, nothing)
    age(deleted, days=31)
    assert listed("true") == nothing


def test_list_what_one_made_oneself(cast: Cast, deleted: Task) -> None:
    own = create_task(actor=by(cast.max), project=cast.project, title="Own")
    update_task(actor=by(cast.max), task=own, changes={"title": "Mine"})
    delete_task(actor=by(cast.max), task=own)
    here = f"/api/projects/{cast.project.pk}/tasks?deleted=true"
    listed = client_of(cast.max).ask("GET", here)["data"]
    assert [task["title"] for task in listed] == ["Mine"]


@pytest.mark.parametrize(
    "path", ["/api/workspaces", "/api/projects", "/api/projects/{project}/tasks"]
)
def test_a_wrong_word_for_deleted_is_refused(cast: Cast, path: str) -> None:
    here, ada = path.format(project=cast.project.pk), client_of(cast.ada)
    for word in ("x", "", "1", "yes"):
        assert list(ada.ask("GET", f"{here}?deleted={word}", status=400)["errors"]) == ["deleted"]


def test_a_foreign_project_shows_nothing_deleted(cast: Cast) -> None:
    here = f"/api/projects/{cast.project.pk}/tasks?deleted=true"
    client_of(cast.sam).ask("GET", here, status=403)
