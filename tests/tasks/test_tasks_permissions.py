"""Who may do what with a task of a private project, as a viewer, or to give it away.

Tasks everybody in the workspace sees are asked for in tests/matrix.
"""

from typing import Any

import pytest

from projects.services.members import add_project_member
from projects.services.projects import update_project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.rights import check, rows

VIEWED_BY_GUS = rows("""
                                            nobody sam gus moe max lea pia ada
GET    /api/projects/{project}/tasks           401 403 200 200 200 200 200 200
POST   /api/projects/{project}/tasks           401 403 403 201 201 201 201 201
GET    /api/tasks/{task}                       401 403 200 200 200 200 200 200
PATCH  /api/tasks/{task}                       401 403 403 200 200 200 200 200
POST   /api/tasks/{task}/transition            401 403 403 200 200 200 200 200
DELETE /api/tasks                              401 403 403 403 403 200 200 200
POST   /api/tasks                              401 403 403 201 201 201 201 201
PUT    /api/tasks/{task}                       401 403 403 200 200 200 200 200
DELETE /api/tasks/{task}                       401 403 403 403 403 204 204 204
GET    /api/tasks/{task}/can?action=delete     401 403 200 200 200 200 200 200
""")
PRIVATE = rows("""
                                            nobody sam gus moe max lea pia ada
GET    /api/projects/{project}/tasks           401 403 404 404 200 200 404 200
POST   /api/projects/{project}/tasks           401 403 404 404 201 201 404 201
GET    /api/tasks/{task}                       401 403 404 404 200 200 404 200
PATCH  /api/tasks/{task}                       401 403 404 404 200 200 404 200
DELETE /api/tasks                              401 403 404 404 403 200 404 200
POST   /api/tasks/{task}/restore               401 403 404 404 403 200 404 200
POST   /api/tasks                              401 403 404 404 201 201 404 201
POST   /api/tasks/{task}/transition            401 403 404 404 200 200 404 200
DELETE /api/tasks/{task}                       401 403 404 404 403 204 404 204
GET    /api/tasks/{task}/can?action=delete     401 403 404 404 200 200 404 200
""")
ASSIGNING = rows("""
                                            nobody sam gus moe max lea pia ada
PATCH  /api/tasks/{task}                       401 403 404 403 200 200 200 200
""")


BODY: dict[str, Any] = {
    "title": "Oil it",
    "status": "DONE",
    "projectId": "{project}",
    "taskIds": ["{task}"],
}


def test_rights_of_a_viewer(cast: Cast, task: Task) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.gus, role="VIEWER")
    check(cast, VIEWED_BY_GUS, lambda _: BODY, task=task)


def test_rights_in_a_private_project(cast: Cast, task: Task) -> None:
    update_project(actor=by(cast.lea), project=cast.project, changes={"visibility": "PRIVATE"})
    check(cast, PRIVATE, lambda _: BODY, task=task)


def test_rights_to_give_a_task_to_somebody(cast: Cast, task: Task) -> None:
    check(cast, ASSIGNING, lambda _: {**BODY, "assigneeId": "{max}"}, task=task)


@pytest.mark.parametrize("who", ["moe", "max"])
def test_people_may_delete_what_they_made(cast: Cast, who: str) -> None:
    person = getattr(cast, who)
    own = create_task(actor=by(person), project=cast.project, title="Mine")
    client_of(person).ask("DELETE", f"/api/tasks/{own.pk}", status=204)


def test_a_member_may_give_away_what_they_made(cast: Cast) -> None:
    own = create_task(actor=by(cast.moe), project=cast.project, title="Mine")
    given = client_of(cast.moe).ask(
        "PATCH", f"/api/tasks/{own.pk}", {"assigneeId": str(cast.max.pk)}
    )
    assert given["data"]["assigneeId"] == str(cast.max.pk)


def test_a_refusal_to_assign_names_the_right(cast: Cast, task: Task) -> None:
    body = {"assigneeId": str(cast.max.pk)}
    refusal = client_of(cast.moe).ask("PATCH", f"/api/tasks/{task.pk}", body, status=403)
    assert refusal["code"] == "forbidden"
    assert refusal["required"] == "task:assign"
    assert refusal["you_have"] == ["workspace:MEMBER"]
    task.refresh_from_db()
    assert task.assignee is None
