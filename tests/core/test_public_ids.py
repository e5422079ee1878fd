"""People and workspaces known by their identity provider's id, in answers and on input."""

import pytest

from tasks.models import Task
from tests.support.cast import Cast, Client, client_of

ORG, USER = "org_2analytical", "user_2lea"


@pytest.fixture
def provided(cast: Cast, task: Task) -> Cast:
    """The workspace and Lea came from a provider."""
    cast.workspace.external_org_id = ORG
    cast.workspace.save()
    cast.lea.external_id = USER
    cast.lea.save()
    return cast


@pytest.fixture
def client(provided: Cast) -> Client:
    return client_of(provided.ada)


@pytest.mark.parametrize(
    "path",
    [
        "/api/workspaces",
        "/api/workspaces/{org}",
        "/api/workspaces/{org}/members",
        "/api/projects?workspace={org}",
        "/api/projects/workspace/{org}/projects",
        "/api/projects/{project}",
        "/api/projects/{project}/members",
        "/api/projects/{project}/tasks",
        "/api/tasks/project/{project}/tasks",
        "/api/tasks/{task}",
    ],
)
def test_our_own_ids_never_show(provided: Cast, client: Client, task: Task, path: str) -> None:
    for org in (ORG, provided.workspace.pk):
        named = {"org": org, "project": provided.project.pk, "task": task.pk}
        shown = client.ask("GET", path.format(**named))
        assert ORG in str(shown) or USER in str(shown)
        assert str(provided.workspace.pk) not in str(shown)
        assert str(provided.lea.pk) not in str(shown)


@pytest.mark.parametrize("kind", ["provided", "own"])
def test_either_id_is_accepted_in_bodies(provided: Cast, client: Client, kind: str) -> None:
    lea = USER if kind == "provided" else str(provided.lea.pk)
    org = ORG if kind == "provided" else str(provided.workspace.pk)
    body = {"name": "Loom", "workspaceId": org, "team_lead": lea, "team_members": [lea]}
    made = client.ask("POST", "/api/projects", body, status=201)["data"]
    assert (made["workspaceId"], made["team_lead"]) == (ORG, USER)
    task = {"title": "Weave", "projectId": made["id"], "assigneeId": lea}
    assert client.ask("POST", "/api/tasks", task, status=201)["data"]["assigneeId"] == USER
    member = {"email": "sam@example.com", "workspaceId": org}
    added = client.ask("POST", "/api/workspace/add-member", member, status=201)["data"]
    assert added["workspaceId"] == ORG


@pytest.mark.parametrize("kind", ["provided", "own"])
def test_either_id_is_accepted_in_paths(provided: Cast, client: Client, kind: str) -> None:
    lea = USER if kind == "provided" else str(provided.lea.pk)
    client.ask("PUT", f"/api/projects/{provided.project.pk}/lead", {"team_lead": "max@example.com"})
    path = f"/api/projects/{provided.project.pk}/members/{lea}"
    client_of(provided.max).ask("DELETE", path, status=204)
    assert not provided.project.memberships.filter(user=provided.lea).exists()


def test_the_ids_of_somebody_elses_workspace_open_nothing(provided: Cast) -> None:
    sam = client_of(provided.sam)
    assert sam.ask("GET", f"/api/workspaces/{ORG}", status=403)["code"] == "not_a_member"
    assert sam.ask("GET", "/api/workspaces/org_2unknown", status=404)["code"] == "not_found"


def test_a_text_that_is_too_long_or_unprintable_is_no_id(client: Client, task: Task) -> None:
    # Python's UUID would ignore the hyphens, and the tab in place of the first zero.
    for text in (f"{task.pk}{'-' * 200}", f"%09{task.pk.hex[1:]}"):
        assert client.ask("GET", f"/api/tasks/{text}/can?action=update", status=404)
        client.ask("GET", f"/api/tasks/{text}", status=404)
        client.ask("PATCH", f"/api/tasks/{text}", {"title": "Found"}, status=404)
    member = {"projectId": str(task.project_id), "assigneeId": f"{task.created_by_id}{'-' * 200}"}
    client.ask("POST", "/api/tasks", {"title": "Weave", **member}, status=400)
