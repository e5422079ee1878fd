"""A single-page client signs in at Clerk and works here with the ids it knows from there."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from tests.support.cast import Client
from tests.support.clerk_messages import SECRET, seat, tell
from tests.support.clerk_messages import grace as grace_of_clerk
from tests.support.clerk_peer import switched_on, token

# With transactions as on a server, not inside one of the test.
pytestmark = pytest.mark.usefixtures("committed_db")
ADMIN = {"id": "org_1", "rol": "admin", "slg": "engines"}
MEMBER = ADMIN | {"rol": "member"}


@pytest.fixture(autouse=True)
def clerk(settings: Settings) -> Iterator[None]:
    settings.CLERK_WEBHOOK_SECRETS = [SECRET]
    with switched_on(settings):
        yield


def signed_in(who: str, organization: dict[str, Any]) -> Client:
    client = Client()
    claims: dict[str, Any] = {
        "email": f"{who}@example.com",
        "email_verified": True,
        "name": who.title(),
    }
    text = token(sub=f"user_{who}", o=organization, **claims)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def test_the_first_request_makes_person_and_workspace() -> None:
    [workspace] = signed_in("ada", ADMIN).ask("GET", "/api/workspaces")["data"]

    assert (workspace["id"], workspace["slug"]) == ("org_1", "engines")


def test_a_client_of_clerk_plans_its_work() -> None:
    ada, grace = signed_in("ada", ADMIN), signed_in("grace", MEMBER)
    assert ada.ask("GET", "/api/auth/me")["data"]["id"] == "user_ada"
    tell("user.created", grace_of_clerk(), msg="msg_1")
    tell("organizationMembership.created", seat(), msg="msg_2")
    members = ada.ask("GET", "/api/workspaces/org_1/members")["data"]
    assert [(member["id"], member["role"]) for member in members] == [
        ("user_ada", "ADMIN"),
        ("user_grace", "MEMBER"),
    ]

    wanted = {"name": "Loom", "workspaceId": "org_1", "team_lead": "ada@example.com"}
    project = ada.ask("POST", "/api/projects", wanted, status=201)["data"]
    assert (project["workspaceId"], project["team_lead"]) == ("org_1", "user_ada")
    ada.ask(
        "POST",
        f"/api/projects/{project['id']}/add-member",
        {"email": "grace@example.com"},
        status=201,
    )
    task = ada.ask(
        "POST",
        f"/api/projects/{project['id']}/tasks",
        {"title": "Thread it", "assigneeId": "user_grace"},
        status=201,
    )["data"]
    assert task["assignee"]["id"] == "user_grace"

    grace.ask("PUT", f"/api/tasks/{task['id']}", {"status": "DONE"})
    grace.ask("POST", f"/api/tasks/{task['id']}/comments", {"message": "Done"}, status=201)
    shown = ada.ask("GET", f"/api/tasks/{task['id']}/comments")["data"]["items"]
    assert [(comment["content"], comment["user"]["id"]) for comment in shown] == [
        ("Done", "user_grace")
    ]
