"""What personal tokens reach: their scopes, and the workspaces they are bound to."""

from typing import Any

import pytest
from django.urls import get_resolver

from core.api.viewsets import ServiceViewSet
from identity.services.personal_tokens import create_token
from projects.services.projects import create_project
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.test_architecture import OURS, routes, sources
from tests.workspaces.inviting import token_of
from workspaces.models import Workspace
from workspaces.services.deletion import delete_workspace
from workspaces.services.invitations import invite_person
from workspaces.services.workspaces import create_workspace, personal_workspace


def holding(text: str) -> Client:
    client = Client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


@pytest.fixture
def second(cast: Cast) -> Workspace:
    """A workspace of Ada's that the token is not bound to, with a project and a task."""
    workspace = create_workspace(actor=by(cast.ada), name="Second")
    project = create_project(
        actor=by(cast.ada), workspace=workspace, name="Secret", team_lead=cast.ada
    )
    create_task(actor=by(cast.ada), project=project, title="Hidden")
    personal_workspace(actor=by(cast.ada))
    return workspace


@pytest.fixture
def bound(cast: Cast, second: Workspace) -> Client:
    """Ada's programs, in her first workspace only."""
    _, text = create_token(
        actor=by(cast.ada), name="CI", scopes=["read", "write"], workspace_ids=[cast.workspace.pk]
    )
    return holding(text)


@pytest.fixture
def reading(cast: Cast) -> Client:
    return holding(create_token(actor=by(cast.ada), name="CI", scopes=["read"])[1])


def unsafe_routes() -> list[tuple[str, str]]:
    return [
        (method, "/" + path)
        for path, view in routes(get_resolver().url_patterns)
        if issubclass(getattr(view, "cls", object), ServiceViewSet)
        for method in view.actions
        if method not in ("get", "head", "options")
    ]


def test_a_reading_token_changes_nothing(reading: Client) -> None:
    told = {
        (method, path): reading.generic(method, path).json() for method, path in unsafe_routes()
    }

    kept = {"code": "insufficient_scope", "required": "write", "you_have": ["read"]}
    assert len(told) > 50
    for asked, said in told.items():
        assert {name: said[name] for name in kept} == kept, (asked, said)


def test_a_reading_token_reads(reading: Client, cast: Cast) -> None:
    assert reading.ask("GET", f"/api/workspaces/{cast.workspace.pk}")["data"]["name"]


def test_a_writing_token_does_not_read(cast: Cast) -> None:
    client = holding(create_token(actor=by(cast.ada), name="CI", scopes=["write"])[1])

    assert client.ask("GET", "/api/workspaces", status=403)["required"] == "read"


def test_a_bound_token_lists_its_own_workspace_only(bound: Client, cast: Cast) -> None:
    shown = bound.ask("GET", "/api/workspaces")["data"]
    projects = bound.ask("GET", "/api/projects")["data"]

    assert [workspace["id"] for workspace in shown] == [str(cast.workspace.pk)]
    assert [project["name"] for project in projects] == ["Engine"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/workspaces/{workspace}",
        "/api/workspaces/{workspace}/members",
        "/api/workspaces/{workspace}/members/me",
        "/api/workspaces/{workspace}/invitations",
        "/api/workspaces/{workspace}/settings",
        "/api/projects?workspace={workspace}",
        "/api/projects/{project}",
        "/api/projects/{project}/tasks",
        "/api/projects/{project}/members",
        "/api/projects/{project}/statuses",
        "/api/tasks/{task}",
        "/api/tasks/{task}/comments",
    ],
)
def test_a_bound_token_finds_nothing_elsewhere(
    bound: Client, cast: Cast, second: Workspace, path: str
) -> None:
    project = second.projects.get()
    names = {"workspace": second.pk, "project": project.pk, "task": project.tasks.get().pk}
    address = path.format(**names)
    free = holding(create_token(actor=by(cast.ada), name="CI", scopes=["read"])[1])
    free.ask("GET", address)  # compiled and kept for whoever asks next

    bound.ask("GET", address, status=404)


def test_a_bound_token_changes_nothing_elsewhere(bound: Client, second: Workspace) -> None:
    project = second.projects.get()
    bound.ask("PATCH", f"/api/workspaces/{second.pk}", {"name": "Mine"}, status=404)
    bound.ask("DELETE", f"/api/workspaces/{second.pk}", status=404)
    bound.ask("DELETE", f"/api/workspaces/{second.pk}/members/me", status=404)
    bound.ask("PATCH", f"/api/projects/{project.pk}", {"name": "Mine"}, status=404)
    body = {"project_id": str(project.pk), "title": "Mine"}
    bound.ask("POST", "/api/tasks", body, status=404)


def test_a_bound_token_works_where_it_is_bound(bound: Client, cast: Cast) -> None:
    path = f"/api/projects/{cast.project.pk}/tasks"
    bound.ask("POST", path, {"title": "Oil it"}, status=201)

    assert [task["title"] for task in bound.ask("GET", path)["data"]] == ["Oil it"]


@pytest.mark.parametrize("path", ["/api/workspaces", "/api/projects"])
def test_a_bound_token_makes_no_workspace(bound: Client, cast: Cast, path: str) -> None:
    before = Workspace.objects.count()

    assert bound.ask("POST", path, {"name": "Mine"}, status=403)["code"] == "credential_bound"
    assert Workspace.objects.count() == before


def test_a_bound_token_takes_no_invitation(bound: Client, cast: Cast) -> None:
    offer = invite_person(actor=by(cast.sam), workspace=cast.elsewhere, email=cast.ada.email)
    path = f"/api/invitations/{token_of(offer)}/accept"

    assert bound.ask("POST", path, status=403)["code"] == "credential_bound"
    assert bound.ask("GET", "/api/invitations", status=403)["code"] == "credential_bound"
    client_of(cast.ada).ask("POST", path)


def test_a_bound_token_restores_nothing_elsewhere(
    bound: Client, cast: Cast, second: Workspace
) -> None:
    delete_workspace(actor=by(cast.ada), workspace=second)
    assert bound.ask("GET", "/api/workspaces?deleted=true")["data"] == []
    bound.ask("POST", f"/api/workspaces/{second.pk}/restore", status=404)
    client_of(cast.ada).ask("POST", f"/api/workspaces/{second.pk}/restore")


def test_a_token_is_not_answered_what_another_was(
    bound: Client, cast: Cast, second: Workspace
) -> None:
    free = holding(create_token(actor=by(cast.ada), name="CI", scopes=["read", "write"])[1])
    path, body = f"/api/workspaces/{second.pk}", {"name": "Renamed"}
    key: dict[str, Any] = {"Idempotency-Key": "k"}
    free.ask("PATCH", path, body, **key)

    bound.ask("PATCH", path, body, status=404, **key)


def test_every_gate_asks_how_far_the_credential_reaches() -> None:
    gates = [
        f"{file}: {line.strip()}"
        for file in sources(*OURS)
        for line in file.read_text().splitlines()
        if "Membership.objects.filter(user=user" in line or "memberships__user=user)" in line
    ]
    assert gates == []
