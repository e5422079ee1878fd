"""What a route answers that works in a workspace, when none is named."""

from typing import Any

import pytest

from identity.services.personal_tokens import create_token
from projects.models import Project
from projects.services.projects import create_project
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.sign_in import bearing
from workspaces.models import Workspace
from workspaces.services.workspaces import add_member

LISTS = ["/api/projects", "/api/project", "/api/projects?workspace=", "/api/project?workspaceId="]
ADD = "/api/workspace/add-member"


@pytest.mark.parametrize("path", LISTS)
def test_lists_answer_for_every_workspace_one_belongs_to(cast: Cast, path: str) -> None:
    other = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Loom")
    add_member(actor=by(cast.sam), workspace=cast.elsewhere, email=cast.moe.email, role="MEMBER")

    shown = client_of(cast.moe).ask("GET", path)["data"]

    assert {item["id"] for item in shown} == {str(cast.project.pk), str(other.pk)}


@pytest.mark.parametrize("path", ["/api/projects", "/api/project"])
@pytest.mark.parametrize("named", [{}, {"workspaceId": ""}, {"workspace_id": None}])
def test_a_new_project_goes_into_ones_own_workspace(
    cast: Cast, path: str, named: dict[str, Any]
) -> None:
    for _ in range(2):
        client_of(cast.moe).ask("POST", path, {"name": "Mine", **named}, status=201)

    own = Workspace.objects.get(owner=cast.moe)
    assert own.settings == {"personal": True}
    assert Project.objects.filter(workspace=own).count() == 2


@pytest.mark.parametrize("named", [{}, {"workspaceId": ""}, {"workspaceId": None}])
def test_a_route_that_needs_a_workspace_refuses(
    cast: Cast, unchanged: None, named: dict[str, Any]
) -> None:
    body = {"email": "sam@example.com", **named}
    refusal = client_of(cast.ada).ask("POST", ADD, body, status=400)
    assert (refusal["code"], [*refusal["errors"]]) == ("invalid", ["workspace_id"])


def test_a_bound_token_has_no_workspace_of_its_own(cast: Cast) -> None:
    _, text = create_token(
        actor=by(cast.ada), name="CI", scopes=["read", "write"], workspace_ids=[cast.workspace.pk]
    )
    answer = bearing(text).post("/api/projects", {"name": "Mine"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "credential_bound")
    assert not Workspace.objects.filter(settings__personal=True).exists()
