"""The ids of another workspace, in every place an id can stand: they open nothing."""

from typing import Any, NamedTuple

import pytest
from pytest_django.fixtures import Settings

from comments.models import Comment
from comments.services.comments import add_comment
from projects.models import Project
from projects.services.projects import create_project
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.rights import filled
from workspaces.services.invitations import invite_person


class Place(NamedTuple):
    route: str
    body: dict[str, Any]
    status: int
    code: str


NEW = {"name": "New", "workspaceId": "{workspace}"}
PATHS = [
    "GET /api/workspaces/{their_workspace}",
    "PATCH /api/workspaces/{their_workspace}",
    "GET /api/workspaces/{their_workspace}/members",
    "GET /api/workspace/{their_workspace}/members",
    "DELETE /api/workspaces/{their_workspace}",
    "POST /api/workspaces/{their_workspace}/restore",
    "PUT /api/workspaces/{their_workspace}/owner",
    "GET /api/workspaces/{their_workspace}/settings",
    "PATCH /api/workspaces/{their_workspace}/settings",
    "POST /api/workspaces/{their_workspace}/members",
    "GET /api/workspaces/{their_workspace}/members/{sam}",
    "PATCH /api/workspaces/{their_workspace}/members/{sam}",
    "DELETE /api/workspaces/{their_workspace}/members/{sam}",
    "DELETE /api/workspaces/{their_workspace}/members/me",
    "GET /api/workspaces/{their_workspace}/invitations",
    "POST /api/workspaces/{their_workspace}/invitations",
    "DELETE /api/workspaces/{their_workspace}/invitations/{their_invitation}",
    "POST /api/workspaces/{their_workspace}/invitations/{their_invitation}/resend",
    "POST /api/workspace/{their_workspace}/invite",
    "GET /api/workspaces/{their_workspace}/can?action=update",
    "GET /api/projects?workspace={their_workspace}",
    "GET /api/projects?deleted=true&workspace={their_workspace}",
    "GET /api/project?workspaceId={their_workspace}",
    "GET /api/projects/workspace/{their_workspace}",
    "POST /api/projects/workspace/{their_workspace}",
    "GET /api/projects/{their_project}",
    "PATCH /api/projects/{their_project}",
    "DELETE /api/projects/{their_project}",
    "PUT /api/projects/{their_project}/lead",
    "POST /api/projects/{their_project}/archive",
    "POST /api/projects/{their_project}/restore",
    "GET /api/projects/{their_project}/can?action=update",
    "GET /api/projects/{their_project}/access",
    "PUT /api/projects/{their_project}/role",
    "POST /api/projects/{their_project}/invite",
    "PUT /api/projects/{their_project}/members/{ada}",
    "GET /api/projects/{their_project}/statuses",
    "GET /api/projects/{their_project}/members",
    "POST /api/projects/{their_project}/members",
    "DELETE /api/projects/{their_project}/members/{ada}",
    "GET /api/projects/{their_project}/tasks",
    "POST /api/projects/{their_project}/tasks",
    "GET /api/tasks/project/{their_project}/tasks",
    "GET /api/tasks/{their_task}",
    "PATCH /api/tasks/{their_task}",
    "DELETE /api/tasks/{their_task}",
    "POST /api/tasks/{their_task}/restore",
    "POST /api/tasks/{their_task}/transition",
    "GET /api/tasks/{their_task}/can?action=update",
    "GET /api/tasks/{their_task}/comments",
    "POST /api/tasks/{their_task}/comments",
    "GET /api/comments/{their_comment}",
    "PATCH /api/comments/{their_comment}",
    "DELETE /api/comments/{their_comment}",
    "POST /api/comments/{their_comment}/restore",
]
FULL = {"name": "x", "title": "x", "content": "x", "status": "ACTIVE", "email": "ada@example.com"}
BODIES = [
    Place("POST /api/projects", {**NEW, "workspaceId": "{their_workspace}"}, 403, "not_a_member"),
    Place("POST /api/projects", {**NEW, "team_lead": "{sam}"}, 400, "not_in_workspace"),
    Place("POST /api/projects", {**NEW, "team_lead": "sam@example.com"}, 400, "not_in_workspace"),
    Place(
        "POST /api/projects", {**NEW, "team_members": ["{max}", "{sam}"]}, 400, "not_in_workspace"
    ),
    Place("PUT /api/projects/{project}/lead", {"team_lead": "{sam}"}, 400, "not_in_workspace"),
    Place(
        "PUT /api/projects/{project}/lead", {"email": "sam@example.com"}, 400, "not_in_workspace"
    ),
    Place("POST /api/tasks", {"title": "x", "projectId": "{their_project}"}, 403, "not_a_member"),
    Place(
        "POST /api/projects/{project}/tasks", {"title": "x", "assigneeId": "{sam}"}, 400, "invalid"
    ),
    Place(
        "POST /api/projects/{project}/tasks",
        {"title": "x", "statusId": "{their_status}"},
        400,
        "unknown_status",
    ),
    Place("PATCH /api/tasks/{task}", {"assignee": "{sam}"}, 400, "invalid"),
    Place("PATCH /api/tasks/{task}", {"status": "{their_status}"}, 400, "unknown_status"),
    Place(
        "POST /api/tasks/{task}/transition", {"statusId": "{their_status}"}, 400, "unknown_status"
    ),
    Place("DELETE /api/tasks", {"taskIds": ["{task}", "{their_task}"]}, 403, "not_a_member"),
    Place("DELETE /api/projects/{project}/members/{sam}", {}, 404, "not_found"),
    Place("PUT /api/workspaces/{workspace}/owner", {"user_id": "{sam}"}, 400, "invalid"),
    Place("DELETE /api/workspaces/{workspace}/members/{sam}", {}, 404, "not_found"),
    Place("PATCH /api/workspaces/{workspace}/members/{sam}", {"role": "pm"}, 404, "not_found"),
    *(
        Place(f"{action} /api/workspaces/{{workspace}}/invitations/{path}", {}, 404, "not_found")
        for action, path in (
            ("DELETE", "{their_invitation}"),
            ("POST", "{their_invitation}/resend"),
        )
    ),
    Place("PUT /api/projects/{project}/members/{sam}", {"role": "VIEWER"}, 404, "not_found"),
    Place(
        "PUT /api/projects/{project}/role", {"userId": "{sam}", "role": "LEAD"}, 404, "not_found"
    ),
    Place(
        "POST /api/workspace/add-member",
        {"email": "max@example.com", "workspaceId": "{their_workspace}"},
        403,
        "not_a_member",
    ),
]


@pytest.fixture
def theirs(cast: Cast) -> Project:
    """Sam's project, with a task and a comment."""
    project = create_project(
        actor=by(cast.sam), workspace=cast.elsewhere, name="Secret", team_lead=cast.sam
    )
    task = create_task(actor=by(cast.sam), project=project, title="Secret")
    add_comment(actor=by(cast.sam), task=task, content="Secret")
    return project


@pytest.fixture
def ids(cast: Cast, theirs: Project, comment: Comment) -> dict[str, object]:
    their_task = theirs.tasks.get()
    their_invitation = invite_person(
        actor=by(cast.sam), workspace=cast.elsewhere, email="secret@example.com"
    )
    return {
        **{name: getattr(cast, name).pk for name in ("ada", "max", "sam", "workspace", "project")},
        "task": comment.task_id,
        "their_workspace": cast.elsewhere.pk,
        "their_project": theirs.pk,
        "their_status": their_task.status_id,
        "their_task": their_task.pk,
        "their_comment": their_task.comments.get().pk,
        "their_invitation": their_invitation.pk,
    }


def ask(cast: Cast, route: str, body: dict[str, Any], ids: dict[str, object], status: int) -> Any:
    method, path = route.format(**ids).split()
    actor = cast.lea if "{project}/members" in route else cast.ada
    told = client_of(actor).ask(method, path, filled(body, ids), status=status)
    assert told["success"] is False
    assert "Secret" not in str(told)
    assert "sam@example.com" not in str(told) or "sam@example.com" in str(body)
    return told["code"]


@pytest.mark.parametrize("route", PATHS)
def test_a_foreign_id_in_the_path_is_forbidden(
    cast: Cast, ids: dict[str, object], unchanged: None, route: str
) -> None:
    assert ask(cast, route, FULL, ids, 403) == "not_a_member"


@pytest.mark.parametrize("route", PATHS)
def test_foreign_objects_can_be_hidden(
    cast: Cast, ids: dict[str, object], unchanged: None, settings: Settings, route: str
) -> None:
    settings.HIDE_FOREIGN_OBJECTS = True
    assert ask(cast, route, FULL, ids, 404) == "not_found"


@pytest.mark.parametrize("place", BODIES, ids=lambda place: f"{place.route} {[*place.body]}")
def test_a_foreign_id_in_the_body_is_refused(
    cast: Cast, ids: dict[str, object], unchanged: None, place: Place
) -> None:
    assert ask(cast, place.route, place.body, ids, place.status) == place.code


@pytest.mark.parametrize("route", PATHS)
def test_an_id_nobody_has_is_not_found(
    cast: Cast, ids: dict[str, object], unchanged: None, route: str
) -> None:
    for wrong in ("01890000-0000-7000-8000-000000000000", "42", "%00", "x" * 500):
        nowhere = {name: wrong if name.startswith("their") else pk for name, pk in ids.items()}
        assert ask(cast, route, FULL, nowhere, 404) == "not_found"
