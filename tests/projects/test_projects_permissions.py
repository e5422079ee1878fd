"""Who may do what with a project: led, without a lead, private, shared with a guest."""

from typing import Any

from projects.services.deletion import delete_project
from projects.services.members import add_project_member, set_project_lead
from projects.services.projects import create_project, update_project
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.rights import Row, check, each, routes_in, routes_of, rows

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
PUT    /api/projects/{project}/members/{max}                401 403 404 403 403 200 403 403
PATCH  /api/projects/{project}/members/{max}                401 403 404 403 403 200 403 403
DELETE /api/projects/{project}/members/{max}                401 403 404 403 403 204 403 403
POST   /api/projects/{project}/restore                      401 403 404 403 403 200 403 200
GET    /api/projects/{project}/can?action=update            401 403 404 200 200 200 200 200
GET    /api/projects/{project}/access                       401 403 404 403 403 200 200 200
PUT    /api/projects/{project}/role                         401 403 404 403 403 200 403 403
POST   /api/projects/{project}/invite                       401 403 404 403 403 201 403 403
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
PUT    /api/projects/{project}/members/{max}                401 403 404 403 403 403 200 200
PUT    /api/projects/{project}/role                         401 403 404 403 403 403 200 200
POST   /api/projects/{project}/invite                       401 403 404 403 403 403 201 201
GET    /api/projects/{project}/access                       401 403 404 403 403 403 200 200
POST   /api/projects/{project}/archive                      401 403 404 403 403 403 200 200
POST   /api/projects/{project}/restore                      401 403 404 403 403 403 403 200
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
PUT    /api/projects/{project}/members/{max}                401 403 404 404 403 200 404 403
GET    /api/projects/{project}/statuses                     401 403 404 404 200 200 404 200
GET    /api/projects/{project}/can?action=update            401 403 404 404 200 200 404 200
GET    /api/projects/{project}/access                       401 403 404 404 403 200 404 200
POST   /api/projects/{project}/restore                      401 403 404 404 403 200 404 200
POST   /api/projects/{project}/archive                      401 403 404 404 403 200 404 200
""")
HANDING_OVER = rows("""
                                                         nobody sam gus moe max lea pia ada
PUT    /api/projects/{project}/members/{max}                401 403 404 403 403 200 200 200
PATCH  /api/projects/{project}/members/{max}                401 403 404 403 403 200 200 200
PUT    /api/projects/{project}/role                         401 403 404 403 403 200 200 200
""")
DELETED = rows("""
                                                         nobody sam gus moe max lea pia ada
GET    /api/projects/{project}                              401 404 404 404 404 404 404 404
DELETE /api/projects/{project}                              401 404 404 404 404 404 404 404
GET    /api/projects/{project}/access                       401 404 404 404 404 404 404 404
POST   /api/projects/{project}/restore                      401 404 404 403 403 200 403 200
""")
SHARED_WITH_GUS = rows("""
                                                         nobody sam gus moe max lea pia ada
GET    /api/projects/{project}/statuses                     401 403 200 200 200 200 200 200
GET    /api/projects/{project}/can?action=update            401 403 200 200 200 200 200 200
GET    /api/projects/{project}/access                       401 403 403 403 403 200 200 200
PUT    /api/projects/{project}/role                         401 403 403 403 403 200 403 403
DELETE /api/projects/{project}                              401 403 403 403 403 204 403 204
GET    /api/projects/{project}                              401 403 200 200 200 200 200 200
PATCH  /api/projects/{project}                              401 403 403 403 403 200 403 403
GET    /api/projects/{project}/members                      401 403 200 200 200 200 200 200
POST   /api/projects/{project}/members                      401 403 403 403 403 201 403 403
""")


def ask(cast: Cast, row: Row) -> None:
    path = row[1]
    body: dict[str, Any] = {"name": "Renamed", "email": "moe@example.com"}
    if path.endswith("lead"):
        body = {"team_lead": "max@example.com"}
    elif "{max}" in path or path.endswith("role"):
        body = {"userId": "{max}", "role": "VIEWER"}
    elif "{project}" not in path:
        body = {"name": "Another", "workspaceId": "{workspace}"}
    check(cast, row, body)


def test_every_route_stands_in_the_table() -> None:
    assert routes_of("projects") == routes_in(LED)


@each(LED)
def test_rights_in_a_project_with_a_lead(cast: Cast, row: Row) -> None:
    ask(cast, row)


@each(LEADERLESS)
def test_rights_in_a_project_without_a_lead(cast: Cast, row: Row) -> None:
    set_project_lead(actor=by(cast.ada), project=cast.project, person=None)
    ask(cast, row)


@each(PRIVATE)
def test_rights_in_a_private_project(cast: Cast, row: Row) -> None:
    cast.project.memberships.filter(user=cast.ada).delete()
    update_project(actor=by(cast.lea), project=cast.project, changes={"visibility": "PRIVATE"})
    ask(cast, row)


@each(SHARED_WITH_GUS)
def test_rights_of_a_guest_the_project_is_shared_with(cast: Cast, row: Row) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.gus, role="VIEWER")
    ask(cast, row)


@each(HANDING_OVER)
def test_rights_to_hand_over_by_role(cast: Cast, row: Row) -> None:
    check(cast, row, {"email": "{max}", "role": "owner"})


@each(DELETED)
def test_rights_on_a_deleted_project(cast: Cast, row: Row) -> None:
    delete_project(actor=by(cast.lea), project=cast.project)
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


def test_leading_one_project_gives_no_right_in_another(cast: Cast) -> None:
    create_project(actor=by(cast.ada), workspace=cast.workspace, name="Loom", team_lead=cast.max)
    path = f"/api/projects/{cast.project.pk}"
    refusal = client_of(cast.max).ask("PATCH", path, {"name": "Mine"}, status=403)
    assert refusal["you_have"] == ["workspace:MEMBER", "project:MEMBER"]
