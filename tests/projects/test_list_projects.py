"""The projects one may read, as lists and alone."""

from typing import Any

import pytest

from projects.services.projects import create_project, update_project
from tasks.models import Task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import (
    person,
    project_alone,
    project_document,
    project_member_document,
    status_document,
    task_in_project,
)


def test_list_projects_shows_what_one_may_read(cast: Cast) -> None:
    secret = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Secret")
    answer = client_of(cast.moe).ask("GET", "/api/projects")
    assert answer == {
        "success": True,
        "data": [project_document(cast.project, cast.moe)],
        "meta": {"next_cursor": None},
    }
    assert client_of(cast.sam).ask("GET", "/api/projects")["data"] == [
        project_document(secret, cast.sam)
    ]


def test_a_listed_project_is_the_one_shown_alone(cast: Cast) -> None:
    moe = client_of(cast.moe)
    shown = moe.ask("GET", f"/api/projects/{cast.project.pk}")
    assert shown == {"success": True, "data": project_alone(cast.project, cast.moe)}


@pytest.mark.parametrize(
    "path",
    [
        "/api/project?workspaceId={}",
        "/api/projects/workspace/{}",
        "/api/projects/workspace/{}/projects",
    ],
)
def test_the_second_spellings_embed_members_and_tasks(cast: Cast, task: Task, path: str) -> None:
    create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Secret")
    answer = client_of(cast.moe).ask("GET", path.format(cast.workspace.pk))
    expected = project_alone(cast.project, cast.moe)
    assert expected["tasks"] == [task_in_project(task)]
    assert answer["data"] == [expected]
    [shown] = answer["data"]
    assert shown["team_lead"] == str(cast.lea.pk)
    assert shown["tasks"][0].keys() >= {"projectId", "assignee"}
    assert shown["members"][0].keys() >= {"id", "userId", "user"}
    alone = client_of(cast.moe).ask("GET", f"/api/project/{cast.project.pk}")
    assert alone["data"] == expected


def test_list_projects_leaves_out_deleted_tasks(cast: Cast, task: Task) -> None:
    client_of(cast.lea).ask("DELETE", f"/api/tasks/{task.pk}", status=204)
    [shown] = client_of(cast.moe).ask("GET", f"/api/projects/workspace/{cast.workspace.pk}")["data"]
    assert shown["tasks"] == []


@pytest.mark.parametrize("name", ["workspace", "workspaceId", "workspace_id"])
def test_list_projects_of_one_workspace(cast: Cast, name: str) -> None:
    cast.elsewhere.memberships.create(workspace=cast.elsewhere, user=cast.ada, role="ADMIN")
    other = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Other")
    ada = client_of(cast.ada)
    assert len(ada.ask("GET", "/api/projects")["data"]) == 2
    found = ada.ask("GET", f"/api/projects?{name}={cast.elsewhere.pk}")["data"]
    assert [project["id"] for project in found] == [str(other.pk)]


def test_a_private_project_is_seen_by_its_people_and_admins(cast: Cast) -> None:
    update_project(actor=by(cast.lea), project=cast.project, changes={"visibility": "PRIVATE"})
    seen = {
        name: len(client_of(getattr(cast, name)).ask("GET", "/api/projects")["data"])
        for name in ("sam", "gus", "moe", "max", "lea", "pia", "ada")
    }
    assert seen == {"sam": 0, "gus": 0, "moe": 0, "max": 1, "lea": 1, "pia": 0, "ada": 1}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=ACTIVE", ["Engine"]),
        ("status=PLANNING", ["Second"]),
        ("status=PLANNING&status=ACTIVE&ordering=name", ["Engine", "Second"]),
        ("priority=HIGH&ordering=-name", ["Second"]),
        ("priority=LOW", []),
    ],
)
def test_list_projects_filtered(cast: Cast, query: str, found: list[str]) -> None:
    more: dict[str, Any] = {"status": "PLANNING", "priority": "HIGH"}
    create_project(actor=by(cast.ada), workspace=cast.workspace, name="Second", **more)
    listed = client_of(cast.moe).ask("GET", f"/api/projects?{query}")["data"]
    assert [project["name"] for project in listed] == found


@pytest.mark.parametrize("query", ["status=NOPE", "priority=%00", "include=passwords"])
def test_list_projects_refuses_a_filter_it_does_not_know(cast: Cast, query: str) -> None:
    refusal = client_of(cast.moe).ask("GET", f"/api/projects?{query}", status=400)
    assert refusal["code"] == "invalid"
    assert list(refusal["errors"]) == [query.partition("=")[0]]


def test_list_project_members(cast: Cast) -> None:
    answer = client_of(cast.moe).ask("GET", f"/api/projects/{cast.project.pk}/members")
    members = cast.project.memberships.order_by("created_at")
    assert answer["data"] == [project_member_document(member) for member in members]
    roles = {item["user"]["name"]: item["role"] for item in answer["data"]}
    assert roles == {"Ada": "MEMBER", "Lea": "LEAD", "Max": "MEMBER"}
    assert answer["data"][0]["user"] == person(cast.ada)


def test_list_statuses(cast: Cast) -> None:
    answer = client_of(cast.moe).ask("GET", f"/api/projects/{cast.project.pk}/statuses")
    first = cast.project.statuses.get(key="TODO")
    assert [column["key"] for column in answer["data"]] == ["TODO", "IN_PROGRESS", "DONE"]
    assert answer["data"][0] == status_document(first)
    assert (first.name, first.color, first.is_default) == ("To do", "#6b7280", True)
