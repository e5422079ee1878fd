"""Deleting a project."""

from comments.models import Comment
from projects.models import Project
from projects.services.projects import create_project
from tasks.models import Task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import at_once, times


def test_delete_project_takes_it_out_of_sight(cast: Cast, comment: Comment) -> None:
    path = f"/api/projects/{cast.project.pk}"
    ada = client_of(cast.ada)
    assert ada.ask("DELETE", path, status=204) is None
    gone = [path, f"{path}/tasks", f"{path}/members", f"/api/tasks/{comment.task_id}"]
    gone += [f"/api/tasks/{comment.task_id}/comments", f"/api/comments/{comment.pk}"]
    for place in gone:
        assert ada.ask("GET", place, status=404)["code"] == "not_found"
    assert ada.ask("GET", "/api/projects")["data"] == []
    assert log_of(cast.project)[-1] == ("deleted", cast.ada.pk, {})


def test_a_deleted_project_keeps_its_rows_and_its_key(cast: Cast, task: Task) -> None:
    client_of(cast.ada).ask("DELETE", f"/api/projects/{cast.project.pk}", status=204)
    assert Project.objects.filter(pk=cast.project.pk).exclude(deleted_at=None).exists()
    assert Task.objects.filter(pk=task.pk).exists()
    again = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Engine")
    assert again.key == "ENG2"


def test_delete_project_for_strangers_tells_nothing_afterwards(cast: Cast) -> None:
    path = f"/api/projects/{cast.project.pk}"
    client_of(cast.ada).ask("DELETE", path, status=204)
    assert client_of(cast.sam).ask("GET", path, status=404)["code"] == "not_found"


def test_delete_project_four_times_at_once_deletes_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    clients = [client_of(cast.ada) for _ in range(4)]
    path = f"/api/projects/{cast.project.pk}"
    answers = times(4, lambda n: clients[n].delete(path).status_code)
    assert sorted(answers) == [204, 404, 404, 404]
    assert [action for action, _, _ in log_of(cast.project)] == ["created", "deleted"]


def test_no_task_is_created_in_a_project_being_deleted(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    ada, creators = client_of(cast.ada), [client_of(cast.lea) for _ in range(5)]
    path = f"/api/projects/{cast.project.pk}"

    def create(n: int) -> int:
        body = {"title": f"Task {n}"}
        return creators[n].post(f"{path}/tasks", body, format="json").status_code

    deleted, *created = at_once(
        lambda: ada.delete(path).status_code, *[lambda n=n: create(n) for n in range(5)]
    )
    assert deleted == 204
    assert set(created) <= {201, 404, 409}
    assert Task.objects.count() == created.count(201)
    deletion = Project.objects.get(pk=cast.project.pk).deleted_at
    assert not Task.objects.filter(created_at__gt=deletion).exists()
