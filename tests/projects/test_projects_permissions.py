"""Who may do what with a project without a lead, a private one, one shared with a guest.

Led projects everybody in the workspace sees are asked for in tests/matrix.
"""

from typing import Any

from projects.services.members import add_project_member, set_project_lead
from projects.services.projects import create_project, update_project
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.rights import check, rows

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
POST   /api/projects/{project}/statuses                     401 403 404 404 403 201 404 403
PUT    /api/projects/{project}/transitions                  401 403 404 404 403 200 404 403
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


def body_for(path: str) -> dict[str, Any]:
    if path.endswith("lead"):
        return {"team_lead": "max@example.com"}
    if path.endswith("transitions"):
        return {"transitions": [{"from": "TODO", "to": "DONE"}]}
    if path.endswith("statuses"):
        return {"name": "Review", "category": "IN_PROGRESS"}
    if "{max}" in path or path.endswith("role"):
        return {"userId": "{max}", "role": "VIEWER"}
    return {"name": "Renamed", "email": "moe@example.com"}


def test_rights_in_a_project_without_a_lead(cast: Cast) -> None:
    set_project_lead(actor=by(cast.ada), project=cast.project, person=None)
    check(cast, LEADERLESS, body_for)


def test_rights_in_a_private_project(cast: Cast) -> None:
    cast.project.memberships.filter(user=cast.ada).delete()
    update_project(actor=by(cast.lea), project=cast.project, changes={"visibility": "PRIVATE"})
    check(cast, PRIVATE, body_for)


def test_rights_of_a_guest_the_project_is_shared_with(cast: Cast) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.gus, role="VIEWER")
    check(cast, SHARED_WITH_GUS, body_for)


def test_rights_to_hand_over_by_role(cast: Cast) -> None:
    check(cast, HANDING_OVER, lambda _: {"email": "{max}", "role": "owner"})


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
