"""A team plans its work: the whole first story, over HTTP, as its single-page client does it."""

import pytest

from tests.support.cast import Client

# With transactions as on a server, not inside one of the test.
pytestmark = pytest.mark.usefixtures("committed_db")


def sign_up(name: str) -> Client:
    client = Client()
    email = f"{name}@example.com"
    body = {"email": email, "password": "a long enough secret", "name": name.title()}
    client.ask("POST", "/api/auth/register", body, status=201)
    tokens = client.ask("POST", "/api/auth/login", {"email": email, "password": body["password"]})
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['data']['access_token']}")
    return client


def test_a_team_plans_its_work() -> None:
    ada, lea, max_ = sign_up("ada"), sign_up("lea"), sign_up("max")

    made = ada.ask("POST", "/api/workspaces", {"name": "New Workspace"}, status=201)["data"]
    assert made["slug"] == "new-workspace"
    for name in ("lea", "max"):
        added = ada.ask(
            "POST",
            "/api/workspace/add-member",
            {
                "email": f"{name}@example.com",
                "role": "MEMBER",
                "workspaceId": made["id"],
                "message": "Welcome aboard",
            },
            status=201,
        )
        assert added["message"] == "Member added successfully"

    project = ada.ask(
        "POST",
        "/api/projects",
        {
            "name": "Difference Engine",
            "workspaceId": made["id"],
            "team_lead": "lea@example.com",
            "team_members": ["lea@example.com"],
            "status": "ACTIVE",
            "priority": "HIGH",
            "start_date": "2025-01-01",
            "end_date": "2025-02-01",
        },
        status=201,
    )
    assert project["message"] == "Project created successfully"
    project_id = project["data"]["id"]

    wanted = {"name": "CI", "password": "a long enough secret", "workspace_ids": [made["id"]]}
    key = ada.ask("POST", "/api/auth/tokens", wanted, status=201)["data"]
    assert key["workspace_ids"] == [made["id"]]

    listed = ada.ask("GET", f"/api/projects/workspace/{made['id']}/projects")
    assert [p["id"] for p in listed["data"]] == [project_id]

    ada.ask("PATCH", f"/api/projects/{project_id}", {"name": "No"}, status=403)
    edited = lea.ask("PATCH", f"/api/projects/{project_id}", {"name": "Updated Name"})
    assert edited["message"] == "Project updated successfully"
    assert edited["data"]["name"] == "Updated Name"

    joined = lea.ask(
        "POST", f"/api/projects/{project_id}/add-member", {"email": "max@example.com"}, status=201
    )
    assert joined["message"] == "Member added successfully"
    assert joined["data"]["newMember"]["userId"] == joined["data"]["userId"]

    task = lea.ask(
        "POST",
        f"/api/projects/{project_id}/tasks",
        {
            "title": "Grind the gears",
            "type": "bug",
            "priority": "HIGH",
            "assigneeId": joined["data"]["userId"],
            "due_date": "2030-01-31",
        },
        status=201,
    )["data"]
    assert task["status"] == "TODO"
    assert task["assignee"]["email"] == "max@example.com"

    said = max_.ask("POST", f"/api/tasks/{task['id']}/comments", {"message": "On it"}, status=201)[
        "data"
    ]
    assert said["user"]["name"] == "Max"

    [shown] = ada.ask("GET", f"/api/tasks/project/{project_id}/tasks")["data"]
    assert [c["content"] for c in shown["comments"]] == ["On it"]
    assert shown["comment_count"] == 1
    [comment] = ada.ask("GET", f"/api/comments/task/{task['id']}/comments")["data"]
    assert comment["content"] == "On it"

    done = max_.ask("PUT", f"/api/tasks/{task['id']}", {"status": "DONE"})["data"]
    assert done["is_complete"] is True
    assert done["completed_at"] is not None
