"""Lists have tags: 304 as long as nothing they show has changed, and never longer."""

from collections.abc import Callable
from itertools import permutations
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from accounts.models import User
from comments.models import Comment
from comments.services.comments import add_comment, edit_comment
from identity.services.personal_tokens import create_token
from projects.models import Project, Visibility
from projects.services.transitions import set_transitions
from tasks.models import RelatedAs, Task
from tasks.services.labels import add_label
from tasks.services.relations import add_relation
from tasks.services.saved_filters import save_filter
from tasks.services.tasks import create_task
from tasks.services.watchers import watch_task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.factories import AttachmentFactory
from tests.support.openapi import document
from workspaces.models import Membership


class Scene(NamedTuple):
    """What the changes are about: Kit is assigned a task and has commented on it."""

    cast: Cast
    task: Task
    kit: User
    clients: dict[User, Client]

    @property
    def comment(self) -> Comment:
        found: Comment = self.task.comments.earliest("created_at")
        return found

    @property
    def lists(self) -> list[str]:
        project, workspace = self.cast.project.pk, self.cast.workspace.pk
        return [
            f"/api/projects/{project}/tasks?include=comments",
            f"/api/projects/{project}/tasks?assignee=none&limit=1",
            f"/api/projects/{project}/members",
            f"/api/projects/{project}/statuses",
            f"/api/projects/{project}/transitions",
            f"/api/tasks/{self.task.pk}/relations",
            f"/api/projects/{project}/labels",
            f"/api/projects/{project}/board?limit=1",
            f"/api/projects/{project}/board",
            f"/api/projects/{project}/tasks?include=labels,mentions,subtasks",
            f"/api/tasks/{self.task.pk}/watchers",
            f"/api/tasks/{self.task.pk}/comments",
            f"/api/comments/{self.comment.pk}/history",
            f"/api/projects/{project}/filters",
            f"/api/tasks/recent?workspace={workspace}&ordering=updated_at",
            f"/api/tasks/{self.task.pk}/attachments",
            f"/api/projects?workspace={workspace}",
            f"/api/workspaces/{workspace}/members",
        ]


@pytest.fixture
def scene(cast: Cast) -> Scene:
    with connection.cursor() as cursor:  # else events get their numbers at the end of the test
        cursor.execute("SET CONSTRAINTS number_event IMMEDIATE")
    lea = by(cast.lea)
    task = create_task(actor=lea, project=cast.project, title="Brakes", assignee=cast.max)
    said = add_comment(actor=by(cast.max), task=task, content="On it.")
    edit_comment(actor=by(cast.max), comment=said, content="On it, @[Ada](nobody).")
    doors = create_task(actor=lea, project=cast.project, title="Doors")
    add_relation(actor=lea, task=task, other=doors, kind=RelatedAs.BLOCKS)
    add_label(actor=lea, project=cast.project, name="Red")
    watch_task(actor=lea, task=task, person=cast.max)
    late = {"overdue": "true"}
    save_filter(actor=lea, project=cast.project, name="Late", parameters=late, is_shared=True)
    AttachmentFactory.create(task=task, uploaded_by=cast.max)
    moves = permutations(cast.project.statuses.all(), 2)
    set_transitions(actor=lea, project=cast.project, moves=moves)
    clients = {person: client_of(person) for person in (cast.lea, cast.ada, cast.max, cast.moe)}
    return Scene(cast, task, cast.max, clients)


def read(scene: Scene, person: User, path: str, tag: str = "") -> tuple[int, bytes, str]:
    headers = {"If-None-Match": tag} if tag else {}
    answer = scene.clients[person].get(path, headers=headers)
    return answer.status_code, answer.content, answer.get("ETag", "")


Reading = dict[tuple[User, str], tuple[bytes, str]]


def read_all(scene: Scene) -> Reading:
    found = {}
    for person in (scene.cast.lea, scene.cast.ada):
        for path in scene.lists:
            status, body, tag = read(scene, person, path)
            assert status == 200
            found[person, path] = body, tag
    return found


def ask(method: str, path: str, body: Any = None, status: int = 200) -> Callable[[Scene], Any]:
    """A change over HTTP by who may do it; `path` may name rows of the scene."""

    def change(scene: Scene) -> None:
        cast = scene.cast
        names: dict[str, Any] = {
            "task": scene.task.pk,
            "comment": scene.comment.pk,
            "doors": Task.objects.get(title="Doors").pk,
            "project": cast.project.pk,
            "workspace": cast.workspace.pk,
            "moe": cast.moe.pk,
        }
        person = cast.ada if path.startswith("/api/workspaces") else cast.lea
        scene.clients[person].ask(method, path.format(**names), body, status=status)

    return change


def edit(scene: Scene) -> None:
    path = f"/api/comments/{scene.comment.pk}"
    scene.clients[scene.kit].ask("PATCH", path, {"message": "Still on it, @lea"})


def rename(scene: Scene) -> None:
    scene.clients[scene.kit].ask("PATCH", "/api/auth/me", {"name": "Maximilian"})


def rename_who_has_left(scene: Scene) -> None:
    scene.clients[scene.cast.ada].ask(
        "DELETE", f"/api/workspaces/{scene.cast.workspace.pk}/members/{scene.kit.pk}", status=204
    )
    before = read_all(scene)
    rename(scene)
    assert_never_stale(scene, before)


def assert_never_stale(scene: Scene, before: Reading) -> None:
    """Lists have changed; none of those is 304 for who has the former answer."""
    has_changed = False
    for (person, path), (body, tag) in before.items():
        there, now, _ = read(scene, person, path)
        if now != body:
            has_changed = True
            status, answered, _ = read(scene, person, path, tag)
            assert status == there, path
            assert answered == now or there == 404, path
    assert has_changed


CHANGES: dict[str, Callable[[Scene], Any]] = {
    "a task is created": ask("POST", "/api/projects/{project}/tasks", {"title": "Horn"}, 201),
    "a task is edited": ask("PATCH", "/api/tasks/{task}", {"title": "Wheels"}),
    "a task moves": ask("POST", "/api/tasks/{task}/transition", {"status": "DONE"}),
    "a task has another place": ask("POST", "/api/tasks/{task}/move", {}),
    "a task gets a label": ask("PATCH", "/api/tasks/{task}", {"labels": ["red"]}),
    "a label is added": ask("POST", "/api/projects/{project}/labels", {"name": "Blue"}, 201),
    "a task is watched": ask("POST", "/api/tasks/{task}/watchers", {}, 201),
    "a task is deleted": ask("DELETE", "/api/tasks/{task}", status=204),
    "a blocked task is no longer": ask("PATCH", "/api/tasks/{task}", {"is_complete": True}),
    "a dependency ends": ask("DELETE", "/api/tasks/{doors}/dependencies/{task}", status=204),
    "a comment is added": ask("POST", "/api/tasks/{task}/comments", {"message": "Done"}, 201),
    "a comment is edited": edit,
    "somebody reacts to a comment": ask("PUT", "/api/comments/{comment}/reactions/🎉"),
    "a task is given to nobody": ask("PATCH", "/api/tasks/{task}", {"assignee_id": None}),
    "a project is edited": ask("PATCH", "/api/projects/{project}", {"name": "Motor"}),
    "a project gets another lead": ask("PUT", "/api/projects/{project}/lead", {"team_lead": None}),
    "a member joins a project": ask(
        "POST", "/api/projects/{project}/members", {"email": "moe@example.com"}, 201
    ),
    "a member gets another role": ask(
        "PUT", "/api/workspaces/{workspace}/members/{moe}", {"role": "ADMIN"}
    ),
    "a person is renamed": rename,
    "a person who has left is renamed": rename_who_has_left,
}


def test_no_list_is_called_unchanged_that_has_changed(scene: Scene) -> None:
    before = read_all(scene)
    for change in CHANGES.values():
        with transaction.atomic():
            change(scene)
            assert_never_stale(scene, before)
            transaction.set_rollback(True)
    assert read_all(scene) == before


def test_a_list_that_has_not_changed_is_not_sent_again(scene: Scene) -> None:
    for (person, path), (_, tag) in read_all(scene).items():
        assert tag, path
        assert read(scene, person, path, f'"other", {tag}') == (304, b"", tag)


def test_the_api_document_tells_of_them(scene: Scene) -> None:
    get = document()["paths"]["/api/projects/{id}/tasks"]["get"]
    assert {"200", "304"} <= set(get["responses"])
    assert "If-None-Match" in [parameter["name"] for parameter in get["parameters"]]
    assert "304" not in document()["paths"]["/api/invitations"]["get"]["responses"]


def test_a_tag_is_good_for_one_person_and_one_query(scene: Scene) -> None:
    before = read_all(scene)
    tags = [tag for _, tag in before.values()]
    assert len(set(tags)) == len(tags)
    Membership.objects.filter(user=scene.cast.lea).update(role="ADMIN")
    for (person, path), (_, tag) in before.items():
        assert (read(scene, person, path, tag)[0] == 200) is (person == scene.cast.lea), path


def test_a_tag_opens_nothing(scene: Scene) -> None:
    path, moe = scene.lists[0], scene.cast.moe
    _, _, tag = read(scene, moe, path)
    assert read(scene, moe, path, tag)[0] == 304
    Project.objects.update(visibility=Visibility.PRIVATE)  # without an event
    assert read(scene, moe, path, tag)[0] == 404


def test_a_tag_is_good_for_one_credential_and_one_version(scene: Scene, settings: Settings) -> None:
    path, ada = scene.lists[0], scene.cast.ada
    workspaces = [scene.cast.workspace.pk]
    _, text = create_token(actor=by(ada), name="CI", scopes=["read"], workspace_ids=workspaces)
    client = client_of(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    own = client.get(path)["ETag"]
    assert client.get(path, headers={"If-None-Match": own}).status_code == 304
    _, _, tag = read(scene, ada, path)
    assert tag != own
    settings.VERSION = "next"
    assert read(scene, ada, path, tag)[0] == 200
