"""Who may do what with a project: led, without a lead, private, shared with a guest."""

from typing import Any

import pytest

from projects.membership import add_project_member, set_project_lead
from projects.services import update_project
from tests.cast import Cast, client_of
from tests.rights import Row, answers, routes_in, routes_of, rows

LED = rows("""
                                                         nobody sam gus moe max lea pia ada
GET    /api/projects                                        401 200 200 200 200 200 200 200
POST   /api/projects                                        401 403 403 403 403 403 201 201
GET    /api/projects/{project}                              401 403 404 200 200 200 200 200
PUT    /api/projects/{project}                              401 403 404 403 403 200 403 403
PATCH  /api/projects/{project}                              401 403 404 403 403 200 403 403
DELETE /api/projects/{project}                              401 403 404 403 403 204 403 204
PUT    /api/projects/{project}/lead                         401 403 404 403 403 200 200 200
POST   /api/projects/{project}/archive                      401 403 404 403 403 200 200 200
DELETE /api/projects/{project}/archive                      401 403 404 403 403 200 200 200
GET    /api/projects/{project}/statuses                     401 403 404 200 200 200 200 200
GET    /api/projects/{project}/members                      401 403 404 200 200 200 200 200
POST   /api/projects/{project}/members                      401 403 404 403 403 201 403 403
DELETE /api/projects/{project}/members/{max}                401 403 404 403 403 204 403 403
GET    /api/project                                         401 200 200 200 200 200 200 200
POST   /api/project                                         401 403 403 403 403 403 201 201
GET    /api/project/{project}                               401 403 404 200 200 200 200 200
PUT    /api/project/{project}                               401 403 404 403 403 200 403 403
PATCH  /api/project/{project}                               401 403 404 403 403 200 403 403
DELETE /api/project/{project}                               401 403 404 403 403 204 403 204
GET    /api/projects/workspace/{workspace}                  401 403 200 200 200 200 200 200
POST   /api/projects/workspace/{workspace}                  401 403 403 403 403 403 201 201
GET    /api/projects/workspace/{workspace}/projects         401 403 200 200 200 200 200 200
POST   /api/projects/{project}/add-member                   401 403 404 403 403 201 403 403
DELETE /api/projects/{project}/member/{max}                 401 403 404 403 403 204 403 403
""")
LEADERLESS = rows("""
                                                         nobody sam gus moe max lea pia ada
PATCH  /api/projects/{project}                              401 403 404 403 403 403 200 200
POST   /api/projects/{project}/members                      401 403 404 403 403 403 201 201
DELETE /api/projects/{project}/members/{max}                401 403 404 403 403 403 204 204
DELETE /api/projects/{project}                              401 403 404 403 403 403 403 204
PUT    /api/projects/{project}/lead                         401 403 404 403 403 403 200 200
""")
PRIVATE = rows("""
                                                         nobody sam gus moe max lea pia ada
GET    /api/projects/{project}                              401 403 404 404 200 200 404 200
PATCH  /api/projects/{project}                              401 403 404 404 403 200 404 403
DELETE /api/projects/{project}                              401 403 404 404 403 204 404 204
PUT    /api/projects/{project}/lead                         401 403 404 404 403 200 404 200
GET    /api/projects/{project}/members                      401 403 404 404 200 200 404 200
POST   /api/projects/{project}/archive                      401 403 404 404 403 200 404 200
""")
SHARED_WITH_GUS = rows("""
                                                         nobody sam gus moe max lea pia ada
GET    /api/projects/{project}                              401 403 200 200 200 200 200 200
PATCH  /api/projects/{project}                              401 403 403 403 403 200 403 403
GET    /api/projects/{project}/members                      401 403 200 200 200 200 200 200
POST   /api/projects/{project}/members                      401 403 403 403 403 201 403 403
""")


def ask(cast: Cast, row: Row) -> None:
    method, path, expected = row
    body: dict[str, Any] = {"name": "Renamed", "email": "moe@example.com"}
    if path.endswith("lead"):
        body = {"team_lead": "max@example.com"}
    elif "{project}" not in path:
        body = {"name": "Another", "workspaceId": "{workspace}"}
    named = {"project": cast.project.pk, "workspace": cast.workspace.pk, "max": cast.max.pk}
    assert answers(cast, method, path, body, **named) == expected


def name_of(row: Row) -> str:
    return f"{row[0]} {row[1]}"


def test_every_route_stands_in_the_table() -> None:
    assert routes_of("projects") == routes_in(LED)


@pytest.mark.parametrize("row", LED, ids=name_of)
def test_rights_in_a_project_with_a_lead(cast: Cast, row: Row) -> None:
    ask(cast, row)


@pytest.mark.parametrize("row", LEADERLESS, ids=name_of)
def test_rights_in_a_project_without_a_lead(cast: Cast, row: Row) -> None:
    set_project_lead(actor=cast.ada, project=cast.project, person=None)
    ask(cast, row)


@pytest.mark.parametrize("row", PRIVATE, ids=name_of)
def test_rights_in_a_private_project(cast: Cast, row: Row) -> None:
    cast.project.memberships.filter(user=cast.ada).delete()
    update_project(actor=cast.lea, project=cast.project, changes={"visibility": "PRIVATE"})
    ask(cast, row)


@pytest.mark.parametrize("row", SHARED_WITH_GUS, ids=name_of)
def test_rights_of_a_guest_the_project_is_shared_with(cast: Cast, row: Row) -> None:
    add_project_member(actor=cast.lea, project=cast.project, person=cast.gus, role="VIEWER")
    ask(cast, row)


def test_a_refusal_names_both_roles(cast: Cast) -> None:
    path = f"/api/projects/{cast.project.pk}"
    refusal = client_of(cast.max).ask("PATCH", path, {"name": "Mine"}, status=403)
    assert refusal == {
        "success": False,
        "message": "You do not have permission to do this.",
        "code": "forbidden",
        "required": "project:update",
        "you_have": ["workspace:MEMBER", "project:MEMBER"],
        "request_id": refusal["request_id"],
    }
