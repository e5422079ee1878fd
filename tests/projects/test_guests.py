"""A guest sees what is shared with them: nothing else, not even as a number."""

from typing import Any

import pytest

from comments.services.comments import add_comment
from projects.models import Project
from projects.services.members import add_project_member
from projects.services.projects import create_project
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of

LISTS = [
    "/api/projects",
    "/api/projects?workspace={workspace}",
    "/api/project?workspaceId={workspace}",
    "/api/projects/workspace/{workspace}",
    "/api/projects/workspace/{workspace}/projects",
]


@pytest.fixture
def shared(cast: Cast) -> Project:
    """What is shared with Gus, beside two projects that are not, all with the same work."""
    shared = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Shared")
    hidden: dict[str, Any] = {"visibility": "PRIVATE", "name": "Hidden"}
    others = [cast.project, create_project(actor=by(cast.ada), workspace=cast.workspace, **hidden)]
    for project in (shared, *others):
        task = create_task(actor=by(cast.ada), project=project, title=f"In {project.name}")
        add_comment(actor=by(cast.ada), task=task, content=f"On {project.name}")
    add_project_member(actor=by(cast.ada), project=shared, person=cast.gus, role="VIEWER")
    return shared


@pytest.fixture
def gus(cast: Cast) -> Client:
    return client_of(cast.gus)


@pytest.mark.parametrize("path", LISTS)
def test_a_guest_lists_only_what_is_shared(
    cast: Cast, gus: Client, shared: Project, path: str
) -> None:
    listed = gus.ask("GET", path.format(workspace=cast.workspace.pk))["data"]
    assert [project["id"] for project in listed] == [str(shared.pk)]
    assert {member["user"]["name"] for member in listed[0]["members"]} == {"Ada", "Gus"}
    for name in ("Hidden", "Engine"):
        assert name not in str(listed)


def test_a_guest_reads_the_work_of_a_shared_project(gus: Client, shared: Project) -> None:
    for path in ("/api/projects/{}/tasks", "/api/tasks/project/{}/tasks"):
        [task] = gus.ask("GET", path.format(shared.pk))["data"]
        assert (task["title"], task["comment_count"]) == ("In Shared", 1)
    [said] = gus.ask("GET", f"/api/tasks/{task['id']}/comments")["data"]["items"]
    assert said["content"] == "On Shared"
    assert not any(task["abilities"].values())
    assert not any(said["abilities"].values())


def test_a_guest_finds_nothing_of_the_others(cast: Cast, gus: Client, shared: Project) -> None:
    for project in Project.objects.exclude(pk=shared.pk):
        task = project.tasks.get()
        paths: list[Any] = [
            f"/api/projects/{project.pk}",
            *(
                f"/api/projects/{project.pk}/{n}"
                for n in ("members", "statuses", "tasks", "access")
            ),
            f"/api/tasks/{task.pk}",
            f"/api/tasks/{task.pk}/comments",
            f"/api/comments/{task.comments.get().pk}",
        ]
        for path in paths:
            assert gus.ask("GET", path, status=404)["code"] == "not_found"
