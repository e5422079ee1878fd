"""An id of another workspace beside ids of one's own: the exact refusal, and what is no refusal.

Paths are asked for in tests/matrix/test_foreign_paths.py, every field of every body in
tests/matrix/test_references.py.
"""

import json
from typing import Any, NamedTuple

import pytest
from django.db import transaction

from comments.models import Comment
from projects.models import Project
from projects.services.projects import create_project
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of, person
from tests.support.rights import filled
from workspaces.services.invitations import invite_person


class Place(NamedTuple):
    route: str
    body: dict[str, Any]
    status: int
    code: str


NEW = {"name": "New", "workspaceId": "{workspace}"}
PLACES = [
    Place("POST /api/projects", {**NEW, "workspaceId": "{their_workspace}"}, 403, "not_a_member"),
    Place("POST /api/projects", {**NEW, "team_lead": "{sam}"}, 400, "not_in_workspace"),
    Place("POST /api/projects", {**NEW, "team_lead": "{sams}"}, 400, "not_in_workspace"),
    Place(
        "POST /api/projects", {**NEW, "team_members": ["{max}", "{sam}"]}, 400, "not_in_workspace"
    ),
    Place("PUT /api/projects/{project}/lead", {"team_lead": "{sam}"}, 400, "not_in_workspace"),
    Place("PUT /api/projects/{project}/lead", {"email": "{sams}"}, 400, "not_in_workspace"),
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
        {"email": "tom@example.com", "workspaceId": "{their_workspace}"},
        403,
        "not_a_member",
    ),
]


@pytest.fixture
def theirs(cast: Cast) -> Project:
    """Sam's project, with a task."""
    project = create_project(
        actor=by(cast.sam), workspace=cast.elsewhere, name="Secret", team_lead=cast.sam
    )
    create_task(actor=by(cast.sam), project=project, title="Secret")
    return project


@pytest.fixture
def ids(cast: Cast, theirs: Project, comment: Comment) -> dict[str, object]:
    their_task = theirs.tasks.get()
    their_invitation = invite_person(
        actor=by(cast.sam), workspace=cast.elsewhere, email="secret@example.com"
    )
    person("tom")
    another = create_task(actor=by(cast.lea), project=cast.project, title="Another")
    return {
        **{name: getattr(cast, name).pk for name in ("max", "sam", "workspace", "project")},
        "sams": cast.sam.email,
        "task": comment.task_id,
        "another_task": another.pk,
        "status": cast.project.statuses.order_by("position")[1].pk,
        "invitation": invite_person(
            actor=by(cast.ada), workspace=cast.workspace, email="new@example.com"
        ).pk,
        "their_workspace": cast.elsewhere.pk,
        "their_project": theirs.pk,
        "their_status": their_task.status_id,
        "their_task": their_task.pk,
        "their_invitation": their_invitation.pk,
    }


def ask(cast: Cast, place: Place, ids: dict[str, object]) -> tuple[int, str | None]:
    """Status and code; what was done is undone."""
    method, path = place.route.format(**ids).split()
    client = client_of(cast.lea if "{project}/members" in place.route else cast.ada)
    with transaction.atomic():
        sent = json.dumps(filled(place.body, ids))
        answer: Any = client.generic(method, path, sent, "application/json")
        transaction.set_rollback(True)
    if answer.status_code < 400:
        return answer.status_code, None
    told = answer.json()
    assert told["success"] is False
    assert "Secret" not in str(told)
    assert "sam@example.com" not in str(told) or "{sams}" in str(place.body)
    return answer.status_code, told["code"]


def test_a_foreign_id_beside_ones_own_is_refused(
    cast: Cast, ids: dict[str, object], unchanged: None
) -> None:
    """And the same request with an id of one's own is answered."""
    own = ids | {"sam": cast.max.pk, "sams": cast.max.email}
    own |= {f"their_{name}": ids[name] for name in ("workspace", "project", "task", "invitation")}
    own |= {"their_task": ids["another_task"], "their_status": ids["status"]}
    for each in PLACES:
        assert ask(cast, each, ids) == (each.status, each.code), each
        assert ask(cast, each, own) in {(200, None), (201, None), (204, None)}, each
