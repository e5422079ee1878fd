"""Who may do what with a workspace."""

from typing import Any

import pytest

from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.rights import Row, check, each, routes_in, routes_of, rows
from tests.workspaces.inviting import invite, token_of
from workspaces.services.deletion import delete_workspace
from workspaces.services.workspaces import add_member, create_workspace

TABLE = rows("""
                                                                  nobody sam gus moe max lea pia ada
GET    /api/workspaces                                               401 200 200 200 200 200 200 200
POST   /api/workspaces                                               401 201 201 201 201 201 201 201
GET    /api/workspaces/{workspace}                                   401 403 200 200 200 200 200 200
GET    /api/workspaces/{workspace}/can?action=update                 401 403 200 200 200 200 200 200
PUT    /api/workspaces/{workspace}                                   401 403 403 403 403 403 403 200
PATCH  /api/workspaces/{workspace}                                   401 403 403 403 403 403 403 200
DELETE /api/workspaces/{workspace}                                   401 403 403 403 403 403 403 204
POST   /api/workspaces/{workspace}/restore                           401 403 403 403 403 403 403 200
POST   /api/workspaces/{deleted}/restore                             401 404 404 404 404 404 404 200
PUT    /api/workspaces/{workspace}/owner                             401 403 403 403 403 403 403 200
DELETE /api/workspaces/{workspace}/owner                             401 403 403 403 403 403 403 200
POST   /api/workspaces/{workspace}/owner/accept                      401 403 409 409 409 409 409 409
POST   /api/workspaces/{workspace}/owner/decline                     401 403 409 409 409 409 409 409
GET    /api/workspaces/{workspace}/settings                          401 403 200 200 200 200 200 200
PUT    /api/workspaces/{workspace}/settings                          401 403 403 403 403 403 403 200
PATCH  /api/workspaces/{workspace}/settings                          401 403 403 403 403 403 403 200
GET    /api/workspaces/{workspace}/members                           401 403 200 200 200 200 200 200
POST   /api/workspaces/{workspace}/members                           401 403 403 403 403 403 201 201
GET    /api/workspaces/{workspace}/members/{max}                     401 403 200 200 200 200 200 200
PUT    /api/workspaces/{workspace}/members/{max}                     401 403 403 403 403 403 200 200
PATCH  /api/workspaces/{workspace}/members/{max}                     401 403 403 403 403 403 200 200
DELETE /api/workspaces/{workspace}/members/{max}                     401 403 403 403 204 403 204 204
DELETE /api/workspaces/{workspace}/members/{me}                      401 403 204 204 204 204 204 409
GET    /api/workspaces/{workspace}/invitations                       401 403 403 403 403 403 200 200
POST   /api/workspaces/{workspace}/invitations                       401 403 403 403 403 403 201 201
DELETE /api/workspaces/{workspace}/invitations/{invitation}          401 403 403 403 403 403 204 204
POST   /api/workspaces/{workspace}/invitations/{invitation}/resend   401 403 403 403 403 403 200 200
GET    /api/invitations                                              401 200 200 200 200 200 200 200
GET    /api/invitations/{token}                                      200 200 200 200 200 200 200 200
POST   /api/invitations/{token}/accept                               401 200 403 403 403 403 403 403
POST   /api/workspace/add-member                                     401 403 403 403 403 403 201 201
GET    /api/workspace                                                401 200 200 200 200 200 200 200
POST   /api/workspace                                                401 201 201 201 201 201 201 201
GET    /api/workspace/{workspace}                                    401 403 200 200 200 200 200 200
PUT    /api/workspace/{workspace}                                    401 403 403 403 403 403 403 200
PATCH  /api/workspace/{workspace}                                    401 403 403 403 403 403 403 200
DELETE /api/workspace/{workspace}                                    401 403 403 403 403 403 403 204
GET    /api/workspace/{workspace}/members                            401 403 200 200 200 200 200 200
POST   /api/workspace/{workspace}/members                            401 403 403 403 403 403 201 201
POST   /api/workspace/{workspace}/invite                             401 403 403 403 403 403 201 201
""")
MEMBER = {"email": "sam@example.com", "role": "member", "workspaceId": "{workspace}"}
INVITATION = {"email": "new@example.com", "role": "guest"}
BODIES = {
    "add-member": MEMBER,
    **dict.fromkeys(("members", "invitations", "invite"), INVITATION),
    "{max}": {"role": "guest"},
    "owner": {"user_id": "{max}"},
    "settings": {"time_zone": "Europe/Berlin"},
}


@pytest.fixture
def named(cast: Cast) -> dict[str, object]:
    """What stands in the braces of a path or body."""
    invitation = invite(cast)
    deleted = create_workspace(actor=by(cast.ada), name="Deleted")
    for one in (cast.pia, cast.max, cast.gus):
        add_member(actor=by(cast.ada), workspace=deleted, email=one.email, role="PM")
    delete_workspace(actor=by(cast.ada), workspace=deleted)
    return {
        "workspace": cast.workspace.pk,
        "deleted": deleted.pk,
        "max": cast.max.pk,
        "me": "me",
        "invitation": invitation.pk,
        "token": token_of(invitation),
    }


@each(TABLE)
def test_the_table_of_rights(cast: Cast, named: dict[str, object], row: Row) -> None:
    body = BODIES.get(row[1].rpartition("/")[2], {"name": "Renamed"})
    check(cast, row, body, **named)


def test_every_route_stands_in_the_table() -> None:
    assert routes_of("workspaces") == routes_in(TABLE)


@pytest.mark.parametrize(
    ("who", "you_have"),
    [("sam", []), ("gus", ["workspace:GUEST"]), ("pia", ["workspace:PM"])],
)
def test_a_refusal_says_what_is_missing(cast: Cast, who: str, you_have: list[str]) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}"
    refusal = client_of(getattr(cast, who)).ask("PATCH", path, {"name": "Mine"}, status=403)
    stranger = who == "sam"
    assert refusal == {
        "success": False,
        "message": (
            "You are not a member of this workspace."
            if stranger
            else "You do not have permission to do this."
        ),
        "code": "not_a_member" if stranger else "forbidden",
        "required": "workspace:read" if stranger else "workspace:update",
        "you_have": you_have,
        "request_id": refusal["request_id"],
    }


@pytest.mark.parametrize("role", ["ADMIN", "super_admin", "BILLING"])
def test_nobody_gives_a_role_above_their_own(cast: Cast, role: str) -> None:
    body: dict[str, Any] = {"email": "sam@example.com", "role": role}
    body["workspaceId"] = str(cast.workspace.pk)
    refusal = client_of(cast.pia).ask("POST", "/api/workspace/add-member", body, status=403)
    assert refusal["code"] == "role_out_of_reach"
    assert refusal["you_have"] == ["workspace:PM"]
    assert not cast.workspace.memberships.filter(user=cast.sam).exists()
